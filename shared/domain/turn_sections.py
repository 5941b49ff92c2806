"""The sections of turns, and what the head says about them."""

from shared.domain.documents import Turn, TurnsRange, TurnsSummary, part_id
from shared.domain.packing import Kind, Section
from shared.domain.parts import HeadRoom, PartFiller


class TurnSections:
    """Fills sections with turns, and notes for each section which turns it holds.

    Call `add` for each turn, in order of time, and then `finish`. Both raise InvalidResult if the head has no room for
    another entry of the index, and `add` also for a turn that exceeds Cosmos DB's limit for an item.
    """

    def __init__(self, room: HeadRoom) -> None:
        self._room = room
        self._filler = PartFiller("turns")
        self._parts: list[str] = []
        self._index: list[TurnsRange] = []
        self._count = self._first = 0  # of all turns, and of those in earlier sections
        self._begin = self._end = 0

    def add(self, turn: Turn) -> list[Section]:
        """Take a turn. Return the section before it if that has no room for this turn."""
        full = self._section(self._filler.add(turn, self._count))
        end = turn.offset_in_ticks + turn.duration_in_ticks
        if self._count == self._first:
            self._begin, self._end = turn.offset_in_ticks, end
        self._end = max(self._end, end)
        self._count += 1
        return full

    def finish(self) -> list[Section]:
        """Return the last section, or none without turns."""
        return self._section(self._filler.finish())

    def summary(self, revision: str) -> TurnsSummary:
        """Return what the head says. Call this after the sections have got their parts."""
        return TurnsSummary(self._count, [part_id(revision, name) for name in self._parts], self._index)

    def _section(self, turns: list[bytes]) -> list[Section]:
        if not turns:
            return []
        turns_range = TurnsRange(self._begin, self._end, self._first, self._count - self._first)
        self._index.append(self._room.index(turns_range))
        self._first = self._count
        return [Section(Kind.TURNS, self._parts, b",".join(turns))]
