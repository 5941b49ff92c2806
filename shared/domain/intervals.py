"""Sets of moments in the audio, as intervals in ticks of 100 ns.

Durations are never summed. Pieces of one utterance repeat its offset with growing durations, so only a union of
intervals says how long somebody talked.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge

Interval = tuple[int, int]
"""Begin and end in ticks; the end is not part of it."""

_COMPACT_EVERY = 4096
"""The smallest number of added intervals that are merged at once. It grows with the number of intervals that the last
merge touched, so that any order of intervals takes time in proportion to n log n."""


class IntervalSet:
    """A union of intervals. It takes 16 bytes for each disjoint interval while it grows."""

    def __init__(self) -> None:
        self._begins = array("q")
        self._ends = array("q")
        self._added: list[Interval] = []
        self._compact_at = _COMPACT_EVERY

    def add(self, intervals: Iterable[Interval]) -> None:
        """Add intervals, in any order; one without positive length adds nothing."""
        self._added += [interval for interval in intervals if interval[0] < interval[1]]
        if len(self._added) >= self._compact_at:
            self._compact()

    def __iter__(self) -> Iterator[Interval]:
        """Yield the disjoint intervals in order; those that touch are one."""
        self._compact()
        return zip(self._begins, self._ends, strict=True)

    def length(self) -> int:
        """Return the ticks covered."""
        return sum(end - begin for begin, end in self)

    def outside(self, begin: int, end: int) -> Iterator[Interval]:
        """Yield what lies before `begin` or from `end` on, in order."""
        self._compact()
        for i in range(bisect_left(self._begins, begin)):
            yield self._begins[i], min(self._ends[i], begin)
        for i in range(bisect_right(self._ends, end), len(self._ends)):
            yield max(self._begins[i], end), self._ends[i]

    def _compact(self) -> None:
        added, self._added = sorted(self._added), []
        if not added:
            return
        # Words come in order of time, so what ends before the first new interval stays as it is.
        kept = len(self._ends)
        while kept and self._ends[kept - 1] >= added[0][0]:
            kept -= 1
        self._compact_at = max(_COMPACT_EVERY, len(self._ends) - kept)
        touched = zip(self._begins[kept:], self._ends[kept:], strict=True)
        del self._begins[kept:], self._ends[kept:]
        for begin, end in union_of(merge(touched, added)):
            self._begins.append(begin)
            self._ends.append(end)


def union_of(ordered: Iterable[Interval]) -> Iterator[Interval]:
    """Yield the union of intervals that are given in order of their begin."""
    current: Interval | None = None
    for begin, end in ordered:
        if current is not None and begin <= current[1]:
            current = (current[0], max(current[1], end))
        else:
            if current is not None:
                yield current
            current = (begin, end)
    if current is not None:
        yield current


def covered(sets: Iterable[Iterable[Interval]]) -> tuple[int, int]:
    """Return the ticks in which at least one of the sets is active, and those in which two or more are.

    The intervals of each set are disjoint and in order.
    """
    any_active = several_active = active = since = 0
    for moment, change in merge(*map(_edges, sets)):
        any_active += (moment - since) if active >= 1 else 0
        several_active += (moment - since) if active >= 2 else 0  # noqa: PLR2004 - two or more talk at once
        active += change
        since = moment
    return any_active, several_active


def _edges(intervals: Iterable[Interval]) -> Iterator[tuple[int, int]]:
    for begin, end in intervals:
        yield begin, 1
        yield end, -1
