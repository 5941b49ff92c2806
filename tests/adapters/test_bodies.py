"""Endless responses and decompression bombs are given up within limits of memory and time."""

import gzip
import itertools
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from shared.adapters.blob import own_reader
from shared.adapters.bodies import ANSWER, CHUNK_BYTES, ERROR_BYTES, Limits, beginning, pieces
from shared.adapters.contents import FILE, HttpContents
from shared.adapters.http import (
    get,
    trusted_session,
)
from shared.adapters.speech import SpeechApi
from shared.domain.speech_urls import SpeechResource
from shared.domain.urls import HostRule
from shared.errors import Permanent, ServiceRefused, Speech2CosmosError, Transient
from shared.pipeline.ports import Content
from tests.adapters.servers import Answer, Server

JOB = "11111111-2222-4333-8444-555555555555"
MIB = 1024 * 1024
OK = b'HTTP/1.1 200 OK\r\nETag: "1"\r\n'
TAGGED = {"ETag": '"1"'}
"""A header that every response of a store has."""


def speech(server: Server) -> SpeechApi:
    return SpeechApi(SpeechResource(server.origin, "v3.1"), dict)


@contextmanager
def contents(server: Server, limits: Limits = FILE) -> Iterator[HttpContents]:
    with BlobServiceClient("https://own.blob.core.windows.net") as account:
        yield HttpContents(HostRule("CONTENT_HOSTS", (server.origin,)), own_reader(account), limits)


