"""HTTP requests to allowed addresses only: no redirects, no proxies of the environment, no private addresses.

The head of an answer has a time limit. adapters/bodies.py reads the body within limits.
"""

import email.utils
import socket
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from shared.adapters.bodies import Alarm
from shared.adapters.connections import CONNECTIONS, without_cookies
from shared.adapters.statuses import meaning
from shared.domain.urls import is_public_address, without_query
from shared.errors import ForbiddenUrl, Permanent, Speech2CosmosError, Throttled, Transient

TIMEOUT_SECONDS = (5.0, 60.0)
"""Limits for connecting, and for the wait between two pieces of an answer."""

HEAD_SECONDS = 90.0
"""Limit for status and headers together: 60 s for the first byte, and half as much for the rest."""

THROTTLED = 429
_REDIRECTS = range(300, 400)


class _Prompt(HTTPConnection):
    """Limits the time of an answer's head. With only a timeout between pieces, slow headers could take hours."""

    head_seconds = HEAD_SECONDS

    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # urllib3's own, as it has it
        sock = self.sock
        assert sock is not None, "the request was sent"  # noqa: S101 - narrows the type
        late = TimeoutError(f"no whole head after {self.head_seconds:.0f} s")
        with Alarm(self.head_seconds, lambda: socket.socket.shutdown(sock, socket.SHUT_RD)) as alarm:
            try:
                response = super().getresponse()
            except Exception:
                if alarm.rang:
                    raise late from None
                raise
        if alarm.rang:  # urllib3 takes the end that the alarm caused for the end of the headers
            response.close()
            raise late
        return response


class PromptConnection(_Prompt, HTTPConnection):
    """Connects without TLS to a host that the settings contain."""


class PromptTlsConnection(_Prompt, HTTPSConnection):
    """Connects with TLS to a host that the settings contain."""


class _PrivateAddressError(Exception):
    """An allowed host name has an address that is not allowed."""


class PublicConnection(PromptTlsConnection):
    """Connects only to public addresses, and exactly to the address that was checked."""

    def addresses(self) -> list[str]:
        """Return the addresses of the host's name. The certificate is still checked against the name."""
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NewConnectionError(self, f"the name {self.host} is not known: {error}") from error
        addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
        private = [address for address in addresses if not is_public_address(address)]
        if private:
            raise _PrivateAddressError(f"the name {self.host} leads to {private[0]}, which is no public address")
        return addresses

    def _new_conn(self) -> socket.socket:
        name, self._dns_host = self._dns_host, self.addresses()[0]
        try:
            return super()._new_conn()
        finally:
            # After this the name is used again: for the handshake, the certificate's check and the request.
            self._dns_host = name


class PromptPool(HTTPConnectionPool):
    """Connections to one host, without TLS."""

    ConnectionCls = PromptConnection


class PromptTlsPool(HTTPSConnectionPool):
    """Connections to one host."""

    ConnectionCls = PromptTlsConnection


class PublicPool(HTTPSConnectionPool):
    """Connections to one host at its public addresses."""

    ConnectionCls = PublicConnection


class _Adapter(HTTPAdapter):
    def __init__(self, pools: dict[str, type[HTTPConnectionPool]]) -> None:
        self._pools = pools
        super().__init__(pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: ANN401, FBT001, FBT002 - requests' own signature
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None. Otherwise requests reads a redirect's whole body, even if it must not follow it."""


def trusted_session() -> requests.Session:
    """Return a session for origins that the settings contain in full. They may have private addresses."""
    return _session({"http": PromptPool, "https": PromptTlsPool})


def public_session() -> requests.Session:
    """Return a session for hosts that a name or suffix allows: only https, and only public addresses."""
    return _session({"https": PublicPool})


def _session(pools: dict[str, type[HTTPConnectionPool]]) -> requests.Session:
    session = _Session()
    without_cookies(session)
    session.trust_env = False  # no proxy of the environment, no password of .netrc
    session.adapters.clear()
    for scheme in pools:
        session.mount(f"{scheme}://", _Adapter(pools))
    return session


def get(session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
    """GET `url` and return the answer with any status. Its body is not read yet: see adapters/bodies.py.

    Raises Transient and ForbiddenUrl. No error contains the URL's query.
    """
    return _sent(session, "GET", url, headers)


def delete(session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
    """DELETE `url`, as `get` does."""
    return _sent(session, "DELETE", url, headers)


def _sent(session: requests.Session, method: str, url: str, headers: dict[str, str]) -> requests.Response:
    shown = without_query(url)
    try:
        return session.request(
            method, url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True
        )
    except requests.RequestException as error:
        # The library's text has the whole URL with its signature, so only the type of the error is shown.
        raise Transient(f"{method} {shown}: {type(error).__name__}") from None
    except _PrivateAddressError as error:
        raise ForbiddenUrl(f"{shown}: {error}") from error


def refusal(response: requests.Response, words: str) -> Speech2CosmosError:
    """Return the error for an answer that is not the wanted one. `words`: the service's own text."""
    status = response.status_code
    asked = f"{response.request.method} {without_query(response.url)}"
    text = f"{asked} answered {status}: {words}"
    if status == THROTTLED:
        return Throttled(text, retry_after(response.headers.get("Retry-After")))
    if status in _REDIRECTS:
        return Permanent(f"{asked} answered {status}: redirects are not followed", "Redirect")
    return meaning(status)(text)


def retry_after(header: str | None) -> float | None:
    """Return the wait in seconds of a Retry-After header, in either of its forms; None without a valid one."""
    if header is None:
        return None
    if header.isascii() and header.strip().isdigit():
        return float(header)
    try:
        moment = email.utils.parsedate_tz(header)
        return None if moment is None else max(0.0, email.utils.mktime_tz(moment) - time.time())
    except (ValueError, OverflowError):
        return None
