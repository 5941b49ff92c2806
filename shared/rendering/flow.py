"""Silence and overlap between turns that pass in order of time."""

from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.names import Track
from shared.rendering.recording import Said

SILENCE = 5 * TICKS_PER_SECOND
"""People are shown a pause that is longer than this."""


class Flow:
    """Who is talking while turns pass. `begin`: where the time begins, in ticks."""

    def __init__(self, begin: int = 0) -> None:
        self._begin = begin
        self._ends: dict[Track, int] = {}

    @property
    def end(self) -> int:
        """The end of the turns that passed so far, in ticks."""
        return max(self._ends.values(), default=self._begin)

    def pause(self, said: Said) -> int:
        """Return for how long nobody talked before a turn, in ticks; not above 0 if somebody still talks."""
        return said.turn.offset_in_ticks - self.end

    def interrupted(self, said: Said) -> Track | None:
        """Return who talks on when a turn of another track begins: of several, who ends last."""
        running = [(end, track) for track, end in self._ends.items() if track != said.track]
        end, track = max(running, default=(0, None), key=lambda each: each[0])
        return track if end > said.turn.offset_in_ticks else None

    def passes(self, said: Said) -> None:
        """Note that a turn passed."""
        self._ends[said.track] = max(self._ends.get(said.track, self._begin), said.end)
