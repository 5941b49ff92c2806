"""What the user wants of the terminal, and has been told already, for this run of the command."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Color(StrEnum):
    """Values of `--color`."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass
class Wishes:
    """The options that every command takes. They may stand before or after the command's name."""

    settings: Path | None = None
    color: Color = Color.AUTO
    no_pager: bool = False
    verbose: bool = False
    told: set[str] = field(default_factory=set)
    """Notes of `print_note_once`."""


WISHES: ContextVar[Wishes] = ContextVar("WISHES")
"""main.py sets it. A test that prints without a command sees the defaults through `wishes`."""


def wishes() -> Wishes:
    """Return the wishes of this run."""
    return WISHES.get(Wishes())
