"""Sets of intervals in the audio, in ticks of 100 ns.

Durations are never added up. Speech may repeat an utterance's offset with growing durations, so only the union of the
intervals is the time that somebody talked.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge

Interval = tuple[int, int]
"""Begin and end in ticks. The end is exclusive."""

_COMPACT_EVERY = 4096
"""Added intervals are merged after this many at the earliest. The number grows with the number of intervals that the
last merge touched, so that n intervals in any order take O(n log n) time."""


class IntervalSet:
    """A union of intervals. It takes 16 bytes for each disjoint interval."""

    def __init__(self) -> None:
        self._begins = array("q")
        self._ends = array("q")
        self._added: list[Interval] = []
        self._compact_at = _COMPACT_EVERY

    def add(self, intervals: Iterable[Interval]) -> None:
        """Add intervals in any order. Intervals without a positive length are ignored."""
        self._added += [interval for interval in intervals if interval[0] < interval[1]]
        if len(self._added) >= self._compact_at:
            self._compact()

    def __iter__(self) -> Iterator[Interval]:
        """Yield the disjoint intervals in order. Adjacent intervals are merged."""
        self._compact()
        return zip(self._begins, self._ends, strict=True)

    def length(self) -> int:
        """Return the number of ticks in the union."""
        return sum(end - begin for begin, end in self)

    def outside(self, begin: int, end: int) -> Iterator[Interval]:
        """Yield the intervals that lie before `begin` or after `end`, cut at these limits, in order."""
        self._compact()
        for i in range(bisect_left(self._begins, begin)):
            yield self._begins[i], min(self._ends[i], begin)
        for i in range(bisect_right(self._ends, end), len(self._ends)):
            yield max(self._begins[i], end), self._ends[i]

    def _compact(self) -> None:
        added, self._added = sorted(self._added), []
        if not added:
            return
        # Words arrive mostly in order of time, so intervals that end before the first new one need no merge.
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
    """Return the number of ticks that at least one set covers, and the number that two or more sets cover.

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
