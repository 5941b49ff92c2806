"""Writes exported texts into files that appear only when they are whole."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.errors import Speech2CosmosError

_SHOWN = 3


class NotWritten(Speech2CosmosError):
    """A file that cannot be written, or that exists and would be replaced without `--force`."""


def to_file(pieces: Iterable[str], file: Path) -> None:
    """Write a file under another name in the same folder, and rename it when it is whole.

    After an error, also one of `pieces`, the file is as it was before. Raises NotWritten if it cannot be written.
    """
    aside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with aside.open("wb") as written:
            for piece in pieces:
                written.write(piece.encode())
        aside.replace(file)
    except OSError as error:
        raise NotWritten(f"{file}: cannot be written: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)


def prepare(folder: Path, files: Sequence[Path], *, force: bool) -> None:
    """Make the folder. Raises NotWritten if it cannot, and if one of the files is there, unless `force`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotWritten(f"{folder}: cannot be made: {error.strerror}") from error
    there = [file for file in files if file.exists()]
    if there and not force:
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        names = ", ".join(str(file) for file in there[:_SHOWN])
        raise NotWritten(f"{names}{more} exist already; nothing was written; --force replaces them")
