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
    end = min(len(text), begin + size)
    over = _size(text[begin:end]) - size
    if over <= 0:
        return end
    # Every character takes at least a byte, so at most `over` characters are too many. Usually these are few.
    surely = max(begin + 1, end - over)
    left = size - _size(text[begin:surely])
    low, high = surely, max(surely, end - 1)
    while low < high:
        middle = (low + high + 1) // 2
        if _size(text[surely:middle]) <= left:
            low = middle
        else:
            high = middle - 1
    return low


def _size(text: str) -> int:
    return encoded_size(text) - len('""')
