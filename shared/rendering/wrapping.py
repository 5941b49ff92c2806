"""Breaks text into lines by the columns that it takes on a screen.

`wcwidth.wrap` does the same, but takes minutes for a text of 100,000 characters without blanks. Widths and grapheme
clusters are wcwidth's.
"""

from collections.abc import Iterable, Iterator

from wcwidth import iter_graphemes, width

MORE = "\u2026"

CHARACTERS_A_COLUMN = 16
"""Where a text is cut, no more characters are looked at for each column: more than a cluster of a language has."""


def columns(text: str) -> int:
    """Return the columns of a text without line breaks. A wide character, such as a Chinese one, takes two."""
    # The usual case, and many times faster.
    return len(text) if text.isascii() else sum(map(_columns, iter_graphemes(text)))


def clusters(text: str) -> int:
    """Return the number of grapheme clusters: what a reader calls characters."""
    return len(text) if text.isascii() else sum(1 for _ in iter_graphemes(text))


def wrapped(words: Iterable[str], limit: int) -> Iterator[str]:
    """Yield lines of at most `limit` columns. Every word is in them, in order.

    A word is broken only if it is longer than a whole line, and only between grapheme clusters. A cluster that is wider
    than the line has a line for itself.
    """
    line: list[str] = []
    used = 0
    for word in words:
        for piece in [word] if columns(word) <= limit else broken(word, limit):
            size = columns(piece)
            if line and used + 1 + size > limit:
                yield " ".join(line)
                line, used = [], 0
            used += size + bool(line)
            line.append(piece)
    if line:
        yield " ".join(line)


def broken(word: str, limit: int) -> Iterator[str]:
    """Yield pieces of a word, each of at most `limit` columns and of whole grapheme clusters."""
    piece: list[str] = []
    used = 0
    for cluster in iter_graphemes(word):
        size = _columns(cluster)
        if piece and used + size > limit:
            yield "".join(piece)
            piece, used = [], 0
        piece.append(cluster)
        used += size
    if piece:
        yield "".join(piece)


def cut(text: str, limit: int) -> str:
    """Return at most `limit` columns of a text, with an ellipsis where it was cut."""
    near = text[: limit * CHARACTERS_A_COLUMN + 1]
    return near if columns(near) <= limit else f"{next(broken(near, limit - 1))}{MORE}"


def _columns(cluster: str) -> int:
    return width(cluster, control_codes="ignore")
