"""An incremental JSON parser for one large object, whose memory does not grow with the file.

It yields named members whole and named arrays element by element. It skips everything else.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from shared.domain.encoding import Utf8
from shared.domain.json_grammar import IN_ARRAY, NEXT, State
from shared.domain.json_runs import Runs
from shared.domain.json_value import MalformedValueError, end_of_value
from shared.domain.other_files import Clues
from shared.errors import InvalidResult

MAX_VALUE_BYTES = 64 * 1024 * 1024
"""Greatest size of a value without a limit of its own, such as an unknown member: it is in memory as a whole."""

TOO_LARGE = "ValueTooLarge"
"""Error code for a value that exceeds its limit."""

_WHITE_SPACE = re.compile(rb"[ \t\n\r]*")
_BOM = codecs.BOM_UTF8
_NO_OBJECT = {b"[": "a JSON array", b"<": "XML or HTML"}


class Cut(msgspec.Struct, frozen=True):
    """One value. `element`: its index in the array; None for a member. `place`: its first byte's offset in the file.

    Elements that were decoded together are a `run`, without `value`; `element` and `place` are those of the first one.
    """

    key: str
    element: int | None
    place: int
    value: bytes = b""
    run: Sequence[Any] = ()


class ObjectStream:
    """Call `feed` for each chunk, then `close`, which also checks that the object is complete.

    Both yield a Cut for each value, or for many elements of an array that `runs` names, which are decoded then.

    A named array that is null counts as present and empty. `limits`: greatest size in bytes of an array's elements, by
    the array's name; all other values may have MAX_VALUE_BYTES. `clues` collects keys and skipped members.

    Raises InvalidResult, with the byte's offset, for anything but one JSON object in UTF-8: another encoding, malformed
    JSON, NaN, a lone surrogate, trailing bytes, an early end. Also for a named array that is no array or occurs twice,
    and for a value beyond its limit. The result does not depend on where chunks end.
    """

    def __init__(
        self,
        *,
        members: frozenset[str],
        arrays: frozenset[str],
        limits: Mapping[str, int] | None = None,
        runs: Mapping[str, Runs] | None = None,
        clues: Clues | None = None,
    ) -> None:
        self._members = members
        self._arrays = arrays
        self._limits = limits or {}
        self._runs = runs or {}
        self._clues = clues or Clues()
        self._arrays_seen: set[str] = set()
        self._utf8 = Utf8()
        self._buffer = bytearray()
        self._base = 0  # offset in the file of the buffer's first byte
        self._position = 0  # offset in the buffer
        self._wanted = 0  # an incomplete value is scanned again only when the buffer is this long
        self._final = False
        self._state = State.START
        self._key = ""
        self._index = 0

    def saw(self, array: str) -> bool:
        """Return whether the object had the named array."""
        return array in self._arrays_seen

    def feed(self, chunk: bytes) -> Iterator[Cut]:
        """Take the next bytes and yield the values that are now complete. Exhaust the iterator before the next call."""
        self._buffer += self._utf8.feed(chunk)
        if len(self._buffer) >= self._wanted:
            yield from self._advance()

    def close(self) -> Iterator[Cut]:
        """Yield the remaining values, then check that the object is complete. Call this after the last chunk."""
        rest, whole = self._utf8.close()
        self._buffer += rest
        self._final = True
        if not whole:
            raise self._cut_short()
        yield from self._advance()
        if self._state is State.START:
            raise InvalidResult("the file is empty", "EmptyResult")
        if self._state is not State.END:
            raise self._cut_short()

    def _advance(self) -> Iterator[Cut]:
        while True:
            self._skip_white_space()
            if self._position == len(self._buffer):
                break
            state_before, position_before = self._state, self._position
            cut = self._run() or self._step()
            if cut is not None:
                yield cut
            if (self._state, self._position) == (state_before, position_before):
                break  # needs more bytes
        del self._buffer[: self._position]
        self._base += self._position
        self._wanted = max(0, self._wanted - self._position)
        self._position = 0

    def _run(self) -> Cut | None:
        runs = self._runs.get(self._key) if self._state in IN_ARRAY else None
        found = runs.next_run(self._buffer, self._position, self._place()) if runs else None
        if found is None:
            return None
        run, following = found
        cut = Cut(self._key, self._index, self._place(), run=run)
        self._index += len(run)
        self._position = following
        self._state = State.ELEMENT
        return cut

    def _skip_white_space(self) -> None:
        match = _WHITE_SPACE.match(self._buffer, self._position)
        assert match is not None, "the pattern matches the empty string"  # noqa: S101 - narrows the type
        self._position = match.end()

    def _step(self) -> Cut | None:
        char = bytes(self._buffer[self._position : self._position + 1])
        match self._state:  # elements first, because a file has thousands of them
            case State.FIRST_ELEMENT if char == b"]":
                self._take(State.AFTER_VALUE)
            case State.ELEMENT | State.FIRST_ELEMENT:
                cut = self._take_value(self._index, State.AFTER_ELEMENT)
                self._index += cut is not None
                return cut
            case State.AFTER_ELEMENT | State.AFTER_VALUE | State.COLON:
                self._expect(char)
            case State.START:
                self._start(char)
            case State.FIRST_KEY if char == b"}":
                self._take(State.END)
            case State.FIRST_KEY | State.KEY:
                self._take_key(char)
            case State.VALUE if self._key in self._arrays:
                self._open_array(char)
            case State.VALUE:
                return self._take_value(None, State.AFTER_VALUE)
            case State.END:
                raise InvalidResult(f"byte {self._place()}: bytes after the end of the object", "TrailingBytes")
        return None

    def _start(self, char: bytes) -> None:
        if self._place() == 0 and self._buffer.startswith(_BOM):
            self._position += len(_BOM)
            return
        self._expect(char)

    def _expect(self, char: bytes) -> None:
        following = NEXT[self._state]
        if char not in following:
            wanted = " or ".join(token.decode() for token in following)
            found = repr(char)[2:-1]  # with control characters escaped, because the text is logged
            words = f"byte {self._place()}: expected {wanted}, found {found}"
            if self._state is State.START and char in _NO_OBJECT:
                words += f": the file is {_NO_OBJECT[char]}, and one JSON object is expected"
            raise InvalidResult(words)
        self._take(following[char])

    def _take(self, following: State) -> None:
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
            self._state = State.COLON

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
        self._state = State.AFTER_VALUE if char == b"n" else State.FIRST_ELEMENT

    def _take_value(self, index: int | None, following: State) -> Cut | None:
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
        """Return the end of the value at the position, with the white space after it; None if more bytes are needed."""
        with memoryview(self._buffer) as whole, whole[self._position :] as rest:
            length = len(rest)
            try:
                end = end_of_value(rest, final=self._final)
            except MalformedValueError as error:
                raise InvalidResult(f"byte {self._place() + error.at}: {error}") from error
        # The limit ignores white space after the value, so the result does not depend on where chunks end.
        limit = self._limits.get(self._key, MAX_VALUE_BYTES) if self._state in IN_ARRAY else MAX_VALUE_BYTES
        if length > limit and (end is None or self._length(end) > limit):
            self._clues.passed_over(self._key, self._buffer, self._position, self._position + length)
            raise InvalidResult(f"byte {self._place()}: {self._what()} has more than {limit} bytes", TOO_LARGE)
        if end is not None:
            return self._position + end
        if self._final:
            raise self._cut_short()
        # Scan again when the buffer is twice as long, so that a value in many chunks is scanned only a few times.
        self._wanted = self._position + min(2 * length, limit + 1)
        return None

    def _length(self, end: int) -> int:
        return len(self._bytes(self._position, self._position + end).rstrip(b" \t\n\r"))

    def _what(self) -> str:
        if self._state in IN_ARRAY:
            return f"{self._key}[{self._index}]"
        return f"the member {self._key[:60]!r}" if self._state is State.VALUE else "a key"

    def _cut_short(self) -> InvalidResult:
        return InvalidResult(f"byte {self._base + len(self._buffer)}: the file ends in the middle", "ResultCutShort")

    def _place(self) -> int:
        return self._base + self._position
