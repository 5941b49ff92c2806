"""The phrases of a file that are not blank, kept until its end in little memory."""

from array import array
from collections.abc import Hashable, Iterator
from heapq import merge
from itertools import chain, repeat
from math import isnan, nan
from struct import Struct
from typing import NamedTuple, TypeVar

from msgspec import UnsetType

from shared.domain.phrases import Measured

_T = TypeVar("_T", bound=Hashable)

_ROW = Struct("=qqdQIIIH")
"""A phrase: begin, end, confidence, begin and length of its text, index, number of its locale, number of its track.

NaN stands for no confidence. A hostile file may name more than 65,536 locales, but never so many tracks.
"""

_BLOCK = 1024
"""Phrases of a block. A buffer that grows with the file would be copied now and then, and leave holes in the heap."""


class Spoken(NamedTuple):
    """A phrase that is not blank. `begin`, `end` are in ticks; `number` is its index in recognizedPhrases."""

    track: tuple[int, int | None]
    begin: int
    end: int
    number: int
    display: str
    confidence: float | None
    locale: str | UnsetType


class SpokenPhrases:
    """Collects phrases in the file's order, then yields them in order of time.

    Numbers are packed and texts kept as UTF-8, in blocks, so that a phrase takes its text and 46 bytes.
    """

    def __init__(self) -> None:
        self._tracks = _Numbers[tuple[int, int | None]]()
        self._locales = _Numbers[str | UnsetType]()
        self._blocks: list[tuple[bytes, bytes]] = []
        self._rows = bytearray()
        self._texts = bytearray()

    def add(self, measured: Measured) -> None:
        """Take a phrase that is not blank."""
        entry = measured.entry
        text = (entry.n_best[0].display or "").encode()
        self._rows += _ROW.pack(
            entry.offset_in_ticks,
            measured.end,
            nan if measured.confidence is None else measured.confidence,
            len(self._texts),
            len(text),
            entry.index,
            self._locales[entry.locale],
            self._tracks[measured.channel, measured.speaker],
        )
        self._texts += text
        if len(self._rows) == _BLOCK * _ROW.size:
            self._close_block()

    def in_order(self) -> Iterator[Spoken]:
        """Yield the phrases by begin, then channel, then index. Call this once, after the last phrase."""
        self._close_block()
        begins = [array("q") for _ in self._tracks]
        places = [array("I") for _ in self._tracks]
        every = chain.from_iterable(_ROW.iter_unpack(rows) for rows, _ in self._blocks)
        for place, numbers in enumerate(every):
            track = numbers[-1]
            begins[track].append(numbers[0])
            places[track].append(place)
        for track, column in enumerate(begins):
            # Each track is sorted by itself, so that few numbers are in memory. sorted() is stable.
            order = sorted(range(len(column)), key=column.__getitem__)
            begins[track] = array("q", map(column.__getitem__, order))
            places[track] = array("I", map(places[track].__getitem__, order))
        channels = (repeat(channel) for channel, _ in self._tracks)
        for _, _, place in merge(*map(zip, begins, channels, places)):
            block, row = divmod(place, _BLOCK)
            rows, texts = self._blocks[block]
            begin, end, confidence, text, length, index, locale, track = _ROW.unpack_from(rows, row * _ROW.size)
            yield Spoken(
                self._tracks.known[track],
                begin,
                end,
                index,
                texts[text : text + length].decode(),
                None if isnan(confidence) else confidence,
                self._locales.known[locale],
            )

    def _close_block(self) -> None:
        self._blocks.append((bytes(self._rows), bytes(self._texts)))
        self._rows.clear()
        self._texts.clear()


class _Numbers(dict[_T, int]):
    """Numbers values from 0, in the order of their first use. `known`: the values by their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[_T] = []

    def __missing__(self, value: _T) -> int:
        number = self[value] = len(self.known)
        self.known.append(value)
        return number
