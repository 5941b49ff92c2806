"""Finds a phrase in texts, whatever the case and the accents, and says where in the original text it stands."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from wcwidth import iter_graphemes

from shared.errors import WrongUsage
from shared.rendering.folding import folded


class Place(NamedTuple):
    """Where a hit stands in a text: from the character `begin` up to `end`, without it."""

    begin: int
    end: int


class Phrase:
    """A phrase that is searched for. Raises WrongUsage if it is blank.

    Between its words any number of blanks may stand. It may begin and end within a word. A hit consists of whole
    grapheme clusters: what a reader sees as one character is in it or not.
    """

    def __init__(self, text: str) -> None:
        words = folded(text).split()
        if not words:
            raise WrongUsage(f"{text[:40]!r} has nothing to search for")
        self._pattern = re.compile(r"\s+".join(map(re.escape, words)))

    def places(self, text: str) -> list[Place]:
        """Return where the phrase stands in a text, from left to right, without overlaps."""
        if not self._pattern.search(folded(text)):
            return []
        return list(self._places(text))

    def _places(self, text: str) -> Iterator[Place]:
        if text.isascii():
            yield from (Place(*found.span()) for found in self._pattern.finditer(folded(text)))
            return
        clusters = list(iter_graphemes(text))
        pieces = [folded(cluster) for cluster in clusters]
        begins, ends = _sums(clusters), _sums(pieces)
        before = 0
        for found in self._pattern.finditer("".join(pieces)):
            first = bisect_right(ends, found.start()) - 1
            last = bisect_left(ends, found.end())
            place = Place(max(before, begins[first]), begins[last])
            before = place.end
            if place.begin < place.end:  # not a second hit in one character, such as each f of a ligature
                yield place


def _sums(pieces: list[str]) -> list[int]:
    """Return where each piece begins, and where the last one ends."""
    sums = [0]
    for piece in pieces:
        sums.append(sums[-1] + len(piece))
    return sums
