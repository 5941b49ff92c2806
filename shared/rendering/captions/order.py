"""Puts the cues of all voices into order of time, and decides from when until when each is shown.

A heap holds the cues of turns that are being spoken, a short list those that others may still change. So memory stays
flat.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from shared.rendering.captions.cues import Cue
from shared.rendering.captions.rules import LATEST, LEAST, Broken, Outcome, Rules
from shared.rendering.wrapping import clusters

Turn = tuple[int, list[Cue]]
"""The begin of a turn in milliseconds, and its cues. No cue begins earlier."""

Joins = Callable[["Shown", Cue], bool]
"""Whether a cue may be shown together with another that is shown already."""


@dataclass
class Shown:
    """Cues that are shown as one, with one begin and end. There is one cue, except where SRT shows several voices."""

    cues: list[Cue]
    begin: int
    end: int
    spoken_to: int = field(init=False)
    cut: bool = False

    def __post_init__(self) -> None:
        self.spoken_to = max(cue.spoken_to for cue in self.cues)

    def has_voice_of(self, cue: Cue) -> bool:
        """Return whether the voice of the cue speaks in it."""
        return any(each.track == cue.track for each in self.cues)


class Order:
    """Orders cues. `at_once`: how many voices may be shown at once. `joins`: see Joins."""

    def __init__(self, rules: Rules, outcome: Outcome, at_once: int, joins: Joins) -> None:
        self._rules = rules
        self._outcome = outcome
        self._at_once = at_once
        self._joins = joins
        self._coming: list[tuple[int, int, Cue]] = []
        self._serial = 0
        self._moved: dict[object, int] = {}  # for each voice, the begin of its cue that was moved last
        self._open: list[Shown] = []  # in order of their begin; others may still change their end

    def ordered(self, turns: Iterable[Turn]) -> Iterator[Shown]:
        """Yield what is shown, in order of begin. `turns` are in order of their begin."""
        for begin, cues in turns:
            yield from self._shown(begin)
            for cue in cues:
                self._serial += 1
                heappush(self._coming, (cue.begin, self._serial, cue))
        yield from self._shown(None)
        yield from map(self._finished, self._open)
        self._open = []

    def _shown(self, before: int | None) -> Iterator[Shown]:
        """Place the cues that begin before this time, and yield those that no later one can change."""
        while self._coming and (before is None or self._coming[0][0] < before):
            _, serial, cue = heappop(self._coming)
            begin = self._begin(cue)
            if begin > cue.begin:
                # Its number stays, so that cues of a voice that are moved to the same time stay in order.
                cue.begin = self._moved[cue.track] = begin
                heappush(self._coming, (begin, serial, cue))
            else:
                sure = cue.begin - max(self._rules.gap, self._rules.joined)
                while self._open and self._open[0].end < sure:
                    yield self._finished(self._open.pop(0))

    def _begin(self, cue: Cue) -> int:
        """Return when the cue can be shown. If that is its own begin, it is shown, and others end for it."""
        own = next((each for each in reversed(self._open) if each.has_voice_of(cue)), None)
        # Cues of a voice stay in order, also if an earlier one was moved behind this one.
        free = max(self._moved.get(cue.track, 0), 0 if own is None else own.begin + self._rules.shortest)
        if free > cue.begin:
            return free
        others = [each for each in self._open if each.end > cue.begin and not each.has_voice_of(cue)]
        if len(others) >= self._at_once:
            joined = next((each for each in others if self._joins(each, cue)), None)
            if joined is not None:
                self._join(joined, cue)
                return cue.begin
            until = self._make_way(min(others, key=lambda each: each.spoken_to), cue)
            if until > cue.begin:
                return until
        if own is not None:
            self._end_before(own, cue.begin)
        self._open.append(Shown([cue], cue.begin, self._wanted_end(cue)))
        return cue.begin

    def _make_way(self, first: Shown, cue: Cue) -> int:
        """Return when the cue may begin in place of another, which ends then. It is cut if the wait is long."""
        until = max(first.spoken_to, min(first.end, first.begin + self._rules.shortest))
        if until > cue.begin and until - cue.spoken_from > LATEST:
            until = max(cue.begin, first.begin + LEAST)
        if until <= cue.begin:
            first.end = cue.begin
            first.cut = first.spoken_to > cue.begin
        return until

    def _join(self, shown: Shown, cue: Cue) -> None:
        shown.cues.append(cue)
        shown.spoken_to = max(shown.spoken_to, cue.spoken_to)
        shown.end = min(max(shown.end, self._wanted_end(cue)), shown.begin + self._rules.longest)

    def _end_before(self, own: Shown, begin: int) -> None:
        """End a cue before the next one of its voice begins, with a gap if it lasts long enough with it."""
        last = begin - self._rules.gap
        if last - own.begin < self._rules.shortest:
            last = min(begin, max(last, own.begin + self._rules.shortest))
        # Another voice may have taken the place of a cue that is not the last one.
        flickers = begin - own.end < self._rules.joined and own is self._open[-1]
        if own.end > last or (flickers and last - own.begin <= self._rules.longest):
            own.end = last
        if begin - own.end < self._rules.gap:
            self._outcome.broken[Broken.GAP] += 1

    def _wanted_end(self, cue: Cue) -> int:
        """Return until when a cue should be shown: as long as it is spoken and until it can be read."""
        read = cue.begin + round(characters([cue]) * 1_000 / self._rules.speed)
        spoken = max(cue.spoken_to, min(read, cue.spoken_to + self._rules.linger))
        return min(max(spoken, cue.begin + self._rules.shortest), cue.begin + self._rules.longest)

    def _finished(self, shown: Shown) -> Shown:
        broken = self._outcome.broken
        self._outcome.cues += 1
        length = shown.end - shown.begin
        broken[Broken.SHORT] += length < self._rules.shortest
        broken[Broken.SPEED] += characters(shown.cues) * 1_000 > self._rules.speed * length
        broken[Broken.LATE] += any(shown.begin > cue.spoken_from for cue in shown.cues)
        broken[Broken.CUT] += shown.cut or shown.spoken_to - shown.begin > self._rules.longest
        return shown


def characters(cues: Iterable[Cue]) -> int:
    """Return the characters that are read, blanks between words included."""
    return sum(sum(clusters(word.text) + 1 for word in cue.words) - 1 for cue in cues)