@contextmanager
def at_most(mebibytes: int) -> Iterator[None]:
    """Check that Python allocates at most this much memory in the block."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < mebibytes * MIB, f"{peak / MIB:.0f} MiB"


def endless(head: bytes, piece: bytes = b" " * 65_536) -> Callable[[], Iterable[bytes]]:
    return lambda: itertools.chain([head + b"\r\n"], itertools.repeat(piece))


@cache
def bomb(mebibytes: int) -> bytes:
    """Return this many MiB of spaces as gzip data, which are a thousandth of their length."""
    packer = zlib.compressobj(wbits=31)
    return b"".join(packer.compress(b" " * MIB) for _ in range(mebibytes)) + packer.flush()


ENDLESS = {
    "without a length": endless(OK),
    "in chunks": endless(OK + b"Transfer-Encoding: chunked\r\n", b"10000\r\n" + b" " * 65_536 + b"\r\n"),
    "of a great length": endless(OK + b"Content-Length: 999999999999\r\n"),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_response_of_speech_is_refused_in_bounded_memory(server: Server, kind: str) -> None:
    server.answer(Answer(raw=ENDLESS[kind]))
    with at_most(2 * ANSWER.bytes // MIB + 8), pytest.raises(Permanent, match="more than 16777216 bytes") as error:
        speech(server).transcription(JOB)
    assert error.value.code == "BodyTooLarge"


@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_file_is_refused_in_bounded_memory(server: Server, kind: str) -> None:
    server.answer(Answer(raw=ENDLESS[kind]))
    with (
        at_most(8),
        contents(server, Limits(32 * MIB, 60)) as adapter,
        adapter.open(f"{server.origin}/a?sig=SECRET") as file,
        pytest.raises(Permanent, match="more than 33554432 bytes") as error,
    ):
        drained(file)
    assert error.value.code == "BodyTooLarge"
    assert "SECRET" not in str(error.value)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_decompression_bomb_is_inflated_in_pieces_and_refused(server: Server, encoding: str) -> None:
    packed = bomb(64) if encoding == "gzip" else _deflated(64)
    assert len(packed) < MIB
    server.answer(Answer(body=packed, headers={**TAGGED, "Content-Encoding": encoding}))
    with at_most(2 * ANSWER.bytes // MIB + 8), pytest.raises(Permanent, match="more than 16777216 bytes"):
        speech(server).transcription(JOB)
    with (
        at_most(8),
        contents(server, Limits(32 * MIB, 60)) as adapter,
        adapter.open(f"{server.origin}/a?sig=x") as file,
        pytest.raises(Permanent, match="more than 33554432 bytes"),
    ):
        drained(file)


def drained(file: Content) -> None:
    """Read all chunks without keeping them."""
    for chunk in file.chunks:
        assert len(chunk) <= CHUNK_BYTES


def _deflated(mebibytes: int) -> bytes:
    return zlib.compress(b" " * (mebibytes * MIB))


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,deflate", ", ".join(["gzip"] * 20), "br", "x" * 9_000])
def test_nested_and_unknown_encodings_are_refused_with_a_short_message(server: Server, encoding: str) -> None:
    server.answer(Answer(body=gzip.compress(bomb(64)), headers={**TAGGED, "Content-Encoding": encoding}))
    with contents(server) as adapter, adapter.open(f"{server.origin}/a?sig=x") as file:  # noqa: SIM117 - it opens well
        with pytest.raises(Permanent, match="is not read") as error:
            list(file.chunks)
    assert error.value.code == "UnknownEncoding"
    assert len(str(error.value)) < 200


def test_a_body_not_in_its_encoding_is_transient(server: Server) -> None:
    server.answer(Answer(body=b"this is not gzip", headers={**TAGGED, "Content-Encoding": "gzip"}))
    with contents(server) as adapter, adapter.open(f"{server.origin}/a?sig=x") as file:  # noqa: SIM117 - it opens well
        with pytest.raises(Transient, match="the body stopped early: ContentDecodingError"):
            list(file.chunks)


@pytest.mark.parametrize("status", [400, 404, 302])
def test_only_the_beginning_of_an_endless_error_body_is_read(server: Server, status: int) -> None:
    server.answer(Answer(raw=endless(f"HTTP/1.1 {status} No\r\nLocation: /b\r\n".encode(), b"x" * 4096)))
    asks: list[Callable[[Server], object]] = [asked, opened]
    for ask in asks:
        server.written = 0
        with at_most(4), pytest.raises(Speech2CosmosError, match=str(status)) as error:
            ask(server)
        assert len(str(error.value)) < 500
        assert server.written < 16 * MIB, "no more than the buffers of the system hold"


def asked(server: Server) -> object:
    return speech(server).file(JOB, "a")


def opened(server: Server) -> object:
    with contents(server) as adapter, adapter.open(f"{server.origin}/a?sig=x") as file:
        return file


def test_a_decompression_bomb_as_an_error_body_is_inflated_only_as_far_as_it_is_shown(server: Server) -> None:
    server.answer(Answer(400, body=bomb(64), headers={"Content-Encoding": "gzip"}))
    with at_most(4), pytest.raises(ServiceRefused):
        speech(server).file(JOB, "a")
    with trusted_session() as session, at_most(4), get(session, server.origin, {}) as response:
        assert beginning(response) == b" " * ERROR_BYTES


@pytest.mark.parametrize("headers", [b"X: y\r\n" * 10_000, b"X: " + b"y" * 10_000_000 + b"\r\n"], ids=["many", "long"])
def test_endless_headers_are_transient(server: Server, headers: bytes) -> None:
    server.answer(Answer(raw=lambda: [OK, headers, b"\r\n"]))
    with trusted_session() as session, at_most(8), pytest.raises(Transient, match="ConnectionError"):
        get(session, server.origin, {})


def test_a_reader_that_stops_early_leaves_no_timer(server: Server) -> None:
    server.answer(Answer(body=b" " * (3 * CHUNK_BYTES), headers=TAGGED))
    with trusted_session() as session, get(session, server.origin, {}) as response:
        chunks = pieces(response, Limits(10 * MIB, 1000))
        assert len(next(chunks)) == CHUNK_BYTES
        chunks.close()
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(5)
            assert not thread.is_alive()


def test_the_time_limit_of_a_download_is_below_that_of_the_host() -> None:
    host = (Path(__file__).parents[2] / "host.json").read_text()
    assert '"functionTimeout": "00:30:00"' in host
    assert FILE.seconds <= 25 * 60
    assert FILE.bytes > 5 * 343_000_000
