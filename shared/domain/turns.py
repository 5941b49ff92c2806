"""The conversation: the phrases of all tracks in order of time. Consecutive phrases of one track become a turn."""

from array import array
from collections.abc import Hashable, Iterator
from heapq import merge
from math import isnan, nan
from statistics import fmean
from typing import TypeVar

from msgspec import UNSET, UnsetType

from shared.domain.documents import Turn
from shared.domain.phrases import Measured

_T = TypeVar("_T", bound=Hashable)

LARGEST_TURN_CHARACTERS = 256 * 1024
"""Longest text of a turn. A longer monologue becomes several turns, because a document of 2 MB has to hold each."""

_INDEX_CHARACTERS = 10
"""Added to a turn's size for each phrase besides its text: the index, a comma and a space."""


class _Numbers(dict[_T, int]):
    """Numbers values from 0, in the order of their first use. `known`: the values by their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[_T] = []

    def __missing__(self, value: _T) -> int:
        number = self[value] = len(self.known)
        self.known.append(value)
        return number


class Conversation:
    """Collects the phrases of a file in any order, then yields its turns in order of time.

    Texts are kept as UTF-8, and numbers in arrays, so that a phrase takes its text and 50 bytes.
    """

    def __init__(self) -> None:
        self._tracks = _Numbers[tuple[int, int | None]]()
        self._locales = _Numbers[str | UnsetType]()
        self._track = array("H")
        self._locale = array("I")  # a hostile file may name more than 65,536
        self._phrase = array("I")
        self._offset = array("q")
        self._end = array("q")
        self._confidence = array("d")
        self._text_end = array("Q", [0])
        self._texts = bytearray()

    def add(self, measured: Measured) -> None:
        """Take a phrase that is not blank."""
        entry = measured.entry
        confidence = measured.confidence
        self._track.append(self._tracks[measured.channel, measured.speaker])
        self._locale.append(self._locales[entry.locale])
        self._phrase.append(entry.index)
        self._offset.append(entry.offset_in_ticks)
        self._end.append(measured.end)
        self._confidence.append(nan if confidence is None else confidence)
        self._texts += (entry.n_best[0].display or "").encode()
        self._text_end.append(len(self._texts))

    def turns(self, gap_in_ticks: int) -> Iterator[Turn]:
        """Yield the turns in order of time. Phrases that begin at the same time are in order of channel and index.

        A phrase joins the previous turn if both have the same track and the phrase begins less than `gap_in_ticks`
        after the greatest end in that turn, as long as the turn's text is not longer than LARGEST_TURN_CHARACTERS.
        """
        current: list[int] = []
        texts: list[str] = []
        end = characters = 0
        for place in self._in_order():
            display = self._display(place)
            joins = (
                current
                and self._track[place] == self._track[current[0]]
                and self._offset[place] < end + gap_in_ticks
                and characters + len(display) <= LARGEST_TURN_CHARACTERS
            )
            if current and not joins:
                yield self._turn(current, texts, end)
                current, texts, characters = [], [], 0
            end = max(end, self._end[place]) if current else self._end[place]
            characters += len(display) + _INDEX_CHARACTERS
            current.append(place)
            texts.append(display)
        if current:
            yield self._turn(current, texts, end)

    def _in_order(self) -> Iterator[int]:
        """Yield the places of phrases in order. Each track is sorted by itself, so that few numbers are in memory."""
        places: list[array[int]] = [array("I") for _ in self._tracks]
        for place, track in enumerate(self._track):
            places[track].append(place)
        # sorted() is stable, and phrases were added in order of their index.
        columns = [array("I", sorted(column, key=self._offset.__getitem__)) for column in places]
        channels = [channel for channel, _ in self._tracks.known]
        return merge(*columns, key=lambda place: (self._offset[place], channels[self._track[place]], place))

    def _display(self, place: int) -> str:
        return self._texts[self._text_end[place] : self._text_end[place + 1]].decode()

    def _turn(self, places: list[int], texts: list[str], end: int) -> Turn:
        channel, speaker = self._tracks.known[self._track[places[0]]]
        offset = self._offset[places[0]]
        return Turn(
            channel=channel,
            speaker=speaker,
            offset_in_ticks=offset,
            duration_in_ticks=end - offset,
            display=" ".join(filter(None, texts)),
            phrases=[self._phrase[place] for place in places],
            confidence=self._mean_confidence(places),
            locale=self._common_locale(places),
        )

    def _mean_confidence(self, places: list[int]) -> float | None:
        known = [each for place in places if not isnan(each := self._confidence[place])]
        return fmean(known) if known else None

    def _common_locale(self, places: list[int]) -> str | UnsetType | None:
        """Return the only locale that the phrases name; None if they name several, UNSET if they name none."""
        said = {self._locale[place] for place in places}
        named = [locale for number in said if (locale := self._locales.known[number]) is not UNSET]
        if len(named) > 1:
            return None
        return named[0] if named else UNSET
