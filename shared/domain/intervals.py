"""Sets of moments in the audio, as intervals in ticks of 100 ns.

Durations are never summed: pieces of one utterance repeat its offset with growing durations, so only a union says how
long somebody talked.
"""

from collections.abc import Iterable, Sequence
from heapq import merge

Interval = tuple[int, int]
"""Begin and end in ticks; the end is not part of it."""

_COMPACT_EVERY = 4096


class IntervalSet:
    """A union of intervals that stays compact while it grows."""

    def __init__(self) -> None:
        self._merged: list[Interval] = []
        self._added: list[Interval] = []

    def add(self, begin: int, end: int) -> None:
        """Add an interval; one without positive length adds nothing."""
        if end <= begin:
            return
        self._added.append((begin, end))
        if len(self._added) >= _COMPACT_EVERY:
            self._compact()

    def union(self) -> Sequence[Interval]:
        """Return the disjoint intervals in order; those that touch are one."""
        self._compact()
        return self._merged

    def length(self) -> int:
        """Return the ticks covered."""
        return sum(end - begin for begin, end in self.union())

    def _compact(self) -> None:
        self._merged = union_of(merge(self._merged, sorted(self._added)))
        self._added = []


def union_of(ordered: Iterable[Interval]) -> list[Interval]:
    """Return the union of intervals given in order of their begin."""
    result: list[Interval] = []
    for begin, end in ordered:
        if result and begin <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((begin, end))
    return result


def covered(sets: Iterable[IntervalSet]) -> tuple[int, int]:
    """Return the ticks in which at least one of the sets is active, and those in which two or more are."""
    edges = merge(*([edge for begin, end in each.union() for edge in ((begin, 1), (end, -1))] for each in sets))
    any_active = several_active = active = since = 0
    for moment, change in edges:
        any_active += (moment - since) if active >= 1 else 0
        several_active += (moment - since) if active >= 2 else 0  # noqa: PLR2004 - two or more talk at once
        active += change
        since = moment
    return any_active, several_active
