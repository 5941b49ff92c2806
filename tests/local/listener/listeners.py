"""Starts the two listeners as child processes: local/host, and the Functions host's own behind QUEUE_LISTENER."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from local.processes import Service, free_port
from local.processes import start as start_process
from tests.local.apps.harness import APPS, REPOSITORY, serves, spawn
from tests.waiting import PATIENCE_SECONDS

PROGRAM = "QUEUE_LISTENER"
"""Environment variable: path of a program that is the WebJobs SDK's queue listener in front of an HTTP server.

It reads AzureWebJobsStorage (a connection string), HOST_JSON (a file, of which it takes extensions.queues), INVOKE (the
server's URL) and QUEUES (`queue=function,…`, up to four). It POSTs each message to INVOKE/{function} as JSON with `id`,
`body` (Base64), `dequeueCount` and `popReceipt`. Status 200 with {"messages": {queue: [text, …]}} is a function that
ended well, after these messages are sent; any other status is one that failed.
"""

BESIDE = REPOSITORY.parent / "shared" / "tools" / "dotnet" / "peers"
"""The program's place if QUEUE_LISTENER is not set."""

QUEUES = ("", "-poison", "-burst", "-idle")
"""Suffixes of the queues that have a function: `work`, and one named after each of the others."""


HOST_LOCK = 600
"""The lock of the Functions host, in seconds: ten minutes (QueueListener, _visibilityTimeout)."""


@dataclass(frozen=True)
class Options:
    """A listener's options. Times are in seconds; all but `lock` belong to `extensions.queues` of host.json.

    The Functions host's lock is fixed; local/host has a setting for it.
    """

    batch: int
    threshold: int
    tries: int
    visibility: int
    polling: float
    encoding: str
    lock: int = HOST_LOCK
    patience: float = PATIENCE_SECONDS
    """Limit of waiting for a step. It ends a run that failed, and affects no result."""

    def host_json(self) -> dict[str, object]:
        """Return `extensions.queues`."""
        return {
            "batchSize": self.batch,
            "newBatchThreshold": self.threshold,
            "maxDequeueCount": self.tries,
            "visibilityTimeout": str(timedelta(seconds=self.visibility)),
            "maxPollingInterval": str(timedelta(seconds=self.polling)),
            "messageEncoding": self.encoding,
        }


Start = Callable[[str, str, str, Options, Path], Service]
"""Starts a listener. Takes a connection string, the program's URL, the first part of the queues' names, the options,
and a folder for the listener's files."""


def function_of(queue: str, work: str) -> str:
    """Return the function that a queue triggers."""
    return queue.removeprefix(work).removeprefix("-") or "work"


def official() -> Path | None:
    """Return the program at QUEUE_LISTENER, or beside the project; None if there is none."""
    named = os.environ.get(PROGRAM)
    if named and not Path(named).is_file():
        raise FileNotFoundError(f"{PROGRAM} names {named}: no such file. It is the path of a queue listener's program.")
    program = Path(named) if named else BESIDE
    return program if program.is_file() else None


def start_official(storage: str, url: str, work: str, options: Options, folder: Path) -> Service:
    """Start the Functions host's own listener."""
    program = official()
    assert program is not None, f"{PROGRAM} is not set, and {BESIDE} does not exist"
    host_json = folder / "host.json"
    host_json.write_text(json.dumps({"version": "2.0", "extensions": {"queues": options.host_json()}}))
    environ = {
        "AzureWebJobsStorage": storage,
        "HOST_JSON": str(host_json),
        "INVOKE": url,
        "QUEUES": ",".join(f"{work}{suffix}={function_of(work + suffix, work)}" for suffix in QUEUES),
    }
    return start_process("listener", [str(program.resolve()), "listen"], log=folder / "listener.log", env=environ)


def start_local(storage: str, url: str, work: str, options: Options, folder: Path) -> Service:
    """Start local/host with an app that calls the program."""
    environ = {
        "AzureWebJobsStorage": storage,
        "WORK": work,
        "INVOKE": url,
        "LOCAL_QUEUE_LOCK_SECONDS": str(options.lock),
        "PYTHON_THREADPOOL_THREAD_COUNT": "64",  # Python's default is four more than there are processors
    }
    for name, value in options.host_json().items():
        environ[f"AzureFunctionsJobHost__extensions__queues__{name}"] = str(value)
    port = free_port()
    service = spawn(APPS / "listener", folder / "host.log", environ, port)
    service.wait_until(lambda: serves(f"http://127.0.0.1:{port}"))
    return service
