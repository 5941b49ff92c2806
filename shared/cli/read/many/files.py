"""Writes `calls.EXT` and `turns.EXT` from a state."""

import filecmp
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import msgspec

from shared.cli.advice import advised
from shared.cli.read.formats import Format
from shared.cli.read.many.parquet import write_parquet
from shared.cli.read.many.state import State
from shared.cli.read.writing import NotWritten, there_already
from shared.cli.terminal.text import escaped_json
from shared.errors import Speech2CosmosError
from shared.rendering.tables.columns import csv_lines
from shared.rendering.tables.rows import CallRow, TurnRow


class NotInstalled(Speech2CosmosError):
    """A package of an extra is missing."""


def require(form: Format) -> None:
    """Raise NotInstalled if the form needs a package that is not installed."""
    if form is Format.PARQUET and find_spec("pyarrow") is None:
        raise advised(
            NotInstalled("-f parquet needs pyarrow, which is not installed"),
            # Not by the name of this package: it is not on PyPI, where others could take the name.
            "`uv tool install --with pyarrow`, or `pipx inject`, as at first; -f csv and -f jsonl need nothing more",
        )


def names_of(folder: Path, form: Format) -> list[Path]:
    """Return the two files, calls first."""
    return [folder / f"{name}.{form}" for name in ("calls", "turns")]


def write_files(files: Sequence[Path], form: Format, separator: str, state: State, *, force: bool) -> None:
    """Write the files aside, and rename both when both are whole. Raises NotWritten.

    A file that is there already is replaced only with `force`. If it has the same content it is this export's own: the
    process was killed before it could delete the state.
    """
    # Not the process's number: a restart replaces what a killed process left.
    aside = [file.with_name(f".{file.name}.{state.file.stem}.part") for file in files]
    try:
        files[0].parent.mkdir(parents=True, exist_ok=True)
        _write(CallRow, state.calls(), aside[0], form, separator)
        _write(TurnRow, state.turns(), aside[1], form, separator)
        pairs = list(zip(aside, files, strict=True))
        if not force:
            _refuse([file for part, file in pairs if file.exists() and not filecmp.cmp(part, file, shallow=False)])
        for part, file in pairs:
            part.replace(file)
    except OSError as error:
        words = f"{files[0].parent}: cannot be written into: {error.strerror or error}"
        raise advised(NotWritten(words), "the same command when it can be; what was read is kept") from error
    finally:
        for part in aside:
            with suppress(OSError):  # the error above says more
                part.unlink()


def _refuse(files: Sequence[Path]) -> None:
    if files:
        raise there_already(", ".join(map(str, files)))


def _write(shape: type[msgspec.Struct], rows: Iterable[bytes], file: Path, form: Format, separator: str) -> None:
    if form is Format.PARQUET:
        write_parquet(shape, rows, file)
    else:
        with file.open("wb") as written:
            written.writelines(_lines(shape, rows, form, separator))
    with file.open("r+b") as written:
        os.fsync(written.fileno())  # the state is deleted after this


def _lines(shape: type[msgspec.Struct], rows: Iterable[bytes], form: Format, separator: str) -> Iterator[bytes]:
    if form is Format.JSONL:
        return (escaped_json(row) + b"\n" for row in rows)
    decode = msgspec.json.Decoder(shape).decode
    return (line.encode() for line in csv_lines(shape, map(decode, rows), separator))
