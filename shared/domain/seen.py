"""What a listing has met: hashes short enough to travel with its messages.

A list of files is read a page an invocation, and a message is all that one invocation tells the next. So the message
carries a hash of each page and of each file id met so far: a repeated page is a circle, and a repeated id is no further
file. 40 bits let two of 10,000 ids be taken for one in 1 of 20,000 jobs.
"""

import base64
import hashlib
from collections.abc import Iterable

_BYTES = 5
_BITS = 8 * _BYTES
_DIGIT_BITS = 7
_MORE = 1 << _DIGIT_BITS

LONGEST_SEEN = 56_500
"""Characters. Room for 10,000 ids, the most that a job has, and 300 pages; with the longest page a message stays below
64 KiB."""


def short_hash(name: str) -> int:
    """Return 40 bits that stand for a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:_BYTES], "big")


def packed(hashes: Iterable[int]) -> str:
    """Return the hashes in Base64: their differences in ascending order, 7 bits a byte, the lowest first.

    A byte of 128 or more is followed by another one of the same number. 10,000 hashes take four bytes each.
    """
    written, before = bytearray(), 0
    for value in sorted(hashes):
        rest, before = value - before, value
        while rest >= _MORE:
            written.append(rest % _MORE + _MORE)
            rest >>= _DIGIT_BITS
        written.append(rest)
    return base64.b64encode(written).decode()


def unpacked(text: str) -> set[int]:
    """Return the hashes that `packed` wrote. Raises ValueError for what it cannot have written."""
    hashes: set[int] = set()
    value = shift = before = 0
    for byte in base64.b64decode(text, validate=True):
        value += (byte % _MORE) << shift
        shift += _DIGIT_BITS
        if shift > _BITS + _DIGIT_BITS:
            raise ValueError("a number of more than 40 bits")
        if byte < _MORE:
            before += value
            hashes.add(before)
            value = shift = 0
    return hashes
