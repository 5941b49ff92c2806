"""Connections to public hosts: the address is checked, and the certificate must match the name."""

import ssl
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest
import requests
import trustme

from shared.adapters.http import PublicConnection, PublicPool, get, public_session, retry_after
from shared.errors import ForbiddenUrl, Transient
from tests.adapters.servers import Answer, Server, serving

NAME = "results.blob.core.windows.net"


class LocalConnection(PublicConnection):
    """Resolves every name to this machine, so that the test can serve it."""

    def addresses(self) -> list[str]:
        """Return the loopback address."""
        return ["127.0.0.1"]


class LocalPool(PublicPool):
    """Connections of that kind."""

    ConnectionCls = LocalConnection


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def store(authority: trustme.CA) -> Iterator[Server]:
    """Serve https with a certificate for NAME only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)
    with serving(context) as server:
        server.answer(Answer(body=b"{}"))
        yield server


@pytest.fixture
def session(authority: trustme.CA, tmp_path: Path) -> requests.Session:
    """Return a public session that trusts the authority and resolves all names to this machine."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    session = public_session()
    session.verify = str(tmp_path / "ca.pem")
    session.get_adapter("https://").poolmanager.pool_classes_by_scheme = {"https": LocalPool}  # type: ignore[attr-defined] # requests' own
    return session


def test_the_certificate_and_the_host_header_have_the_name_of_the_link(
    session: requests.Session, store: Server
) -> None:
    port = store.origin.rpartition(":")[2]
    for _ in range(2):
        assert get(session, f"https://{NAME}:{port}/a.json", {"Connection": "close"}).content == b"{}"
    assert {asked.headers["host"] for asked in store.asked} == {f"{NAME}:{port}"}


def test_a_certificate_for_another_name_is_refused(session: requests.Session, store: Server) -> None:
    port = store.origin.rpartition(":")[2]
    with pytest.raises(Transient, match="SSLError"):
        get(session, f"https://other.blob.core.windows.net:{port}/a.json", {})
    assert store.asked == []


def test_an_untrusted_certificate_is_refused(session: requests.Session, store: Server) -> None:
    session.verify = True
    with pytest.raises(Transient, match="SSLError"):
        get(session, f"https://{NAME}:{store.origin.rpartition(':')[2]}/a.json", {})


def test_a_name_that_resolves_to_this_machine_is_refused() -> None:
    with pytest.raises(ForbiddenUrl, match="localhost leads to"):
        get(public_session(), "https://localhost/a.json?sig=secret", {})


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 64 + ".blob.core.windows.net"])
def test_an_unknown_name_is_transient(host: str) -> None:
    with pytest.raises(Transient):
        get(public_session(), f"https://{host}/a.json", {})


def test_a_public_session_speaks_https_only() -> None:
    with pytest.raises(Transient, match="InvalidSchema"):
        get(public_session(), "http://localhost/a.json", {})


@pytest.mark.parametrize(("header", "seconds"), [(None, None), ("7", 7.0), (" 0 ", 0.0), ("soon", None), ("1.5", None)])
def test_retry_after_is_read_in_seconds(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    told = retry_after(formatdate(time() + 30, usegmt=True))
    assert told is not None
    assert 28 <= told <= 31
    assert retry_after(formatdate(time() - 30, usegmt=True)) == 0.0
