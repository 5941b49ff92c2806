"""Finds the end of a JSON value with msgspec. No other file depends on the wording of its errors.

For a buffer that holds more than one value, msgspec fails with "trailing characters (byte N)". Byte N, counted from 1,
is the first one after the value and the white space that follows it. All other errors count from 0. msgspec is pinned,
and tests/domain/test_json_stream.py fails if the wording changes.
"""

import re

import msgspec

_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_AT_BYTE = re.compile(r"\(byte (\d+)\)")
_TOKEN_BYTES = 16
"""An error this near to the end of the buffer may come from a token that is cut in two: `-`, `1e`, half of a pair."""
_LITERALS = (b"true", b"false", b"null")


class MalformedValueError(Exception):
    """The bytes are no JSON value, whatever follows. `at` is the place of the error in them."""

    def __init__(self, words: str, at: int) -> None:
        super().__init__(words)
        self.at = at


def end_of_value(rest: memoryview, *, final: bool) -> int | None:
    """Return the end of the value at the start of `rest`; white space after the value belongs to it.

    None: the value goes on beyond `rest`, or may do so (12 may become 123). With `final` no more bytes follow, so the
    value is cut short. Raises MalformedValueError.
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
        # Only a number can be complete and yet go on. Endless white space after any other value is not collected.
        return None if rest[-1:].tobytes().isdigit() else len(rest)
    return None


def _check_end(rest: bytes) -> None:
    # With padding the error differs between a string that ends in half a surrogate pair and one that is cut short.
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
    """Say whether the error at this byte is only that a token is cut off. msgspec names a byte within the token."""
    literal = rest[max(0, at_byte - 1) :]
    return at_byte >= len(rest) or rest[at_byte:] == b"\\" or any(each.startswith(literal) for each in _LITERALS)
