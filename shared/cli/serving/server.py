"""Listens on loopback, and serves until it is told to end."""

import contextlib
import signal
import socket

import uvicorn
from starlette.types import ASGIApp

from shared.errors import WrongUsage

PORT = 8484
"""Tried first, so that links and bookmarks stay valid from one start to the next."""

_ADDRESSES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_ENDING_SECONDS = 2
"""Limit for requests that are being answered when the server ends."""


def listen(port: int | None) -> list[socket.socket]:
    """Return sockets that listen on the loopback addresses of this machine, all at one port.

    `port`: None for PORT, or a free one if PORT is in use. Raises WrongUsage if `port` is in use.
    """
    for wanted in [port] if port is not None else [PORT, 0]:
        try:
            return _bound(wanted)
        except OSError as error:
            problem = error
    raise WrongUsage(f"--port {port}: cannot be used: {problem.strerror}")


def _bound(port: int) -> list[socket.socket]:
    """Return the sockets. Another program at ::1 would get what browsers send to localhost, so both are taken."""
    with contextlib.ExitStack() as opened:
        sockets = []
        for family, address in _ADDRESSES:
            if family == socket.AF_INET6 and not _has_ipv6():
                continue
            listener = opened.enter_context(socket.socket(family, socket.SOCK_STREAM))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen()
            port = listener.getsockname()[1]
            sockets.append(listener)
        opened.pop_all()
        return sockets


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def run(application: ASGIApp, sockets: list[socket.socket]) -> None:
    """Serve until Ctrl-C, SIGTERM, or the end of the terminal. Open requests then have _ENDING_SECONDS to end."""
    config = uvicorn.Config(
        application,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,  # the first address has the token
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_ENDING_SECONDS,
    )
    server = uvicorn.Server(config)
    # uvicorn ends at SIGINT and SIGTERM, and then raises them again for the handlers that were there before.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):  # Windows has none
        signal.signal(signal.SIGHUP, lambda _, frame: server.handle_exit(signal.SIGTERM, frame))
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets)
