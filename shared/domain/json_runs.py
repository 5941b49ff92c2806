"""Decodes many elements of an array at once: from a buffer that ends anywhere, as many as are whole.

Elements that are written by one program look alike: they begin with the same key, and the same white space stands
between them. So the buffer is cut at the last place that looks like the gap before an element. Whether it is one need
not be guessed: if the bytes before it decode as a list of whole values, the cut is right.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

_FIRST_KEY = re.compile(rb'\{[ \t\n\r]*"[A-Za-z]+"')
_GAP = re.compile(rb"\}[ \t\n\r]*,[ \t\n\r]*")
_LONGEST_GAP = 256


class Runs:
    """Cuts and decodes runs of one array's elements.

    `decode` takes a JSON array of elements and raises msgspec.DecodeError if one of them has another shape. `longest`:
    most bytes of a run; a longer element is in no run.
    """

    def __init__(self, decode: Callable[[bytes], list[Any]], longest: int) -> None:
        self._decode = decode
        self._longest = longest
        self._gap = b""
        self._first_key = b""
        self._not_before = 0  # offset in the file; where a search was in vain, none is made again

    def next_run(self, buffer: bytearray, start: int, place: int) -> tuple[list[Any], int] | None:
        """Return the elements that begin at `start`, and where the element after them begins.

        `place`: the offset of `start` in the file. None if there is no run: the buffer does not hold two elements yet,
        or one of them has another shape.
        """
        if place < self._not_before:
            return None
        limit = min(len(buffer), start + self._longest)
        if not self._gap and not self._learn(buffer, start, limit):
            self._not_before = place + limit - start
            return None
        end = buffer.rfind(self._gap + self._first_key, start, limit)
        if end < 0:
            if limit < len(buffer):
                self._not_before = place + self._longest
            return None
        with memoryview(buffer) as whole:
            run = b"".join((b"[", whole[start : end + 1], b"]"))
        try:
            return self._decode(run), end + len(self._gap)
        except (msgspec.DecodeError, RecursionError):
            self._not_before = place + end - start
            return None

    def _learn(self, buffer: bytearray, start: int, limit: int) -> bool:
        """Note how an element begins, and what stands before the next one. Return whether both were seen."""
        first = _FIRST_KEY.match(buffer, start)
        begin = buffer.find(first[0], first.end(), limit) if first else -1
        while first and begin >= 0:
            brace = buffer.rfind(b"}", max(start, begin - _LONGEST_GAP), begin)
            gap = _GAP.fullmatch(buffer, brace, begin) if brace >= 0 else None
            if gap:
                self._gap, self._first_key = bytes(gap[0]), bytes(first[0])
                return True
            begin = buffer.find(first[0], begin + 1, limit)
        return False
