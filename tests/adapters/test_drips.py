"""Responses that arrive byte by byte are given up in time, with TLS and without, whichever part is slow."""

import gzip
import itertools
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import trustme

from shared.adapters.bodies import Limits, whole
from shared.adapters.http import PromptConnection, PromptPool, PromptTlsConnection, PromptTlsPool, get, trusted_session
from shared.errors import Transient
from tests.adapters.servers import Answer, Server, serving

MIB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
QUICK = 0.3
"""The time limits in these tests, in seconds."""

PACE = 0.1
"""Seconds between two bytes. A whole response takes 90 s, far more than QUICK."""

Told = tuple[Server, requests.Session]


class QuickConnection(PromptConnection):
    """Waits at most QUICK for the headers of a response."""

    head_seconds = QUICK


class QuickPool(PromptPool):
    """Connections of that kind."""

    ConnectionCls = QuickConnection


class QuickTlsConnection(PromptTlsConnection):
    """Waits at most QUICK for the headers of a response, with TLS."""

    head_seconds = QUICK


class QuickTlsPool(PromptTlsPool):
    """Connections of that kind."""

    ConnectionCls = QuickTlsConnection


@contextmanager
def told(scheme: str, folder: Path, pools: dict[str, type[PromptPool | PromptTlsPool]]) -> Iterator[Told]:
    session = trusted_session()
    for prefix in pools:
        session.get_adapter(f"{prefix}://").poolmanager.pool_classes_by_scheme = pools  # type: ignore[attr-defined] # requests' own
    context = None
    if scheme == "https":
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        session.verify = str(folder / "ca.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(context) as server, session:
        yield server, session


@pytest.fixture(params=["http", "https"])
def patient(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Told]:
    """Give a server, and a session that waits for headers as long as the app does."""
    with told(request.param, tmp_path, {"http": PromptPool, "https": PromptTlsPool}) as running:
        yield running


@pytest.fixture(params=["http", "https"])
def quick(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Told]:
    """Give a server, and a session that waits at most QUICK for headers."""
    with told(request.param, tmp_path, {"http": QuickPool, "https": QuickTlsPool}) as running:
        yield running


DRIPS = {
    "a body without a length": (OK + b"\r\n", b"{" * 900),
    "a body with a length": (OK + b"Content-Length: 900\r\n\r\n", b"{" * 900),
    "the length of a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 900),
    "a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n384\r\n", b"{" * 900),
    "after the last chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", b"X: y\r\n" * 150),
    "gzip that inflates to nothing": (OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 45),
}


@pytest.mark.parametrize("what", DRIPS)
def test_a_body_that_arrives_too_slowly_is_given_up_in_time(patient: Told, what: str) -> None:
    server, session = patient
    head, body = DRIPS[what]
    server.answer(Answer(raw=lambda: itertools.chain([head], server.drip(body, PACE))))
    with get(session, f"{server.origin}/a?sig=SECRET", {}) as response:  # noqa: SIM117 - only the body fails
        with pytest.raises(Transient, match=r"/a: the body was not whole after 0 s"):
            whole(response, Limits(MIB, QUICK))


def test_a_body_that_arrives_in_time_is_read_whole(patient: Told) -> None:
    server, session = patient
    server.answer(Answer(body=b"{}" * 40_000))
    for _ in range(3):
        with get(session, server.origin, {}) as response:
            assert whole(response) == b"{}" * 40_000


@pytest.mark.parametrize(
    "dripping", [b"HTTP/1.1 200 OK\r\nX: ", OK + b"X: y\r\n" * 50, b"HTTP/1.1 100 Continue\r\n\r\n" * 50]
)
def test_headers_that_arrive_too_slowly_are_given_up_in_time(quick: Told, dripping: bytes) -> None:
    server, session = quick
    server.answer(Answer(raw=lambda: server.drip(dripping + b"x" * 900, PACE)))
    with pytest.raises(Transient, match=r"/a: ReadTimeout$"):
        get(session, f"{server.origin}/a?sig=SECRET", {})
