"""The contents of result files: blobs with signed links, or blobs in the user's own container."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import requests

from shared.adapters.azure_errors import SERVER_BUSY
from shared.adapters.bodies import Limits, pieces
from shared.adapters.http import get, public_session, refusal, retry_after, trusted_session
from shared.adapters.retrying import retrying
from shared.domain.urls import Allowed, HostRule, origin_of, without_query
from shared.errors import ForbiddenUrl, Throttled, Transient
from shared.pipeline.ports import Content, Refused

FILE = Limits(2 * 1024**3, 20 * 60.0)
"""Limits of a result file. 2 GiB is six times the largest file in our tests. The time includes writing the documents.
It is shorter than functionTimeout in host.json: even if all other requests are slow, the app records the error before
the platform ends the invocation."""

_CODE_CHARACTERS = 100
_OK = 200
_REFUSED = frozenset({401, 403})
_VERSION = ("ETag", "Last-Modified")
"""Headers with a blob's version. A store sends at least one of them; a proxy's page has neither."""


class OwnRight(Protocol):
    """The app's permission to read a blob."""

    def __call__(self, url: str, *, named: bool) -> tuple[str, dict[str, str]]:
        """Return the URL to request and the headers for it. `named`: the settings name the host in full.

        Raises ForbiddenUrl for an account to which the app may not send its token.
        """


class HttpContents:
    """Implements the port Contents. `own` authorizes links without a signature: those to the user's own container."""

    def __init__(self, hosts: HostRule, own: OwnRight, limits: Limits = FILE) -> None:
        self._hosts = hosts
        self._own = own
        self._limits = limits
        self._public = public_session()
        self._trusted = trusted_session()

    @contextmanager
    def open(self, content_url: str) -> Iterator[Content]:
        """Open a file. Raises Refused, ForbiddenUrl, NotFound, Transient.

        Reading the chunks raises Transient and Permanent: at their end Transient if they do not match the store's MD5.
        """
        allowed = self._hosts.check(content_url)
        response = retrying("Content")(self._ask, allowed, content_url)
        with response, closing(pieces(response, self._limits)) as chunks:
            yield Content(_etag(response), _unharmed(response, chunks))

    def _ask(self, allowed: Allowed, content_url: str) -> requests.Response:
        signed = "sig" in parse_qs(urlsplit(content_url).query)
        url, headers = (content_url, {}) if signed else self._own(content_url, named=allowed.named)
        session = self._trusted if allowed.trusted else self._public
        try:
            response = get(session, url, {**headers, "Accept-Encoding": "identity"})
        except ForbiddenUrl as error:
            origin = origin_of(urlsplit(url))
            words = f"If that is your own private endpoint, list {origin} in {self._hosts.setting}: a whole origin"
            raise ForbiddenUrl(f"{error}. {words} may have any address") from error
        if response.status_code == _OK and any(name in response.headers for name in _VERSION):
            return response
        with response:
            if response.status_code == _OK:
                raise Transient(f"GET {without_query(url)}: the answer has neither ETag nor date: no store gave it")
            if response.status_code in _REFUSED:
                raise Refused(f"GET {without_query(url)} answered {response.status_code}")
            code = response.headers.get("x-ms-error-code", response.reason or "")[:_CODE_CHARACTERS]
            if code == SERVER_BUSY:
                told = retry_after(response.headers.get("Retry-After"))
                raise Throttled(f"GET {without_query(url)} answered {response.status_code}: {code}", told)
            raise refusal(response, code)


def _unharmed(response: requests.Response, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks, then compare their MD5 with the one that Azure stores for a blob uploaded in one request."""
    told = response.headers.get("Content-MD5")
    if told is None or "Content-Encoding" in response.headers:
        yield from chunks
        return
    found = hashlib.md5(usedforsecurity=False)
    for chunk in chunks:
        found.update(chunk)
        yield chunk
    if base64.b64encode(found.digest()).decode() != told.strip():
        raise Transient(f"GET {without_query(response.url)}: the bytes are not those that the store has a hash of")


def _etag(response: requests.Response) -> str:
    # A store without ETags: the blob's date and length stand for its version.
    known = response.headers.get("ETag")
    return known or f"{response.headers.get('Last-Modified')} {response.headers.get('Content-Length')}"
