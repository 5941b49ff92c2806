"""Decides who gets an answer, and adds the headers of every answer.

The server listens on loopback only. Other programs of this machine, and pages of other sites in the user's browser, can
send requests to it all the same.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.rendering.page.frame import plain
from shared.rendering.page.markup import advice

STATES = "/state"
"""Paths that begin so answer with JSON, to the page's script."""

METHODS = frozenset({"GET", "HEAD"})

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # frame-ancestors has no effect in a page's own policy. The rest of the policy is there, with the hashes.
    "Content-Security-Policy": "frame-ancestors 'none'",
}

_SECRET_BYTES = 32


class Keys(NamedTuple):
    """The two secrets of a server. `token` stands in the first address only; `cookie` is what it is exchanged for."""

    token: str
    cookie: str

    @classmethod
    def new(cls) -> "Keys":
        """Return secrets that nobody can guess."""
        return cls(secrets.token_urlsafe(_SECRET_BYTES), secrets.token_urlsafe(_SECRET_BYTES))


class Guard:
    """Wraps the application. `entered` is called when the token was exchanged.

    A request needs one of the server's own names in Host, since a site may let its own name resolve to this machine
    (DNS rebinding). It needs the cookie, or the token in the first address. The cookie's name has the port, because
    browsers send cookies of one host to all of its ports.
    """

    def __init__(self, inner: ASGIApp, port: int, keys: Keys, entered: Callable[[], None]) -> None:
        self._inner = inner
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
        self._cookie = f"speech2cosmos-{port}"
        self._keys = keys
        self._entered = entered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the application answer it."""
        if scope["type"] != "http":
            return
        refused = self._answer(scope)
        await (refused or self._inner)(scope, receive, _with_headers(send))

    def _answer(self, scope: Scope) -> Response | None:
        """Return the answer of the guard itself; None if the application may answer."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return self._refused(scope, 400, "Wrong address", "Nothing is served under this name.")
        if scope["method"] not in METHODS:
            refused = self._refused(scope, 405, "Not allowed", "These pages can only be read.")
            refused.headers["Allow"] = "GET, HEAD"
            return refused
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = query.get("token") if scope["path"] == "/" else None
        if given is not None and scope["method"] == "GET":
            return self._exchange(scope, given)
        if not self._known(headers, Request(scope).cookies):
            return self._refused(scope, 401, "Not signed in", *_NOT_SIGNED_IN, again=True)
        return None

    def _exchange(self, scope: Scope, given: list[str]) -> Response:
        if not (len(given) == 1 and _same(given[0], self._keys.token)):
            return self._refused(scope, 401, "Not signed in", *_NOT_SIGNED_IN)
        self._entered()
        # Not a redirect: a browser that comes from a file or another site would follow it without a Strict cookie. A
        # refresh begins at this page, and takes its place in the browser's history.
        answer = HTMLResponse(plain(title="speech2cosmos", content='<p><a href="/">Go on</a></p>', leads_to="/"))
        answer.set_cookie(self._cookie, self._keys.cookie, path="/", httponly=True, samesite="strict")
        return answer

    def _known(self, headers: Headers, cookies: Mapping[str, str]) -> bool:
        # Another port of this host is the same site, so SameSite does not keep its pages from sending the cookie.
        if headers.get("sec-fetch-site") in {"cross-site", "same-site"} and headers.get("sec-fetch-mode") != "navigate":
            return False
        return _same(cookies.get(self._cookie, ""), self._keys.cookie)

    def _refused(self, scope: Scope, status: int, title: str, *words: str, again: bool = False) -> Response:
        if scope["path"].startswith(STATES):
            return JSONResponse({"error": f"{title}.", "advice": words[0]}, status)
        content = "".join(f"<p>{advice(each)}</p>" for each in words)
        if again:
            # Such a link begins at this server, so a browser sends the cookie.
            content += '<p><a href="">Open this page again</a></p>'
        return HTMLResponse(plain(title=title, content=content), status)


_NOT_SIGNED_IN = (
    "Open the address that `speech2cosmos serve` printed, or start it again.",
    "If you opened it in this browser before and came here by a link, open the page again.",
)


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode(), secret.encode())


def _with_headers(send: Send) -> Send:
    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
        await send(message)

    return sends
