"""Statistics of who talks when: talk, silence, overlap, mirrored channels, interruptions."""

from collections.abc import Collection, Mapping, Sequence
from heapq import heappop, heappush
from itertools import combinations

from shared.domain.documents import Statistics, Turn
from shared.domain.intervals import IntervalSet, covered

Track = tuple[int, int | None]
"""Channel and speaker."""

Pair = tuple[int, int]
"""Two channels, the smaller number first."""

MOST_COMPARED_CHANNELS = 32
"""Files with more channels are not searched for mirrored channels. Each pair costs a pass over its intervals, and a
file may name 500 channels. Real recordings have two."""

_MIRRORED_TENTHS = 9


class Talk:
    """What the tracks' intervals say together. The intervals themselves are not kept.

    `duration`: the audio's length in ticks, if known. `lengths`: ticks in which each track talks. `talk`, `overlap`:
    ticks in which one or more, or several, talk. `silence`: ticks of the audio in which none does. `mirrored`: pairs of
    channels that hold the same talk.
    """

    def __init__(self, tracks: Mapping[Track, IntervalSet], duration: int | None = None) -> None:
        self.lengths = {track: talk.length() for track, talk in tracks.items()}
        self.talk, self.overlap = covered(tracks.values())
        end = max(0, duration or 0)
        outside, _ = covered(each.outside(0, end) for each in tracks.values())
        self.silence = end - (self.talk - outside)
        self.mirrored = mirrored_channels(tracks, self.overlap)

    def statistics(self, interruptions: int) -> Statistics:
        """Return the head's statistics."""
        return Statistics(
            talk_time_in_ticks=self.talk,
            silence_in_ticks=self.silence,
            overlap_in_ticks=self.overlap,
            interruptions=interruptions,
        )


def mirrored_channels(tracks: Mapping[Track, IntervalSet], overlap: int) -> list[Pair]:
    """Return the pairs of channels that hold the same talk, such as mono that was recorded as stereo.

    Two channels mirror each other if their common talk covers nine tenths of the channel that talks less. Texts are not
    compared, because in real files half of them differ. `overlap`: ticks in which two or more tracks talk.
    """
    channels = _by_channel(tracks)
    if len(channels) > MOST_COMPARED_CHANNELS:
        return []
    lengths = {channel: talk.length() for channel, talk in channels.items()}
    pairs = []
    for one, other in combinations(sorted(channels), 2):
        least = _MIRRORED_TENTHS * min(lengths[one], lengths[other])
        # The whole overlap is an upper bound for the pair's, so ordinary conversations need no comparison.
        if 0 < least <= 10 * overlap and least <= 10 * covered([channels[one], channels[other]])[1]:
            pairs.append((one, other))
    return pairs


def _by_channel(tracks: Mapping[Track, IntervalSet]) -> dict[int, IntervalSet]:
    groups: dict[int, list[IntervalSet]] = {}
    for (channel, _), talk in tracks.items():
        groups.setdefault(channel, []).append(talk)
    return {channel: talks[0] if len(talks) == 1 else _union(talks) for channel, talks in groups.items()}


def _union(talks: Sequence[IntervalSet]) -> IntervalSet:
    union = IntervalSet()
    for talk in talks:
        union.add(talk.begins, talk.ends)
    return union


class Interruptions:
    """Counts the turns that begin while a turn of another track is running. Mirrored channels do not interrupt.

    Call `add` for each turn, in order of their begin. Of two turns that begin at the same time, the second is counted.
    """

    def __init__(self, mirrored: Collection[Pair] = ()) -> None:
        self.count = 0
        self._mirrors = {*mirrored, *((other, one) for one, other in mirrored)}
        self._running: dict[Track, int] = {}  # for each track, the latest end of its turns
        self._ends: list[tuple[int, int, Track]] = []  # a heap of the same; a serial number breaks ties
        self._serial = 0

    def add(self, turn: Turn) -> None:
        """Take the next turn."""
        running, ends = self._running, self._ends
        while ends and ends[0][0] <= turn.offset_in_ticks:
            end, _, track = heappop(ends)
            if running[track] == end:
                del running[track]
        track = (turn.channel, turn.speaker)
        self.count += any(other != track and (turn.channel, other[0]) not in self._mirrors for other in running)
        end = turn.offset_in_ticks + turn.duration_in_ticks
        if end > running.get(track, turn.offset_in_ticks):
            running[track] = end
            self._serial += 1
            heappush(ends, (end, self._serial, track))
