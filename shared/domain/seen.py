"""The pages and file ids that a listing has seen, as hashes that are short enough for its messages.

Each invocation reads one page, and passes its state to the next one in a message. So the message has a hash of each
page and of each file id so far. A repeated page means that the list leads in a circle. A repeated id is not counted
again. With hashes of 40 bits, two of 10,000 ids collide in 1 of 20,000 jobs.
"""

import base64
import hashlib
from collections.abc import Iterable

_BYTES = 5
_BITS = 8 * _BYTES
_DIGIT_BITS = 7
_MORE = 1 << _DIGIT_BITS

LONGEST_SEEN = 56_500
"""Most characters of packed hashes: enough for 10,000 ids, the most of a job, and 300 pages. With the longest page name
too, a message stays below 64 KiB."""


def short_hash(name: str) -> int:
    """Return a hash of 40 bits."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:_BYTES], "big")


def packed(hashes: Iterable[int]) -> str:
    """Return the hashes, delta-encoded as LEB128, in Base64: about four bytes for each of 10,000 hashes.

    The hashes are sorted. Each difference is written as 7 bits a byte, the lowest bits first. A byte of 128 or more is
    followed by another byte of the same difference.
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
    """Return the hashes that `packed` encoded. Raises ValueError for any other text."""
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
