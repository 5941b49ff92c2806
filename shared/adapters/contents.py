"""The contents of result files: blobs behind signed links, or in the user's own container."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import requests

from shared.adapters.http import get, public_session, refusal, trusted_session
from shared.adapters.retrying import retrying
from shared.domain.urls import HostRule, without_query
from shared.errors import Transient
from shared.pipeline.ports import Content, Refused

CHUNK_BYTES = 1024 * 1024
_OK = 200
_REFUSED = frozenset({401, 403})


class HttpContents:
    """Implements the port Contents.

    A link without a signature (results in the user's own container) is read with the app's own identity: `own`
    gives the URL to ask and the headers for it.
    """

    def __init__(self, hosts: HostRule, own: Callable[[str], tuple[str, dict[str, str]]]) -> None:
        self._hosts = hosts
        self._own = own
        self._public = public_session()
        self._trusted = trusted_session()

    @contextmanager
    def open(self, content_url: str) -> Iterator[Content]:
        """Open a file. Raises Refused, ForbiddenUrl, NotFound, Transient (also while chunks are read)."""
        allowed = self._hosts.check(content_url)
        session = self._trusted if allowed.trusted else self._public
        response = retrying()(self._ask, session, content_url)
        try:
            yield Content(_etag(response), _chunks(response))
        finally:
            response.close()

    def _ask(self, session: requests.Session, content_url: str) -> requests.Response:
        signed = "sig" in parse_qs(urlsplit(content_url).query)
        url, headers = (content_url, {}) if signed else self._own(content_url)
        response = get(session, url, {**headers, "Accept-Encoding": "identity"}, stream=True)
        if response.status_code == _OK:
            return response
        with response:
            if response.status_code in _REFUSED:
                raise Refused(f"GET {without_query(url)} answered {response.status_code}")
            raise refusal(response, response.headers.get("x-ms-error-code", response.reason or ""))


def _etag(response: requests.Response) -> str:
    # A store without ETags: date and length of the blob tell its versions apart well enough.
    known = response.headers.get("ETag")
    return known or f"{response.headers.get('Last-Modified')} {response.headers.get('Content-Length')}"


def _chunks(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_content(CHUNK_BYTES)
    except requests.RequestException as error:
        # Also for a body shorter than its Content-Length. The library's text may hold the signed URL.
        raise Transient(f"GET {without_query(response.url)}: the body stopped early: {type(error).__name__}") from None
