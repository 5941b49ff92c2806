"""Starts a test app in its own host, as a child process, and reads and fills its queues."""

import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.processes import Service, free_port, start
from tests.local.apps.trace import read_trace
from tests.waiting import PATIENCE_SECONDS

APPS = Path(__file__).parent
REPOSITORY = APPS.parents[2]
KEY = "the-key-of-the-test"


def spawn(app: Path, log: Path, environ: Mapping[str, str], port: int = 0) -> Service:
    """Start a host without waiting for it."""
    command = [sys.executable, "-m", "local.host", "--root", str(app), "--port", str(port)]
    return start("host", command, log=log, env=environ, cwd=REPOSITORY)


def serves(url: str) -> bool:
    """Return whether a host answers at `url`."""
    try:
        return requests.get(f"{url}/admin/host/status", timeout=PATIENCE_SECONDS).text == '{"state":"Running"}'
    except requests.ConnectionError:
        return False


class RunningApp:
    """A test app in a running host. Names of its queues begin with `work`."""

    def __init__(self, name: str, azurite: Azurite, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.work = f"work-{uuid.uuid4().hex[:8]}"
        self.storage = azurite.connection_string
        self._app = APPS / name
        self._folder = folder
        self._environ = {
            "AzureWebJobsStorage": self.storage,
            "WORK": self.work,
            "TRACE": str(folder / "trace.jsonl"),
            "LOCAL_FUNCTIONS_KEY": KEY,
            **(environ or {}),
        }
        for suffix in ("", "-async", "-poison", "-out"):  # the host does not create the queue of a trigger
            with self.queue(suffix) as queue:
                queue.create_queue()
        self.start()

    def start(self) -> None:
        """Start the host, again if necessary, and wait until it answers."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.service = spawn(self._app, self._folder / "host.log", self._environ, port)
        self.service.wait_until(lambda: serves(self.url))

    def queue(self, suffix: str = "") -> QueueClient:
        """Return a client of a queue of this app, without an encoding of texts."""
        return QueueClient.from_connection_string(self.storage, self.work + suffix)

    def texts(self, suffix: str) -> list[str]:
        """Return the raw texts in a queue, without receiving them."""
        with self.queue(suffix) as queue:
            try:
                return sorted(str(message.content) for message in queue.peek_messages(32))
            except ResourceNotFoundError:
                return []

    def count(self, suffix: str = "") -> int:
        """Return how many messages a queue has, including those being processed."""
        with self.queue(suffix) as queue:
            return int(queue.get_queue_properties().approximate_message_count or 0)

    def trace(self, event: str, **values: object) -> list[dict[str, Any]]:
        """Return the events of one kind that have these values."""
        return [
            one
            for one in read_trace(self._folder / "trace.jsonl")
            if one["event"] == event and all(one[name] == value for name, value in values.items())
        ]

    def log(self) -> str:
        """Return everything that the host printed."""
        return self.service.log.read_text()
