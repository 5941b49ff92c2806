"""Finds the end of a JSON value by msgspec's error messages. No other file depends on their wording.

If a buffer goes on after a value, msgspec fails with "trailing characters (byte N)". Byte N is the first one after the
value and its white space, and this message alone counts from 1, all others from 0. msgspec is pinned, and
tests/domain/test_json_stream.py fails if the wording changes.
"""

import re

import msgspec

_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_AT_BYTE = re.compile(r"\(byte (\d+)\)")
_TOKEN_BYTES = 16
"""An error this close to the end may come from a token that is cut in two: `-`, `1e`, half a surrogate pair."""
_LITERALS = (b"true", b"false", b"null")


class MalformedValueError(Exception):
    """The bytes do not start a JSON value, whatever follows. `at`: the error's offset in them."""

    def __init__(self, words: str, at: int) -> None:
        super().__init__(words)
        self.at = at


def end_of_value(rest: memoryview, *, final: bool) -> int | None:
    """Return the offset after the value at the start of `rest` and the white space that follows it.

    None if the value goes on after `rest`, or may go on (12 may become 123). With `final` no bytes follow, so None
    means that the value is cut short. Raises MalformedValueError.
    """
    try:
        msgspec.json.decode(rest, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        trailing = _TRAILING.search(str(error))
        if trailing:
            return int(trailing[1]) - 1
        if final:
            _check_end(bytes(rest))
        elif not _may_be_cut(error, len(rest)):
            raise _malformed(error) from error
    except RecursionError:
        raise MalformedValueError("nested too deeply", 0) from None
    else:
        # Only a number may go on after it looks complete. Others end here, so endless white space is not buffered.
        return None if rest[-1:].tobytes().isdigit() else len(rest)
    return None


def _check_end(rest: bytes) -> None:
    # With padding, msgspec's error for half a surrogate pair differs from that for a string that is cut short.
    try:
        msgspec.json.decode(rest + b" " * _TOKEN_BYTES, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        at_byte = _AT_BYTE.search(str(error))
        if at_byte is not None and not _is_cut_token(rest, int(at_byte[1])):
            raise _malformed(error) from error


def _malformed(error: msgspec.DecodeError) -> MalformedValueError:
    at_byte = _AT_BYTE.search(str(error))
    return MalformedValueError(_AT_BYTE.sub("", str(error)).strip(), int(at_byte[1]) if at_byte else 0)


def _may_be_cut(error: msgspec.DecodeError, length: int) -> bool:
    at_byte = _AT_BYTE.search(str(error))
    return at_byte is None or int(at_byte[1]) + _TOKEN_BYTES > length


def _is_cut_token(rest: bytes, at_byte: int) -> bool:
    """Return whether this error only means that a token is cut off. msgspec names a byte within the token."""
    literal = rest[max(0, at_byte - 1) :]
    return at_byte >= len(rest) or rest[at_byte:] == b"\\" or any(each.startswith(literal) for each in _LITERALS)
