"""HTTP requests that go only where they may: no redirects, no proxies of the environment, no private addresses.

The head of an answer has to come in time; its body is read within the bounds of adapters/bodies.py.
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
"""To connect, and between two pieces of an answer."""

HEAD_SECONDS = 90.0
"""For status and headers together: the wait for the first byte, and half as much again for the rest."""

THROTTLED = 429
_REDIRECTS = range(300, 400)


class _Prompt(HTTPConnection):
    """Gives an answer up whose headers drip: a timeout between two pieces alone lets them do so for hours."""

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
        if alarm.rang:  # an end that the alarm made is taken for that of the headers
            response.close()
            raise late
        return response


class PromptConnection(_Prompt, HTTPConnection):
    """Connects to what the settings name, without TLS."""


class PromptTlsConnection(_Prompt, HTTPSConnection):
    """Connects to what the settings name."""


class _PrivateAddressError(Exception):
    """A name that may be asked led to an address that may not."""


class PublicConnection(PromptTlsConnection):
    """Connects only to public addresses; the address that was checked is the one connected to."""

    def addresses(self) -> list[str]:
        """Return the addresses that the host's name has; the certificate is checked against the name all the same."""
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
            # What is read of the host after this goes into the handshake, the certificate's check and the request.
            self._dns_host = name


class PromptPool(HTTPConnectionPool):
    """Connections to one host, without TLS."""

    ConnectionCls = PromptConnection


class PromptTlsPool(HTTPSConnectionPool):
    """Connections to one host."""

    ConnectionCls = PromptTlsConnection


class PublicPool(HTTPSConnectionPool):
    """Connections to one host that is reached at public addresses."""

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
        """Follow none: requests would read the body of a redirect whole, even where it may not follow it."""


def trusted_session() -> requests.Session:
    """Return a session for origins that the settings write out: they may lie in a private network."""
    return _session({"http": PromptPool, "https": PromptTlsPool})


def public_session() -> requests.Session:
    """Return a session for hosts that a name or suffix allows: by https, to public addresses, or not at all."""
    return _session({"https": PublicPool})


def _session(pools: dict[str, type[HTTPConnectionPool]]) -> requests.Session:
    session = _Session()
    without_cookies(session)
    session.trust_env = False  # no proxy, no .netrc password that the settings do not name
    session.adapters.clear()
    for scheme in pools:
        session.mount(f"{scheme}://", _Adapter(pools))
    return session


def get(session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
    """GET `url`; return the answer, whatever its status, its body not read yet: see adapters/bodies.py.

    Raises Transient, ForbiddenUrl; no error has a query in it.
    """
    shown = without_query(url)
    try:
        return session.get(url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True)
    except requests.RequestException as error:
        # The library's text holds the whole URL with its signature, so only the kind of error is told.
        raise Transient(f"GET {shown}: {type(error).__name__}") from None
    except _PrivateAddressError as error:
        raise ForbiddenUrl(f"{shown}: {error}") from error


def refusal(response: requests.Response, words: str) -> Speech2CosmosError:
    """Return the error that an answer other than 200 means; `words` are the service's own."""
    status = response.status_code
    text = f"GET {without_query(response.url)} answered {status}: {words}"
    if status == THROTTLED:
        return Throttled(text, retry_after(response.headers.get("Retry-After")))
    if status in _REDIRECTS:
        return Permanent(f"GET {without_query(response.url)} answered {status}: redirects are not followed", "Redirect")
    return meaning(status)(text)


def retry_after(header: str | None) -> float | None:
    """Return the seconds that a Retry-After header tells to wait, in either of its forms; None if it does not."""
    if header is None:
        return None
    if header.isascii() and header.strip().isdigit():
        return float(header)
    try:
        moment = email.utils.parsedate_tz(header)
        return None if moment is None else max(0.0, email.utils.mktime_tz(moment) - time.time())
    except (ValueError, OverflowError):
        return None
