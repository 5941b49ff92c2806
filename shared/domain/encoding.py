"""Checks that a file is UTF-8 while it arrives, and names the other encodings that result files are found in."""

import codecs

from shared.errors import InvalidResult

_FIRST_BYTES = 4
"""Enough to tell UTF-8, UTF-16 and UTF-32 apart, with or without a byte order mark."""

_MARKS = (  # UTF-32 before UTF-16: the mark of UTF-32 LE begins with that of UTF-16 LE
    (codecs.BOM_UTF32_LE, "UTF-32, little-endian"),
    (codecs.BOM_UTF32_BE, "UTF-32, big-endian"),
    (codecs.BOM_UTF16_LE, "UTF-16, little-endian"),
    (codecs.BOM_UTF16_BE, "UTF-16, big-endian"),
    (b"\x1f\x8b", "compressed with gzip"),
)

_NULS: dict[tuple[bool, ...], str] = {
    (False, True, True, True): "UTF-32, little-endian",
    (True, True, True, False): "UTF-32, big-endian",
    (False, True, False, True): "UTF-16, little-endian",
    (True, False, True, False): "UTF-16, big-endian",
}
"""Without a mark the positions of NUL bytes show the encoding: JSON begins with two ASCII characters (RFC 4627, 3)."""


class Utf8:
    """Call `feed` for each chunk, then `close`. Both return bytes that were checked; the first four stay together."""

    def __init__(self) -> None:
        self._first: bytes | None = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._place = 0

    def feed(self, chunk: bytes) -> bytes:
        """Return the checked bytes; empty while fewer than four have arrived.

        Raises InvalidResult with the offset of the first byte that is not UTF-8, or with the name of the encoding.
        """
        if self._first is not None:
            chunk = self._first + chunk
            self._first = chunk
            if len(chunk) < _FIRST_BYTES:
                return b""
            self._first = None
            _refuse_by_name(chunk[:_FIRST_BYTES])
        # The decoder keeps the start of a character that the end of a chunk cut in two.
        kept = len(self._decoder.getstate()[0])
        if kept or not chunk.isascii():  # most chunks are ASCII, for which this test is enough and much faster
            try:
                self._decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise InvalidResult(f"byte {self._place - kept + error.start}: not UTF-8: {error.reason}") from error
        self._place += len(chunk)
        return chunk

    def close(self) -> tuple[bytes, bool]:
        """Return the bytes that are left, and whether the last character is whole. Raises what `feed` raises."""
        rest = b""
        if self._first is not None:
            _refuse_by_name(self._first)
            first, self._first = self._first, None
            rest = self.feed(first)
        return rest, not self._decoder.getstate()[0]


def _refuse_by_name(first: bytes) -> None:
    name = next((name for mark, name in _MARKS if first.startswith(mark)), None)
    name = name or _NULS.get(tuple(byte == 0 for byte in first))
    if name is not None:
        raise InvalidResult(f"byte 0: the file is {name}, and UTF-8 is expected")
