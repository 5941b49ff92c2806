"""The servers of the layer. Each one, a front, forwards requests to one service, with the faults of its rules."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from io import BytesIO
from random import Random
from typing import Self, TypeVar

import aiohttp
from aiohttp import web
from yarl import URL

from local.faults.answers import answered, gone, passed_on, reset_connection
from local.faults.faults import Answer, Drop, Exchange, Fault, Moment, Rule
from local.processes import free_port

_T = TypeVar("_T")

_UPSTREAM_SECONDS = 120.0

Watcher = Callable[[Exchange, Moment], None]


class ClientGone(Exception):
    """Raised by a watcher if the client is dead. The request is not forwarded then, or its answer is not sent."""


class Front:
    """A proxy of one service. The first rule that gives a fault counts.

    `watch` is called in the layer's thread for every request, before and after the service acts. It must not block, and
    may raise ClientGone.
    """

    def __init__(self, layer: "FaultLayer", service: str, origin: str) -> None:
        self.service = service
        self.rules: list[Rule] = []
        self.watch: Watcher | None = None
        self.asked: list[Exchange] = []
        """Every request so far, without its body."""
        self.origin = ""
        """Scheme, host and port of the front. Clients use them instead of the service's."""
        self._layer = layer
        self._upstream = origin.rstrip("/")
        self._port = free_port()
        self._runner: web.ServerRunner | None = None
        self._site: web.TCPSite | None = None

    def refuse(self) -> None:
        """Refuse new connections from now on, and reset open ones."""
        self._layer.run(self._refuse())

    def accept(self) -> None:
        """Accept connections again, at the same port."""
        self._layer.run(self.listen())

    async def listen(self) -> None:
        """Start to accept connections."""
        if self._site is not None:
            return
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()
        self.origin = f"http://127.0.0.1:{self._port}"

    async def close(self) -> None:
        """Stop."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = self._site = None

    async def _refuse(self) -> None:
        if self._runner is not None and self._runner.server is not None:
            for connection in list(self._runner.server.connections):
                reset_connection(connection.transport)
        await self.close()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._handled(request)
        except (
            aiohttp.ClientConnectionError,
            ConnectionError,
        ):  # the client or the service is dead
            return gone(request)

    async def _handled(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.content.read()  # `request.read` refuses what is greater than 1 MB
        headers = {name.lower(): value for name, value in request.headers.items()}
        exchange = Exchange(self.service, len(self.asked) + 1, request.method, request.path_qs, headers, b"")
        self.asked.append(exchange)
        exchange = Exchange(self.service, exchange.number, request.method, request.raw_path, headers, body)
        fault = self._fault(exchange)
        if isinstance(fault, Answer):
            return web.Response(status=fault.status, headers=fault.headers, body=fault.body)
        if isinstance(fault, Drop):
            return gone(request)
        try:
            self._tell(exchange, Moment.BEFORE)
            answer, content = await self._ask(request, exchange)
            self._tell(replace(exchange, answer=content), Moment.AFTER)
            return await answered(request, fault, answer, content)
        except (ClientGone, aiohttp.ClientConnectionError):  # to its client a dead service looks like a dead connection
            return gone(request)

    def _fault(self, exchange: Exchange) -> Fault | None:
        found = (rule.take(exchange, self._layer.random) for rule in list(self.rules))
        return next((fault for fault in found if fault is not None), None)

    def _tell(self, exchange: Exchange, moment: Moment) -> None:
        if self.watch is not None:
            self.watch(exchange, moment)

    async def _ask(self, request: web.BaseRequest, exchange: Exchange) -> tuple[aiohttp.ClientResponse, bytes]:
        url = URL(self._upstream + exchange.target, encoded=True)
        headers = passed_on(request.headers.items())
        async with self._layer.client.request(
            request.method,
            url,
            headers=headers,
            data=BytesIO(exchange.body) if exchange.body else None,
            allow_redirects=False,
        ) as answer:
            return answer, await answer.read()


class FaultLayer:
    """All fronts of one system, in their own thread. `seed` makes random faults repeatable."""

    client: aiohttp.ClientSession

    def __init__(self, seed: int = 0) -> None:
        self.random = Random(seed)  # noqa: S311 - chance for tests, no secret
        self.fronts: dict[str, Front] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faults", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._begin())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def front(self, service: str, origin: str) -> Front:
        """Start a front of the service at `origin` (scheme, host, port), on a free port of 127.0.0.1."""
        front = Front(self, service, origin)
        self.run(front.listen())
        self.fronts[service] = front
        return front

    def clear(self) -> None:
        """Remove all rules and watchers, and let all fronts accept connections."""
        for front in self.fronts.values():
            front.rules.clear()
            front.watch = None
            front.accept()

    def run(self, coroutine: Coroutine[object, object, _T]) -> _T:
        """Run a coroutine in the layer's thread and return what it returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _begin(self) -> None:
        self.client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=_UPSTREAM_SECONDS),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )

    async def _end(self) -> None:
        for front in self.fronts.values():
            await front.close()
        await self.client.close()
