"""Answers that take time: each is made in a thread, and one that takes long is announced by a page."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import NamedTuple, ParamSpec, TypeVar, cast

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shared.rendering.page.frame import plain

SOON_SECONDS = 2.0
"""A page that takes longer is announced. Retries may take 20 s, in which a browser would show nothing."""

KEPT_SECONDS = 60.0
"""How long an answer waits for the browser that was told to come again."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def in_thread(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Call a function in a thread of its own. The thread does not keep the process from ending, as a pool's would."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def give(result: _T | None, error: Exception | None) -> None:
        if future.done():  # cancelled
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast("_T", result))

    def call() -> None:
        result, ended = None, None
        try:
            result = function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whoever awaits gets it
            ended = error
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(give, result, ended)

    threading.Thread(target=call, daemon=True).start()
    return await future


async def each_in_thread(pieces: Iterator[str]) -> AsyncIterator[str]:
    """Yield pieces of a text, each made in a thread."""
    while (piece := await in_thread(next, pieces, None)) is not None:
        yield piece


class _Late(NamedTuple):
    answer: asyncio.Future[Response]
    since: float


class Announced:
    """Makes endpoints whose answer is announced by a page if it takes long. That page loads the address again."""

    def __init__(self, soon: float = SOON_SECONDS) -> None:
        self._soon = soon
        self._late: dict[str, _Late] = {}

    def endpoint(self, make: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint for a page that `make` makes."""

        async def endpoint(request: Request) -> Response:
            now, address = asyncio.get_running_loop().time(), _address(request)
            self._late = {each: late for each, late in self._late.items() if now < late.since + KEPT_SECONDS}
            late = self._late.pop(address, None)
            if late is not None:
                return await late.answer
            answer = asyncio.ensure_future(in_thread(make, request))
            await asyncio.wait({answer}, timeout=self._soon)
            if answer.done() or request.method != "GET":
                return await answer
            self._late[address] = _Late(answer, now)
            answer.add_done_callback(_seen)
            content = '<p>Cosmos DB has not answered yet.</p><progress aria-label="Loading"></progress>'
            return HTMLResponse(plain(title="Loading…", content=content, leads_to=address, again=True))

        return endpoint


def at_once(make: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint for a state, which scripts wait for."""

    async def endpoint(request: Request) -> Response:
        return await in_thread(make, request)

    return endpoint


def _address(request: Request) -> str:
    """Return path and query, as they were sent."""
    path: bytes = request.scope["raw_path"]
    # Two slashes would begin the name of a host.
    return f"/{path.decode('latin-1').lstrip('/')}{'?' * bool(request.url.query)}{request.url.query}"


def _seen(answer: asyncio.Future[Response]) -> None:
    """Take the error of an answer that nobody may come for. Otherwise asyncio would log it."""
    if not answer.cancelled():
        answer.exception()
