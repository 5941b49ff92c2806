"""Text with styles that have names. shared/cli/terminal/ turns a style into codes of a terminal, or leaves it out."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple


class Style(Enum):
    """What a piece of a line is. Nothing is said by a style alone."""

    PLAIN = auto()
    TITLE = auto()
    QUIET = auto()
    """Said by the program, not by a person in the recording: times, notes, silences."""
    SPEAKER = auto()
    """A name. `Span.number` tells the speakers of a recording apart."""
    HIT = auto()
    """What was searched for, or asked for."""


class Span(NamedTuple):
    """A piece of a line, safe to print."""

    text: str
    style: Style = Style.PLAIN
    number: int = 0


Line = Sequence[Span]
"""A line without its end."""


def quiet(text: str) -> Span:
    """Return a span of style QUIET."""
    return Span(text, Style.QUIET)
