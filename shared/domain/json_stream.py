"""Cuts a JSON object into its members while it arrives, so that memory does not grow with the file.

Named members come out whole, named arrays come out element by element, everything else is passed over.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from shared.domain.encoding import Utf8
from shared.domain.json_value import MalformedValueError, end_of_value
from shared.domain.other_files import Clues
from shared.errors import InvalidResult

MAX_VALUE_BYTES = 64 * 1024 * 1024
"""Greatest value that has no limit of its own, such as a member that nobody knows. It is in memory as a whole."""

TOO_LARGE = "ValueTooLarge"
"""Code of the error for a value that is greater than its limit."""

_NO_LIMITS: Mapping[str, int] = MappingProxyType({})
_WHITE_SPACE = re.compile(rb"[ \t\n\r]*")
_BOM = codecs.BOM_UTF8
_NO_OBJECT = {b"[": "a JSON array", b"<": "XML or HTML"}


class Cut(NamedTuple):
    """One value. `element`: its number in the array, None for a member. `place`: that of its first byte in the file."""

    key: str
    element: int | None
    place: int
    value: bytes


class _State(Enum):
    START = auto()
    FIRST_KEY = auto()
    KEY = auto()
    COLON = auto()
    VALUE = auto()
    AFTER_VALUE = auto()
    FIRST_ELEMENT = auto()
    ELEMENT = auto()
    AFTER_ELEMENT = auto()
    END = auto()


_IN_ARRAY = (_State.FIRST_ELEMENT, _State.ELEMENT)


class ObjectStream:
    """Feed chunks of bytes, get cuts. `close()` gives the last cuts and checks that the object is whole.

    A named array may be null: it then counts as there, and empty. `limits` has the greatest size in bytes of the
    elements of an array; MAX_VALUE_BYTES holds for all other values. `clues` notes keys and passed-over members.

    Raises InvalidResult, with the place of the byte, for what is not one JSON object in UTF-8: another encoding,
    malformed JSON, NaN, lone surrogates, bytes after the end, an end too early. Also for a named array that is no array
    or comes twice, and for a value beyond its limit. The places where chunks end make no difference.
    """

    def __init__(
        self,
        *,
        members: frozenset[str],
        arrays: frozenset[str],
        limits: Mapping[str, int] = _NO_LIMITS,
        clues: Clues | None = None,
    ) -> None:
        self._members = members
        self._arrays = arrays
        self._limits = limits
        self._clues = clues or Clues()
        self._arrays_seen: set[str] = set()
        self._utf8 = Utf8()
        self._buffer = bytearray()
        self._base = 0  # place in the file of the buffer's first byte
        self._position = 0  # in the buffer
        self._wanted = 0  # an incomplete value is not looked at again before the buffer is this long
        self._final = False
        self._state = _State.START
        self._key = ""
        self._index = 0

    def saw(self, array: str) -> bool:
        """Say whether the named array stood in the object."""
        return array in self._arrays_seen

    def feed(self, chunk: bytes) -> Iterator[Cut]:
        """Take the next bytes; yield the values that became complete. Exhaust the iterator before the next call."""
        self._buffer += self._utf8.feed(chunk)
        if len(self._buffer) >= self._wanted:
            yield from self._advance()

    def close(self) -> Iterator[Cut]:
        """Take note that nothing follows; yield the rest."""
        rest, whole = self._utf8.close()
        self._buffer += rest
        self._final = True
        if not whole:
            raise self._cut_short()
        yield from self._advance()
        if self._state is _State.START:
            raise InvalidResult("the file is empty", "EmptyResult")
        if self._state is not _State.END:
            raise self._cut_short()

    def _advance(self) -> Iterator[Cut]:
        while True:
            self._skip_white_space()
            if self._position == len(self._buffer):
                break
            state_before, position_before = self._state, self._position
            cut = self._step()
            if cut is not None:
                yield cut
            if (self._state, self._position) == (state_before, position_before):
                break  # needs more bytes
        del self._buffer[: self._position]
        self._base += self._position
        self._wanted = max(0, self._wanted - self._position)
        self._position = 0

    def _skip_white_space(self) -> None:
        match = _WHITE_SPACE.match(self._buffer, self._position)
        assert match is not None, "the pattern matches the empty string"  # noqa: S101 - narrows the type
        self._position = match.end()

    def _step(self) -> Cut | None:  # noqa: C901 - one branch a state, as the grammar has it
        char = bytes(self._buffer[self._position : self._position + 1])
        match self._state:  # elements first: there are thousands of them
            case _State.FIRST_ELEMENT if char == b"]":
                self._take(_State.AFTER_VALUE)
            case _State.ELEMENT | _State.FIRST_ELEMENT:
                cut = self._take_value(self._index, _State.AFTER_ELEMENT)
                self._index += cut is not None
                return cut
            case _State.AFTER_ELEMENT:
                self._expect(char, {b",": _State.ELEMENT, b"]": _State.AFTER_VALUE})
            case _State.START:
                self._start(char)
            case _State.FIRST_KEY if char == b"}":
                self._take(_State.END)
            case _State.FIRST_KEY | _State.KEY:
                self._take_key(char)
            case _State.COLON:
                self._expect(char, {b":": _State.VALUE})
            case _State.VALUE if self._key in self._arrays:
                self._open_array(char)
            case _State.VALUE:
                return self._take_value(None, _State.AFTER_VALUE)
            case _State.AFTER_VALUE:
                self._expect(char, {b",": _State.KEY, b"}": _State.END})
            case _State.END:
                raise InvalidResult(f"byte {self._place()}: bytes after the end of the object", "TrailingBytes")
        return None

    def _start(self, char: bytes) -> None:
        if self._place() == 0 and self._buffer.startswith(_BOM):
            self._position += len(_BOM)
            return
        self._expect(char, {b"{": _State.FIRST_KEY})

    def _expect(self, char: bytes, following: dict[bytes, _State]) -> None:
        if char not in following:
            wanted = " or ".join(token.decode() for token in following)
            words = f"byte {self._place()}: expected {wanted}, found {_shown(char)}"
            if self._state is _State.START and char in _NO_OBJECT:
                words += f": the file is {_NO_OBJECT[char]}, and one JSON object is expected"
            raise InvalidResult(words)
        self._take(following[char])

    def _take(self, following: _State) -> None:
        self._position += 1
        self._state = following

    def _take_key(self, char: bytes) -> None:
        if char != b'"':
            raise InvalidResult(f"byte {self._place()}: expected a key in quotation marks")
        end = self._end_of_value()
        if end is not None:
            self._key = msgspec.json.decode(self._bytes(self._position, end), type=str)
            self._clues.key(self._key)
            self._position = end
            self._state = _State.COLON

    def _open_array(self, char: bytes) -> None:
        if char not in {b"[", b"n"}:
            raise InvalidResult(f"byte {self._place()}: {self._key} is not an array")
        end = self._end_of_value() if char == b"n" else self._position + 1
        if end is None:
            return  # the rest of `null` is still to come
        if self._key in self._arrays_seen:
            raise InvalidResult(f"byte {self._place()}: {self._key} stands in the file twice")
        self._arrays_seen.add(self._key)
        self._index = 0
        self._position = end
        self._state = _State.AFTER_VALUE if char == b"n" else _State.FIRST_ELEMENT

    def _take_value(self, index: int | None, following: _State) -> Cut | None:
        end = self._end_of_value()
        if end is None:
            return None
        start, place = self._position, self._place()
        self._position = end
        self._state = following
        if index is not None or self._key in self._members:
            return Cut(self._key, index, place, self._bytes(start, end))
        self._clues.passed_over(self._key, self._buffer, start, end)
        return None

    def _bytes(self, start: int, end: int) -> bytes:
        with memoryview(self._buffer) as whole:
            return bytes(whole[start:end])

    def _end_of_value(self) -> int | None:
        """Return the end of the value at the position and of the white space after it; None: more bytes are needed."""
        with memoryview(self._buffer) as whole, whole[self._position :] as rest:
            length = len(rest)
            try:
                end = end_of_value(rest, final=self._final)
            except MalformedValueError as error:
                raise InvalidResult(f"byte {self._place() + error.at}: {error}") from error
        # White space after the value does not count, so the places where chunks end make no difference.
        limit = self._limits.get(self._key, MAX_VALUE_BYTES) if self._state in _IN_ARRAY else MAX_VALUE_BYTES
        if length > limit and (end is None or self._length(end) > limit):
            self._clues.passed_over(self._key, self._buffer, self._position, self._position + length)
            raise InvalidResult(f"byte {self._place()}: {self._what()} has more than {limit} bytes", TOO_LARGE)
        if end is not None:
            return self._position + end
        if self._final:
            raise self._cut_short()
        # Wait until the buffer is twice as long. So a value that arrives in many chunks is scanned only a few times.
        self._wanted = self._position + min(2 * length, limit + 1)
        return None

    def _length(self, end: int) -> int:
        return len(self._bytes(self._position, self._position + end).rstrip(b" \t\n\r"))

    def _what(self) -> str:
        if self._state in _IN_ARRAY:
            return f"{self._key}[{self._index}]"
        return f"the member {self._key[:60]!r}" if self._state is _State.VALUE else "a key"

    def _cut_short(self) -> InvalidResult:
        return InvalidResult(f"byte {self._base + len(self._buffer)}: the file ends in the middle", "ResultCutShort")

    def _place(self) -> int:
        return self._base + self._position


def _shown(char: bytes) -> str:
    return repr(char)[2:-1]  # control characters escaped: the text goes into logs
