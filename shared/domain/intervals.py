"""Sets of intervals in the audio, in ticks of 100 ns.

Durations are never added up. Speech may repeat an utterance's offset with growing durations, so only the union of the
intervals is the time that somebody talked.

Begins and ends are two columns, each sorted by itself. That is enough: how many intervals cover a moment is the
number of begins up to it, less the number of ends up to it, whichever begin belongs to which end. So interval i of the
union of the columns goes from the later of begin i and end i-1 to end i, and a sort of numbers does most of the work.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from operator import add, sub
from typing import overload

_COMPACT_EVERY = 1024
"""Added intervals are merged after this many at the earliest. The number grows with the number of intervals that the
last merge touched, so that n intervals in any order take O(n log n) time."""

_LONGEST = 2**32 - 1
"""Longest interval that the smaller of two kinds of array holds, in ticks: seven minutes."""

_BEFORE_ALL, _AFTER_ALL = -(2**63), 2**63

_WINDOW = 8192
"""Numbers of each column that `_merged` has in memory."""


class _Ends(Sequence[int]):
    """The ends of intervals of which begins and lengths are stored."""

    def __init__(self, begins: "array[int]", lengths: "array[int]") -> None:
        self._begins = begins
        self._lengths = lengths

    def __len__(self) -> int:
        return len(self._begins)

    @overload
    def __getitem__(self, place: int) -> int: ...

    @overload
    def __getitem__(self, place: slice) -> list[int]: ...

    def __getitem__(self, place: int | slice) -> int | list[int]:
        if isinstance(place, slice):
            return list(map(add, self._begins[place], self._lengths[place]))
        return self._begins[place] + self._lengths[place]


class IntervalSet:
    """A union of intervals. It takes 12 bytes for each disjoint interval, or 16 if one is longer than seven minutes.

    `begins` and `ends` are the disjoint intervals, in order. Adjacent intervals are merged.
    """

    def __init__(self) -> None:
        self._begins = array("q")
        self._lengths = array("I")
        self._added_begins: list[int] = []
        self._added_ends: list[int] = []
        self._compact_at = _COMPACT_EVERY

    @property
    def begins(self) -> Sequence[int]:
        """The begins of the disjoint intervals, in order."""
        self._compact()
        return self._begins

    @property
    def ends(self) -> Sequence[int]:
        """The ends of the disjoint intervals, exclusive, in order."""
        self._compact()
        return self._ends()

    def add(self, begins: Sequence[int], ends: Sequence[int]) -> None:
        """Add intervals in any order, all of a positive length."""
        self._added_begins += begins
        self._added_ends += ends
        if len(self._added_begins) >= self._compact_at:
            self._compact()

    def length(self) -> int:
        """Return the number of ticks in the union."""
        self._compact()
        return sum(self._lengths)

    def outside(self, begin: int, end: int) -> "IntervalSet":
        """Return what lies before `begin` or after `end`."""
        outer = IntervalSet()
        early, late = bisect_left(self.begins, begin), bisect_right(self.ends, end)
        outer.add(self.begins[:early], [min(each, begin) for each in self.ends[:early]])
        outer.add([max(each, end) for each in self.begins[late:]], self.ends[late:])
        return outer

    def _ends(self) -> _Ends:
        return _Ends(self._begins, self._lengths)

    def _compact(self) -> None:
        if not self._added_begins:
            return
        # Words arrive mostly in order of time, so intervals that end before the first new one need no merge.
        kept = bisect_left(self._ends(), min(self._added_begins))
        self._compact_at = max(_COMPACT_EVERY, len(self._begins) - kept)
        begins = sorted([*self._begins[kept:], *self._added_begins])
        ends = sorted([*self._ends()[kept:], *self._added_ends])
        self._added_begins, self._added_ends = [], []
        gaps = [(end, begin) for end, begin in zip(ends, islice(begins, 1, None), strict=False) if end < begin]
        begins = [begins[0], *(begin for _, begin in gaps)]
        lengths = list(map(sub, (*(end for end, _ in gaps), ends[-1]), begins))
        del self._begins[kept:], self._lengths[kept:]
        if max(lengths) > _LONGEST and self._lengths.itemsize < self._begins.itemsize:
            self._lengths = array("q", self._lengths)
        self._begins.extend(begins)
        self._lengths.extend(lengths)


def covered(sets: Iterable[IntervalSet]) -> tuple[int, int]:
    """Return the number of ticks that at least one set covers, and the number that two or more sets cover."""
    listed = list(sets)
    begins, ends = [each.begins for each in listed], [each.ends for each in listed]
    one = two = 0
    earlier = _BEFORE_ALL
    for (begin, later), end in zip(pairwise(chain(_merged(begins), [_AFTER_ALL])), _merged(ends), strict=True):
        # Conditional expressions, because a call of max() for each interval takes a third of the time.
        one += end - (max(earlier, begin))
        if later < end:
            two += end - (max(earlier, later))
        earlier = end
    return one, two


def _merged(columns: Iterable[Sequence[int]]) -> Iterator[int]:
    """Return the numbers of sorted columns in order, with a window of each column in memory."""
    return chain.from_iterable(_windows(columns))


def _windows(columns: Iterable[Sequence[int]]) -> Iterator[list[int]]:
    rest = [(column, 0) for column in columns if column]
    while rest:
        limit = min(column[min(start + _WINDOW, len(column)) - 1] for column, start in rest)
        cuts = [(column, start, bisect_right(column, limit, start)) for column, start in rest]
        yield sorted(chain.from_iterable(column[start:stop] for column, start, stop in cuts))
        rest = [(column, stop) for column, _, stop in cuts if stop < len(column)]
