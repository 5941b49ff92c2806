"""A recording as every form of output reads it: the head, then its turns with the names of those who speak.

Parts are read when they are needed, and only a few are in memory at once, however long the recording is.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from msgspec import UNSET

from shared.domain.documents import PhraseEntry, ResultPart, Transcript, Turn
from shared.errors import Unreadable
from shared.rendering.names import Names, Track

Parts = Callable[[Sequence[str]], Iterable[ResultPart]]
"""Reads parts in the order of their ids, each only when it is asked for."""


class Said(NamedTuple):
    """A turn, the name of who speaks, and the turn's number among all turns of the recording, from 0."""

    name: str
    turn: Turn
    number: int

    @property
    def track(self) -> Track:
        """Channel and speaker."""
        return self.turn.channel, self.turn.speaker

    @property
    def end(self) -> int:
        """The end, in ticks."""
        return self.turn.offset_in_ticks + self.turn.duration_in_ticks


class SaidPhrases(NamedTuple):
    """A turn with its phrases, in the order of the turn."""

    said: Said
    phrases: list[PhraseEntry]


@dataclass(frozen=True)
class Choice:
    """Which turns are wanted: those that touch the time from `begin` to `end` (ticks), of `tracks` (None: of all).

    Of channels that mirror each other only the first is wanted, unless `all_channels`.
    """

    begin: int | None = None
    end: int | None = None
    tracks: frozenset[Track] | None = None
    all_channels: bool = False


_ALIKE_TENTHS = 8
"""A channel is left out only if it talks at least so many tenths as long as the one that it mirrors, or the reverse."""

EVERYTHING = Choice()
NOT_NAMED = Names()


@dataclass(frozen=True)
class Recording:
    """A recording, of which `read` reads the parts. `job_name`: the job's displayName."""

    head: Transcript
    read: Parts
    given_names: Names = NOT_NAMED
    choice: Choice = EVERYTHING
    job_name: str | None = None

    @cached_property
    def names(self) -> dict[Track, str]:
        """The name of every track, in the order of the head's tracks."""
        return self.given_names.of(self.head)

    @cached_property
    def left_out(self) -> dict[int, int]:
        """The channels that are left out since they mirror another one that is shown, each with that channel."""
        if self.choice.all_channels:
            return {}
        shown = {channel for channel, _ in self._chosen}
        talk = Counter[int]()
        for track in self.head.tracks:
            talk[track.channel] += track.talk_time_in_ticks
        found: dict[int, int] = {}
        for one, other in sorted(map(sorted, self.head.mirrored_channels)):
            # Someone who only says "yes" while the other talks mirrors the other too, by the head, but not all of it.
            alike = min(talk[one], talk[other]) * 10 >= max(talk[one], talk[other]) * _ALIKE_TENTHS
            if one in shown and other in shown and alike:
                found.setdefault(other, found.get(one, one))
        return found

    @cached_property
    def tracks(self) -> dict[Track, str]:
        """The names of the tracks that are shown."""
        return {track: name for track, name in self._chosen.items() if track[0] not in self.left_out}

    @property
    def _chosen(self) -> dict[Track, str]:
        wanted = self.choice.tracks
        return {track: name for track, name in self.names.items() if wanted is None or track in wanted}

    def turns(self) -> Iterator[Said]:
        """Yield the chosen turns in order of time. Raises what `read` raises.

        Parts whose turns all end before the choice begins are not read.
        """
        first, parts = self._first()
        return filter(self._in_time, self._said(first, parts))

    def phrases(self) -> Iterator[SaidPhrases]:
        """Yield the chosen turns with their phrases. Raises Unreadable if a phrase of a turn is in no part."""
        tracks = {
            (track.channel, track.speaker): _TrackPhrases(self, track.parts, (track.channel, track.speaker))
            for track in self.head.tracks
        }
        for said in self._said(0, self.head.turns.parts):
            # Phrases of turns that are not chosen are taken too: so none of them stays in memory.
            phrases = tracks[said.track].take(said.turn.phrases)
            if self._in_time(said):
                yield SaidPhrases(said, phrases)

    def _first(self) -> tuple[int, Sequence[str]]:
        """Return the number of the first turn that has to be read, and the parts from there on."""
        index, parts, begin = self.head.turns.index, self.head.turns.parts, self.choice.begin
        if begin is None or index is UNSET or len(index) != len(parts):
            return 0, parts
        # Not a bisection: turns overlap, so a part may end later than the one after it.
        over = sum(1 for _ in takewhile(lambda each: each.to_in_ticks < begin, index))
        return (index[over].first_turn if over < len(index) else 0), parts[over:]

    def _said(self, first: int, parts: Sequence[str]) -> Iterator[Said]:
        """Yield the turns of the tracks that are shown, up to the end of the choice.

        `first`: the number of the first turn in `parts`.
        """
        turns = (turn for part in self.read(parts) for turn in part.turns)
        for number, turn in enumerate(turns, first):
            if self.choice.end is not None and turn.offset_in_ticks >= self.choice.end:
                return
            name = self.tracks.get((turn.channel, turn.speaker))
            if name is not None:
                yield Said(name, turn, number)

    def _in_time(self, said: Said) -> bool:
        return self.choice.begin is None or max(said.end, said.turn.offset_in_ticks + 1) > self.choice.begin


class _TrackPhrases:
    """The phrases of a track, to be taken in about the order in which its parts hold them."""

    def __init__(self, recording: Recording, parts: Sequence[str], track: Track) -> None:
        self._track = track
        self._head = recording.head
        self._coming = self._read(recording.read, parts)
        self._passed: dict[int, PhraseEntry] = {}  # not yet asked for; empty where the file is in order of time

    def take(self, indexes: Iterable[int]) -> list[PhraseEntry]:
        """Return phrases by their indexes. Each can be taken once."""
        return [self._one(index) for index in indexes]

    def _one(self, index: int) -> PhraseEntry:
        if index in self._passed:
            return self._passed.pop(index)
        for phrase in self._coming:
            if phrase.index == index:
                return phrase
            if has_text(phrase):  # turns name no others
                self._passed[phrase.index] = phrase
        head = self._head
        raise Unreadable(f"file {head.file_id}, revision {head.revision}: no part holds phrase {index} of a turn")

    def _read(self, read: Parts, parts: Sequence[str]) -> Iterator[PhraseEntry]:
        for part in read(parts):
            for section in part.tracks:
                if (section.channel, section.speaker) == self._track:
                    yield from section.phrases


def has_text(phrase: PhraseEntry) -> bool:
    """Return whether nBest[0] has a text in any form. Turns leave out phrases without one."""
    first = phrase.n_best[0] if phrase.n_best else None
    texts = (first.display, first.lexical, first.itn, first.masked_itn) if first else ()
    return any(text and not text.isspace() for text in texts)
