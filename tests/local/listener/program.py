"""The program behind both listeners: an HTTP server that responds to each invocation as its case says."""

import base64
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True)
class Invocation:
    """An invocation of a function, with the message as the listener passed it."""

    function: str
    body: bytes
    dequeue_count: int
    id: str
    receipt: str


@dataclass(frozen=True)
class Reply:
    """A function's result: whether it succeeded, and the messages to send, with their queues."""

    well: bool = True
    messages: tuple[tuple[str, tuple[str, ...]], ...] = ()


Behaviour = Callable[[Invocation], Reply]


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """Connections that may wait. The default is five, which would refuse the sixth of a burst."""


class Program:
    """Serves functions on 127.0.0.1. `began` is called for every invocation before `behave` answers it."""

    def __init__(self, behave: Behaviour, began: Callable[[Invocation], None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = base64.b64decode(sent["body"])
                call = Invocation(self.path[1:], body, sent["dequeueCount"], sent["id"], sent["popReceipt"])
                began(call)
                reply = behave(call)
                answer = json.dumps({"messages": {queue: list(texts) for queue, texts in reply.messages}}).encode()
                self.send_response(200 if reply.well else 500)
                self.send_header("Content-Length", str(len(answer)))
                self.send_header("Connection", "close")  # .NET would reuse the connection, and find it closed
                self.end_headers()
                self.wfile.write(answer)

            def handle(self) -> None:
                with suppress(ConnectionError):  # the listener was killed meanwhile
                    super().handle()

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="program", daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
