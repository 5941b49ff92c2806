"""Cuts a JSON object into its members while it arrives, so that memory does not grow with the file.

Named members are handed out whole, named arrays element by element, everything else is passed over.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from shared.domain.json_value import MalformedValueError, end_of_value
from shared.errors import InvalidResult

MAX_VALUE_BYTES = 64 * 1024 * 1024
"""Greatest single value that is read: the texts of a channel, or a member that nobody knows."""

_NO_LIMITS: Mapping[str, int] = MappingProxyType({})
_WHITE_SPACE = re.compile(rb"[ \t\n\r]*")
_BOM = codecs.BOM_UTF8


class Cut(NamedTuple):
    """One value: the member's key, the number of the element (None: the member itself), its place, its bytes."""

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
    """Feed chunks of bytes, get cuts; `close()` gives the last ones and checks that the object was whole.

    Raises InvalidResult (with the byte's place) for what is no JSON object in UTF-8: malformed JSON, NaN, lone
    surrogates, invalid UTF-8, bytes after the end, an end too early, a named array that is none or comes twice, a value
    of more than MAX_VALUE_BYTES. `limits` gives arrays whose elements may have fewer bytes.
    """

    def __init__(
        self, *, members: frozenset[str], arrays: frozenset[str], limits: Mapping[str, int] = _NO_LIMITS
    ) -> None:
        self._members = members
        self._arrays = arrays
        self._limits = limits
        self._arrays_seen: set[str] = set()
        self._utf8 = codecs.getincrementaldecoder("utf-8")("strict")
        self._buffer = bytearray()
        self._received = 0
        self._base = 0  # place in the file of the buffer's first byte
        self._position = 0  # in the buffer
        self._wanted = 0  # an incomplete value is not looked at again before the buffer is this long
        self._final = False
        self._state = _State.START
        self._key = ""
        self._index = 0

    @property
    def received(self) -> int:
        """Bytes fed so far."""
        return self._received

    def saw(self, array: str) -> bool:
        """Say whether the named array stood in the object."""
        return array in self._arrays_seen

    def feed(self, chunk: bytes) -> Iterator[Cut]:
        """Take the next bytes; yield what became complete. Exhaust the iterator before feeding again."""
        self._check_utf8(chunk, final=False)
        self._received += len(chunk)
        self._buffer += chunk
        if len(self._buffer) >= self._wanted:
            yield from self._advance()

    def close(self) -> Iterator[Cut]:
        """Say that nothing follows; yield the rest."""
        self._final = True
        self._check_utf8(b"", final=True)
        yield from self._advance()
        if self._state is _State.START:
            raise InvalidResult("the file is empty", "EmptyResult")
        if self._state is not _State.END:
            raise self._cut_short()

    def _check_utf8(self, chunk: bytes, *, final: bool) -> None:
        # msgspec does not validate the strings that it passes over, so all bytes are checked here.
        pending = len(self._utf8.getstate()[0])
        try:
            self._utf8.decode(chunk, final)
        except UnicodeDecodeError as error:
            if final:
                raise self._cut_short() from error
            place = self._received - pending + error.start
            raise InvalidResult(f"byte {place}: not UTF-8: {error.reason}") from error

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
        if self._place() == 0 and _BOM.startswith(self._buffer[: len(_BOM)]):
            if len(self._buffer) >= len(_BOM):
                self._position += len(_BOM)
                return
            if not self._final:
                return  # the rest of the mark is still to come
        self._expect(char, {b"{": _State.FIRST_KEY})

    def _expect(self, char: bytes, following: dict[bytes, _State]) -> None:
        if char not in following:
            wanted = " or ".join(token.decode() for token in following)
            raise InvalidResult(f"byte {self._place()}: expected {wanted}, found {_shown(char)}")
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
            self._position = end
            self._state = _State.COLON

    def _open_array(self, char: bytes) -> None:
        if char != b"[":
            raise InvalidResult(f"byte {self._place()}: {self._key} is not an array")
        if self._key in self._arrays_seen:
            raise InvalidResult(f"byte {self._place()}: {self._key} stands in the file twice")
        self._arrays_seen.add(self._key)
        self._index = 0
        self._take(_State.FIRST_ELEMENT)

    def _take_value(self, index: int | None, following: _State) -> Cut | None:
        end = self._end_of_value()
        if end is None:
            return None
        wanted = index is not None or self._key in self._members
        start = self._position
        value = self._bytes(start, end) if wanted else b""
        cut = Cut(self._key, index, self._place(), value)
        self._position = end
        self._state = following
        return cut if wanted else None

    def _bytes(self, start: int, end: int) -> bytes:
        with memoryview(self._buffer) as whole:
            return bytes(whole[start:end])

    def _end_of_value(self) -> int | None:
        """Where the value at the position ends (white space behind it included); None if more bytes are needed."""
        with memoryview(self._buffer) as whole, whole[self._position :] as rest:
            length = len(rest)
            try:
                end = end_of_value(rest, final=self._final)
            except MalformedValueError as error:
                raise InvalidResult(f"byte {self._place() + error.at}: {error}") from error
        # Wherever the chunks end, the same values are refused: white space behind one does not count.
        limit = self._limits.get(self._key, MAX_VALUE_BYTES) if self._state in _IN_ARRAY else MAX_VALUE_BYTES
        if length > limit and (end is None or self._length(end) > limit):
            raise InvalidResult(f"byte {self._place()}: a value of more than {limit} bytes", "ValueTooLarge")
        if end is not None:
            return self._position + end
        if self._final:
            raise self._cut_short()
        # Twice as much before the next look: a value that arrives in many chunks is scanned a few times, not each time.
        self._wanted = self._position + min(2 * length, limit + 1)
        return None

    def _length(self, end: int) -> int:
        return len(self._bytes(self._position, self._position + end).rstrip(b" \t\n\r"))

    def _cut_short(self) -> InvalidResult:
        return InvalidResult(f"byte {self._received}: the file ends in the middle", "ResultCutShort")

    def _place(self) -> int:
        return self._base + self._position


def _shown(char: bytes) -> str:
    return repr(char)[2:-1]  # control characters escaped: the text goes into logs
