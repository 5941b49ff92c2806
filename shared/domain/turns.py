"""The conversation: the phrases of all tracks in order of time. Consecutive phrases of one track become a turn."""

from array import array
from collections.abc import Iterator
from heapq import merge

from shared.domain.documents import Turn

LARGEST_TURN_CHARACTERS = 256 * 1024
"""Longest text of a turn. A longer monologue becomes several turns, because a document of 2 MB has to hold each."""

_INDEX_CHARACTERS = 10
"""Added to a turn's size for each phrase besides its text: the index, a comma and a space."""


class Conversation:
    """Collects the phrases of a file in any order, then yields its turns in order of time.

    Texts are kept as UTF-8, and numbers in arrays, so that a phrase takes its text and 40 bytes.
    """

    def __init__(self) -> None:
        self._tracks: dict[tuple[int, int | None], int] = {}
        self._track = array("H")
        self._phrase = array("I")
        self._offset = array("q")
        self._end = array("q")
        self._text_end = array("Q", [0])
        self._texts = bytearray()

    def add(self, track: tuple[int, int | None], phrase: int, offset: int, end: int, display: str) -> None:
        """Take a phrase: its channel and speaker, its index, its begin and end in ticks, and its text."""
        self._track.append(self._tracks.setdefault(track, len(self._tracks)))
        self._phrase.append(phrase)
        self._offset.append(offset)
        self._end.append(end)
        self._texts += display.encode()
        self._text_end.append(len(self._texts))

    def turns(self, gap_in_ticks: int) -> Iterator[Turn]:
        """Yield the turns in order of time. Phrases that begin at the same time are in order of channel and index.

        A phrase joins the previous turn if both have the same track and the phrase begins less than `gap_in_ticks`
        after the greatest end in that turn, as long as the turn's text is not longer than LARGEST_TURN_CHARACTERS.
        """
        tracks = list(self._tracks)
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
                yield self._turn(tracks, current, texts, end)
                current, texts, characters = [], [], 0
            end = max(end, self._end[place]) if current else self._end[place]
            characters += len(display) + _INDEX_CHARACTERS
            current.append(place)
            texts.append(display)
        if current:
            yield self._turn(tracks, current, texts, end)

    def _in_order(self) -> Iterator[int]:
        """Yield the places of phrases in order. Each track is sorted by itself, so that few numbers are in memory."""
        places: list[array[int]] = [array("I") for _ in self._tracks]
        for place, track in enumerate(self._track):
            places[track].append(place)
        # sorted() is stable, and phrases were added in order of their index.
        columns = [array("I", sorted(column, key=self._offset.__getitem__)) for column in places]
        channels = [channel for channel, _ in self._tracks]
        return merge(*columns, key=lambda place: (self._offset[place], channels[self._track[place]], place))

    def _display(self, place: int) -> str:
        return self._texts[self._text_end[place] : self._text_end[place + 1]].decode()

    def _turn(self, tracks: list[tuple[int, int | None]], places: list[int], texts: list[str], end: int) -> Turn:
        channel, speaker = tracks[self._track[places[0]]]
        offset = self._offset[places[0]]
        return Turn(
            channel=channel,
            speaker=speaker,
            offset_in_ticks=offset,
            duration_in_ticks=end - offset,
            display=" ".join(filter(None, texts)),
            phrases=[self._phrase[place] for place in places],
        )
