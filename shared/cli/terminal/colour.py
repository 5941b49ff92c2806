"""Colours. What a colour says always stands there as a word too."""

import os
from typing import TextIO

import typer

from shared.cli.terminal.wishes import Color, wishes
from shared.domain.job import Status

STATUS_COLOURS: dict[str, str] = {
    Status.PENDING: "yellow",
    Status.INGESTING: "cyan",
    Status.COMPLETED: "green",
    Status.COMPLETED_WITH_ERRORS: "yellow",
    Status.FAILED: "red",
    Status.NOT_FOUND: "red",
    Status.EXPIRED: "red",
    Status.FORGOTTEN: "bright_black",
}
"""The colour of each state of a job."""

SPEAKER_COLOURS = ("cyan", "yellow", "magenta", "green", "blue", "red")
"""The colours of speakers, in the order in which a recording names its tracks."""


def coloured(stream: TextIO) -> bool:
    """Return whether what is printed on `stream` may have colours.

    `--color` decides. Without it there are colours on a terminal, unless NO_COLOR is set to a text that is not empty
    (no-color.org) or TERM is `dumb`.
    """
    wanted = wishes().color
    if wanted is not Color.AUTO:
        return wanted is Color.ALWAYS
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, colour: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
    """Return a text with the codes of a colour (None: the terminal's own), of bold or of dim letters.

    Call this only if `coloured` says so.
    """
    return typer.style(text, fg=colour, bold=bold or None, dim=dim or None)
