"""A line on stderr that shows how far a command is, and makes room for what the command prints."""

import os
import sys

import typer

_ERASE = "\r\x1b[K"


class Counter:
    """Shows `3 of 20 recordings` on a terminal that can erase a line; elsewhere nothing."""

    def __init__(self, total: int, what: str) -> None:
        self._total = total
        self._what = what
        self._can = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, done: int) -> None:
        """Show that so many are done, in place of what was shown before."""
        if self._can:
            typer.echo(f"{_ERASE}{done:,} of {self._total:,} {self._what}", err=True, nl=False, color=True)

    def erase(self) -> None:
        """Erase the line, so that something else can be printed there."""
        if self._can:
            typer.echo(_ERASE, err=True, nl=False, color=True)
