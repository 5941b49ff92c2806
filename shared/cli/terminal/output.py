"""Prints lines, JSON, pieces of a text, errors and progress."""

import logging
import os
import sys
from collections.abc import Iterable, Mapping

import msgspec
import typer

from shared.cli.installed import with_pages
from shared.cli.terminal.colour import coloured, styled
from shared.cli.terminal.text import escaped_json, shown
from shared.cli.terminal.times import local_time
from shared.cli.terminal.wishes import wishes
from shared.domain.job import Failure, Retry
from shared.domain.redaction import redacted
from shared.errors import Unreadable


def print_json_line(document: object) -> None:
    """Print a document as one line of JSON."""
    print_encoded_line(msgspec.json.encode(document))


def print_encoded_line(document: bytes) -> None:
    """Print a document that is JSON already as one line."""
    typer.echo(escaped_json(document))


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    typer.echo(escaped_json(msgspec.json.format(msgspec.json.encode(value), indent=2)))


def print_pieces(pieces: Iterable[str], *, at_once: bool = False) -> None:
    """Print pieces of a text that is safe already: as UTF-8, whatever the locale, and with its own line ends.

    With `at_once` each piece leaves the process when it is there, as on a terminal.
    """
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
        if at_once or sys.stdout.isatty():
            sys.stdout.buffer.flush()
    sys.stdout.buffer.flush()


def discard_output() -> None:
    """Send what is still in the buffer of stdout nowhere. Otherwise it would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_note(text: str) -> None:
    """Print a note on one line of stderr. A page of the repository gets its address (installed.py)."""
    typer.echo(shown(with_pages(text)), err=True)


def print_note_once(text: str) -> None:
    """Print a note, unless this run has printed it already."""
    told = wishes().told
    if text not in told:
        told.add(text)
        print_note(text)


def print_error(text: str, advice: str | None = None) -> None:
    """Print an error on one line of stderr, even if it has several lines, as the SDKs' errors have.

    With `advice`, a second line says what to try. A page of the repository gets its address there (installed.py).
    """
    word = styled("error:", "red", bold=True) if coloured(sys.stderr) else "error:"
    typer.echo(f"{word} {shown(text)}", err=True, color=True)
    if advice is not None:
        typer.echo(f"try: {shown(with_pages(advice))}", err=True)


def print_trace(text: str) -> None:
    """Print a text of many lines on stderr, such as a traceback, without keys and signatures."""
    for line in redacted(text).splitlines():
        typer.echo(shown(line), err=True)


def print_help(text: str) -> None:
    """Print the help of a command on stderr, because it was given without what it needs."""
    typer.echo(text, err=True)


class _OnStderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        print_trace(f"{record.levelname.lower()} {record.name}: {record.getMessage()}")


def log_on_stderr() -> None:
    """Print what this package and the SDKs log, at level INFO, on stderr."""
    # Of lower levels some SDKs log whole addresses, with their signatures.
    root = logging.getLogger()
    root.addHandler(_OnStderr())
    root.setLevel(logging.INFO)


def print_prompt(text: str) -> None:
    """Print a question on stderr. The answer is typed on the same line."""
    typer.echo(shown(text), err=True, nl=False)


def print_set_aside(error: Unreadable) -> None:
    """Print on stderr that a document cannot be read and is left out."""
    typer.echo(f"set aside: {shown(error)}", err=True)


def print_heading(text: str) -> None:
    """Print a line above other lines; bold where there are colours."""
    typer.echo(styled(shown(text), bold=True) if coloured(sys.stdout) else shown(text), color=True)


def print_fields(fields: Mapping[str, object]) -> None:
    """Print names and values, one pair a line."""
    for name, value in fields.items():
        typer.echo(f"  {name:<14}{shown(value)}")


def print_line(text: str) -> None:
    """Print a line of text from a document."""
    typer.echo(shown(text))


def retry_text(retry: Retry | None) -> str | None:
    """Return why and since when a job's files are listed again, and when next; None if they are not."""
    if retry is None:
        return None
    when = f"next at {local_time(retry.at)}" if retry.at else "begun"
    return f"{retry.code}: {retry.message} (since {local_time(retry.since)}, {when})"


def failure_text(failure: Failure | None) -> str | None:
    """Return a failure's origin, code and message as one text."""
    return f"{failure.origin}: {failure.code}: {failure.message}" if failure else None


def numbers(values: Iterable[int]) -> str:
    """Return numbers separated by commas."""
    return ",".join(str(value) for value in values)
