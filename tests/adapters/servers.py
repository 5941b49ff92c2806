"""A small HTTP server that gives scripted responses and records the requests."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext

from local.processes import free_port


@dataclass(frozen=True)
class Answer:
    """A response. `cut` closes the connection after this many bytes of the body, before its Content-Length.

    The response takes `seconds`. If `raw` is set, its bytes are sent instead, including the status line and headers,
    until the client closes the connection.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    seconds: float = 0.0
    raw: Callable[[], Iterable[bytes]] | None = None


@dataclass(frozen=True)
class Asked:
    """A request, with header names in lower case. `connection` is the client's port."""

    method: str
    path: str
    headers: Mapping[str, str]
    connection: int = 0


@dataclass
class Server:
    """A server, its responses and the requests it got. Each request takes the next response; the last one repeats."""

    origin: str
    answers: deque[Answer] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    written: int = 0
    """Number of bytes of raw responses that the client accepted."""
    ended: threading.Event = field(default_factory=threading.Event)

    def answer(self, *answers: Answer) -> None:
        """Give these responses from now on."""
        self.answers.clear()
        self.answers.extend(answers)

    def next(self) -> Answer:
        """Return the response to the next request."""
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]

    def drip(self, data: bytes, seconds: float) -> Iterator[bytes]:
        """Yield single bytes for a raw response, with a pause before each."""
        for byte in data:
            if self.ended.wait(seconds):
                return
            yield bytes([byte])


def nowhere() -> str:
    """Return an origin of 127.0.0.1 without a server."""
    return f"http://127.0.0.1:{free_port()}"


@contextmanager
def serving(tls: SSLContext | None = None) -> Iterator[Server]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    server: Server

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _respond(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.asked.append(Asked(self.command, self.path, headers, self.client_address[1]))
            answer = server.next()
            server.ended.wait(answer.seconds)
            if answer.raw is not None:
                self._write(answer.raw())
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            if answer.cut is not None:
                self.close_connection = True

        def _write(self, pieces: Iterable[bytes]) -> None:
            self.close_connection = True
            with suppress(OSError):  # the client has closed the connection
                for piece in pieces:
                    self.wfile.write(piece)
                    server.written += len(piece)

        do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _respond  # noqa: N815 - names that http.server asks for

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Ignore clients that close the connection, as many tests do on purpose."""

    httpd = Quiet(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    if tls is not None:
        httpd.socket = tls.wrap_socket(httpd.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    server = Server(f"{scheme}://127.0.0.1:{httpd.server_address[1]}", deque([Answer()]))
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        httpd.shutdown()
        thread.join()
        httpd.server_close()
