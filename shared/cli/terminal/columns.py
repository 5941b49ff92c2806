"""The fields of a list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
"""A row of a list: its fields by their names, in JSON's types."""


@dataclass(frozen=True)
class Column:
    """A field of a list."""

    field: str
    """Its name in json, jsonl and csv, and in `--fields`. It is never changed or removed."""

    about: str = ""
    """What it is, for docs/commands.md."""

    title: str | None = None
    """Its heading in the table. A field without one is only in the data, or where `--fields` names it."""

    cell: Callable[[Any], object] = lambda value: value
    """Turns its value into what the table shows; None is shown as `-`."""

    colour: Callable[[Any], str | None] = lambda _: None
    """The colour of its value."""

    rank: int = 0
    """On a narrow terminal the column with the highest rank disappears first. One of rank 0 never disappears."""

    wraps: bool = False
    """Whether a long text may go on in the next line. Other texts, ids above all, are never cut."""
