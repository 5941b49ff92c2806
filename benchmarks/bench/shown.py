"""What a benchmark gives to the page."""

import statistics
from collections.abc import Sequence
from typing import Literal

import msgspec


class Aim(msgspec.Struct, frozen=True):
    """An aim and what was measured. `why`: the reason if it was missed, in a sentence; it is shown only then."""

    what: str
    aim: str
    measured: str
    reached: bool
    why: str = ""


class Series(msgspec.Struct, frozen=True):
    """Points of a plot; None is not measured. `spread`: the least and the greatest of each, or nothing."""

    label: str
    values: list[float | None]
    spread: list[tuple[float, float]] = []


class Plot(msgspec.Struct, frozen=True):
    """A plot, stored as docs/plots/NAME.svg. `text` says in words what it shows, for those who do not see it.

    `bars`: a group of bars for each of `at`. `lines`: a line for each series over the numbers `at`.
    """

    name: str
    title: str
    text: str
    kind: Literal["bars", "lines"]
    at: list[str] | list[float]
    series: list[Series]
    x: str = ""
    y: str = ""
    log_x: bool = False
    log_y: bool = False
    limit: float | None = None
    """A horizontal line, named by `limit_label`."""
    limit_label: str = ""


class Shown(msgspec.Struct, frozen=True):
    """A benchmark's part of the page: Markdown, then its plots. Its aims stand in the table of all aims."""

    text: str
    aims: list[Aim] = []
    plots: list[Plot] = []


def median_and_spread(values: Sequence[float], digits: int = 2) -> str:
    """Return the median, with the least and the greatest value in brackets."""
    middle, least, greatest = (f"{each:,.{digits}f}" for each in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({least} to {greatest})"
