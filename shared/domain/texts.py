"""Cuts a channel's combined texts into pieces that fit into documents."""

import re
from collections.abc import Iterator

from shared.domain.documents import encoded_size

_LAST_WHITE_SPACE = re.compile(r".*\s", re.DOTALL)


def pieces(text: str, size: int) -> Iterator[str]:
    """Yield pieces of `text` of at most `size` bytes of JSON, cut behind white space where there is any.

    Joined with nothing between, the pieces give the text. An empty text has no pieces.
    """
    while text:
        piece = _fitting(text, size)
        if len(piece) < len(text):
            match = _LAST_WHITE_SPACE.match(piece)
            piece = match[0] if match else piece
        yield piece
        text = text[len(piece) :]


def _fitting(text: str, size: int) -> str:
    """Return the longest start of `text` of at most `size` bytes of JSON, but at least one character."""
    low, high = 1, min(len(text), size)
    while low < high:
        middle = (low + high + 1) // 2
        if encoded_size(text[:middle]) - len('""') <= size:
            low = middle
        else:
            high = middle - 1
    return text[:low]
