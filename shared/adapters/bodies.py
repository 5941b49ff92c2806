"""The body of an HTTP answer, read within bounds: of bytes, also inflated ones, and of time, however they drip."""

import threading
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Self

import requests

from shared.domain.urls import without_query
from shared.errors import Permanent, Transient

CHUNK_BYTES = 1024 * 1024
ERROR_BYTES = 64 * 1024
"""How much of the body of an error is read; Speech's have some hundred bytes."""

_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})
"""One at most: urllib3 inflates several in one another within bounds of memory, but not of time."""


@dataclass(frozen=True)
class Limits:
    """How much of a body is read, inflated if it came compressed, and within which time."""

    bytes: int
    seconds: float


ANSWER = Limits(16 * 1024 * 1024, 120.0)
"""An answer of an API: a page of 100 entries has some 100 KB."""


class Alarm:
    """Calls `ring` when the block lasts longer than `seconds`; `rang` says whether it did."""

    def __init__(self, seconds: float, ring: Callable[[], object]) -> None:
        self.rang = False
        self._ring = ring
        self._timer = threading.Timer(seconds, self._go_off)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _go_off(self) -> None:
        self.rang = True
        with suppress(OSError, ValueError, RuntimeError):  # the connection has just ended by itself
            self._ring()


def pieces(response: requests.Response, limits: Limits, size: int = CHUNK_BYTES) -> Generator[bytes]:
    """Yield the body in chunks of up to `size` bytes, inflated where it came compressed.

    Raises Transient for a body that stops early, is shorter than its Content-Length, or is not whole in time (that of
    whoever takes the chunks counts), and Permanent for one of too many bytes or of an encoding that is not read.
    """
    shown, received = without_query(response.url), 0
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise Permanent(f"GET {shown}: a body in the encoding {encoding[:40]!r} is not read", "UnknownEncoding")
    late = f"GET {shown}: the body was not whole after {limits.seconds:.0f} s"
    with Alarm(limits.seconds, response.raw.shutdown) as alarm:
        try:
            for chunk in response.iter_content(size):
                received += len(chunk)
                if received > limits.bytes:
                    raise Permanent(f"GET {shown}: the body has more than {limits.bytes} bytes", "BodyTooLarge")
                if alarm.rang:
                    break
                yield chunk
        except (requests.RequestException, OSError, ValueError) as error:
            if not alarm.rang:
                # The library's text may hold the signed URL.
                raise Transient(f"GET {shown}: the body stopped early: {type(error).__name__}") from None
        if alarm.rang:  # an end that the alarm made may look like a good one
            raise Transient(late)


def whole(response: requests.Response, limits: Limits = ANSWER) -> bytes:
    """Return the whole body. Raises as `pieces` does."""
    return b"".join(pieces(response, limits))


def beginning(response: requests.Response) -> bytes:
    """Return the first ERROR_BYTES of the body, or what could be had of them."""
    read = bytearray()
    with suppress(Transient, Permanent), closing(pieces(response, ANSWER, ERROR_BYTES)) as chunks:
        for chunk in chunks:
            read += chunk
            if len(read) >= ERROR_BYTES:
                break
    return bytes(read[:ERROR_BYTES])
