"""Writes exported texts into files that appear only when they are whole."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.cli.advice import advised
from shared.errors import Speech2CosmosError

_SHOWN = 3
_ELSEWHERE = "another folder"


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
        raise advised(NotWritten(f"{file}: cannot be written: {error.strerror}"), _ELSEWHERE) from error
    finally:
        aside.unlink(missing_ok=True)


def prepare(folder: Path, files: Sequence[Path], *, force: bool) -> None:
    """Make the folder. Raises NotWritten if it cannot, and if one of the files is there, unless `force`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise advised(NotWritten(f"{folder}: cannot be made: {error.strerror}"), _ELSEWHERE) from error
    there = [file for file in files if file.exists()]
    if there and not force:
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        names = ", ".join(str(file) for file in there[:_SHOWN])
        raise there_already(f"{names}{more}")


def there_already(names: str) -> NotWritten:
    """Return the error that files would be replaced."""
    return advised(
        NotWritten(f"already there, and nothing was written: {names}"), "--force to replace, or another folder"
    )
