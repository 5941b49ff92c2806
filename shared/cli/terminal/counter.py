"""A line on stderr that shows how far a command is, and makes room for what the command prints."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import typer

from shared.cli.terminal.text import shown

_T = TypeVar("_T")

_ERASE = "\r\x1b[K"


class StatusLine:
    """Shows a line on a terminal that can erase it; elsewhere nothing."""

    def __init__(self) -> None:
        self._can = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, text: str) -> None:
        """Show a text in place of what was shown before."""
        if self._can:
            typer.echo(f"{_ERASE}{shown(text)}", err=True, nl=False, color=True)

    def erase(self) -> None:
        """Erase the line, so that something else can be printed there."""
        if self._can:
            typer.echo(_ERASE, err=True, nl=False, color=True)


class Counter:
    """Shows `3 of 20 recordings` as a StatusLine."""

    def __init__(self, total: int, what: str) -> None:
        self._total = total
        self._what = what
        self._line = StatusLine()

    def show(self, done: int) -> None:
        """Show that so many are done."""
        self._line.show(f"{done:,} of {self._total:,} {self._what}")

    def erase(self) -> None:
        """Erase the line."""
        self._line.erase()


def progress(items: Iterable[_T], total: int) -> Iterator[_T]:
    """Yield the items. A StatusLine shows how many are done."""
    line = StatusLine()
    try:
        for done, item in enumerate(items, 1):
            yield item
            line.show(f"{done:,} of {total:,}")
    finally:
        line.erase()
