"""Cuts a channel's combined texts into pieces that fit into documents."""

import re
from collections.abc import Iterator

from shared.domain.parts import encoded_size

_LAST_WHITE_SPACE = re.compile(r".*\s", re.DOTALL)


def pieces(text: str, size: int) -> Iterator[str]:
    """Yield pieces of `text`, each of at most `size` bytes as JSON, cut after white space if possible.

    Concatenated, the pieces are the text. An empty text has no pieces.
    """
    begin = 0
    while begin < len(text):
        end = _fitting_end(text, begin, size)
        if end < len(text):
            match = _LAST_WHITE_SPACE.match(text, begin, end)
            end = match.end() if match else end
        yield text[begin:end]
        begin = end


def _fitting_end(text: str, begin: int, size: int) -> int:
    """Return the end of the longest piece from `begin`: at most `size` bytes as JSON, but at least one character."""
    low, high = begin + 1, min(len(text), begin + size)
    while low < high:
        middle = (low + high + 1) // 2
        if encoded_size(text[begin:middle]) - len('""') <= size:
            low = middle
        else:
            high = middle - 1
    return low
