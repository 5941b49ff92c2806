"""Prints the commands' output: JSON for programs, tables and lines for people, an error on one line.

Only this file prints. It escapes control characters, so a text of a file or service cannot control the terminal or
reorder a line.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec
import typer

from shared.domain.job import Failure, Retry
from shared.errors import Unreadable

_T = TypeVar("_T")

NOTHING = "-"
"""Printed for a missing value, so that every row of a piped table has the same number of columns."""

_BLANK = re.compile(r"[\x00-\x1f\u2028\u2029]")
"""ASCII control characters and line separators. JSON escapes the control characters by itself."""

_ESCAPED = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""DEL, the C1 control characters, line separators, and the characters that Unicode lists as Bidi_Control.

Not every character that Python calls unprintable: these include joiners, with which Hindi is written.
"""

_UNLIMITED = 100_000
"""Width of a table that is not printed on a terminal. With it no cell is wrapped or cut."""


def print_json_line(document: object) -> None:
    """Print a document as one line of JSON."""
    print_encoded_line(msgspec.json.encode(document))


def print_encoded_line(document: bytes) -> None:
    """Print a document that is JSON already as one line."""
    typer.echo(escaped_json(document))


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    typer.echo(escaped_json(msgspec.json.format(msgspec.json.encode(value), indent=2)))


def print_pieces(pieces: Iterable[str]) -> None:
    """Print pieces of a text that is safe already: as UTF-8, whatever the locale, and with its own line ends."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()


def print_note(text: str) -> None:
    """Print a note on one line of stderr."""
    typer.echo(shown(text), err=True)


def print_error(text: str) -> None:
    """Print an error on one line of stderr, even if it has several lines, as the SDKs' errors have."""
    typer.echo(f"error: {shown(text)}", err=True)


def print_set_aside(error: Unreadable) -> None:
    """Print on stderr that a document cannot be read and is left out."""
    typer.echo(f"set aside: {shown(error)}", err=True)


def progress(items: Iterable[_T], total: int) -> Iterator[_T]:
    """Yield the items. On a terminal, a line on stderr shows how many are done."""
    if not sys.stderr.isatty():
        yield from items
        return
    for done, item in enumerate(items, 1):
        yield item
        typer.echo(f"\r{done} of {total}" + ("\n" if done == total else ""), err=True, nl=False)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table. Without a terminal it is plain text, one line a row."""
    from rich.console import Console  # noqa: PLC0415 - most commands print no table (docs/decisions/0042)
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for row in rows:
        table.add_row(*(shown(cell) for cell in row))
    width = None if sys.stdout.isatty() else _UNLIMITED
    console = Console(width=width, markup=False, emoji=False, highlight=False)
    console.print(title, style="bold")
    with console.capture() as printed:
        console.print(table)
    # The table pads the last column too. After a long cell that would print many blanks.
    typer.echo("\n".join(line.rstrip() for line in printed.get().splitlines()), color=console.is_terminal)


def print_fields(fields: Mapping[str, object]) -> None:
    """Print names and values, one pair a line."""
    for name, value in fields.items():
        typer.echo(f"  {name:<12}{shown(value)}")


def print_line(text: str) -> None:
    """Print a line of text from a document."""
    typer.echo(shown(text))


def shown(value: object) -> str:
    """Return a value as one line of printable text: ASCII controls become blanks, others become escapes."""
    text = NOTHING if value is None else str(value)
    return _ESCAPED.sub(_escape, _BLANK.sub(" ", text)) or NOTHING


def escaped_json(text: bytes) -> bytes:
    """Escape the characters in JSON. They stand within strings only, so the value stays the same."""
    if text.isascii() and b"\x7f" not in text:
        return text
    return _ESCAPED.sub(_escape, text.decode()).encode()


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def moment(time: str | None) -> str | None:
    """Return a stored time of day without its fractions of a second."""
    return None if time is None else f"{time.partition('.')[0].removesuffix('Z')}Z"


def retry_text(retry: Retry | None) -> str | None:
    """Return why and since when a job's files are listed again, and when next; None if they are not."""
    if retry is None:
        return None
    when = f"next at {moment(retry.at)}" if retry.at else "begun"
    return f"{retry.code}: {retry.message} (since {moment(retry.since)}, {when})"


def failure_text(failure: Failure | None) -> str | None:
    """Return a failure's origin, code and message as one text."""
    return f"{failure.origin}: {failure.code}: {failure.message}" if failure else None


def numbers(values: Iterable[int]) -> str:
    """Return numbers separated by commas."""
    return ",".join(str(value) for value in values)
