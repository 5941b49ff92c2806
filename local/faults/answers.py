"""Sends a service's answer to the client in the way that a fault demands."""

import asyncio
import socket
import struct
from collections.abc import Iterable

import aiohttp
from aiohttp import web

from local.faults.faults import Changed, CutLength, CutShort, Fault, Lost, NotJson, Reset, Slow

_OK = 200
_HTML = b"<html><body>Service Unavailable</body></html>"
_OF_THE_CONNECTION = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"})
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER of 0 s: the system sends RST, not FIN."""


def passed_on(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the end-to-end headers, without those of the connection."""
    return [(name, value) for name, value in headers if name.lower() not in _OF_THE_CONNECTION]


async def answered(
    request: web.BaseRequest, fault: Fault | None, answer: aiohttp.ClientResponse, content: bytes
) -> web.StreamResponse:
    """Send the service's answer, changed by the fault."""
    half = content[: len(content) // 2]
    match fault:
        case Lost():
            return gone(request)
        case NotJson():
            return web.Response(status=_OK, body=_HTML, content_type="text/html")
        case CutLength():
            content = half
        case Changed(change):
            content = change(content)
        case Slow(seconds):
            await asyncio.sleep(seconds)
        case _:
            pass
    response = web.StreamResponse(status=answer.status, reason=answer.reason)
    response.headers.extend(passed_on(answer.headers.items()))
    response.content_length = _length(request, answer, content)
    if isinstance(fault, Reset | CutShort):
        await _stopped(request, response, half, reset=isinstance(fault, Reset))
        return response
    await response.prepare(request)
    await response.write(content)
    await response.write_eof()
    return response


def _length(request: web.BaseRequest, answer: aiohttp.ClientResponse, content: bytes) -> int:
    told = answer.headers.get("Content-Length")
    return int(told) if request.method == "HEAD" and told else len(content)


async def _stopped(request: web.BaseRequest, response: web.StreamResponse, half: bytes, *, reset: bool) -> None:
    """Send the head and half of the body, then close or reset the connection."""
    response.force_close()
    await response.prepare(request)
    await response.write(half)
    if reset:
        reset_connection(request.transport)
    elif request.transport is not None:
        request.transport.close()


def gone(request: web.BaseRequest) -> web.StreamResponse:
    """Reset the connection without an answer."""
    reset_connection(request.transport)
    return web.Response()  # the client is gone


def reset_connection(transport: asyncio.BaseTransport | None) -> None:
    """End a connection by RST, as when a process dies."""
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    if isinstance(transport, asyncio.Transport):
        transport.abort()
