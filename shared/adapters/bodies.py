"""Reads the body of an HTTP response within limits of time and of bytes after decompression."""

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
"""Most bytes that are read of an error's body. An error of Speech has a few hundred."""

_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})
"""Accepted encodings; never several at once, because urllib3 does not limit the time of nested decompression."""


@dataclass(frozen=True)
class Limits:
    """Most bytes of a body, after decompression, and most seconds for reading it."""

    bytes: int
    seconds: float


ANSWER = Limits(16 * 1024 * 1024, 120.0)
"""Limits of an API's response. A page of 100 entries has about 100 KB."""


class Alarm:
    """A context manager that calls `ring` if its block takes longer than `seconds`. `rang`: whether it did."""

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
        with suppress(OSError, ValueError, RuntimeError):  # the connection may end at the same moment
            self._ring()


def pieces(response: requests.Response, limits: Limits, size: int = CHUNK_BYTES) -> Generator[bytes]:
    """Yield the body in chunks of up to `size` bytes, decompressed if necessary.

    Raises Transient for a body that stops early, is shorter than its Content-Length, or takes too long; the time
    includes what the consumer does between chunks. Raises Permanent for a body of too many bytes or of an unknown
    encoding.
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
                # The library's message may contain the signed URL.
                raise Transient(f"GET {shown}: the body stopped early: {type(error).__name__}") from None
        if alarm.rang:  # closing the connection may look like a complete body
            raise Transient(late)


def whole(response: requests.Response, limits: Limits = ANSWER) -> bytes:
    """Return the whole body. Raises as `pieces` does."""
    return b"".join(pieces(response, limits))


def beginning(response: requests.Response) -> bytes:
    """Return the first ERROR_BYTES of the body, or as many as can be read. Raises nothing."""
    read = bytearray()
    with suppress(Transient, Permanent), closing(pieces(response, ANSWER, ERROR_BYTES)) as chunks:
        for chunk in chunks:
            read += chunk
            if len(read) >= ERROR_BYTES:
                break
    return bytes(read[:ERROR_BYTES])
