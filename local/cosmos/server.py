"""The Cosmos server as a child process: started on a free port, ready when its account answers."""

import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from local.processes import Service, free_port, start

KEY = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
"""The key that Microsoft publishes for its Cosmos DB emulator. No real account has it."""

PROGRAM = Path(__file__).parent / "server.mjs"

READY_SECONDS = 1.0
"""Limit of one request that asks whether the server answers."""


@dataclass(frozen=True)
class Cosmos:
    """The address of a Cosmos DB account. `service` is None if it was not started here."""

    service: Service | None
    endpoint: str
    key: str

    def stop(self) -> None:
        """Stop the server, and so delete its data, if it was started here. Idempotent."""
        if self.service is not None:
            self.service.stop()


def start_cosmos(
    *,
    log: Path,
    port: int = 8081,
    partitions: int | Sequence[str] = 3,
    gateway: Literal["refuses", "serves"] = "refuses",
    aggregate_page: int | None = None,
) -> Cosmos:
    """Start the server at `port`, or at a free one if `port` is in use or 0. Returns when it answers.

    `partitions`: the number of physical partitions of each container, or the effective partition keys (EPKs) at which
    all but the first begin, ascending.

    `gateway`: whether it refuses a query without a partition key whose results have to be merged (ORDER BY, TOP, COUNT,
    …) with sub-status 1004, so that the SDK asks for a query plan, or answers it.

    `aggregate_page`: how many documents the first row of an aggregate counts at most; a second row counts the rest.
    Without it a physical partition gives one row.

    Raises ServiceDied if the server does not answer.
    """
    port = free_port(port)
    options = {
        "--port": str(port),
        "--partitions": str(partitions) if isinstance(partitions, int) else ",".join(partitions),
        "--gateway": gateway,
        "--aggregate-page": str(aggregate_page or "Infinity"),
    }
    service = start("cosmos", ["node", str(PROGRAM), *(word for each in options.items() for word in each)], log=log)
    service.wait_until(lambda: _answers(port))
    return Cosmos(service, f"http://127.0.0.1:{port}/", KEY)


def _answers(port: int) -> bool:
    """Return whether the server answers GET /. Without a signature the answer is 401."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.client.UNAUTHORIZED
    except OSError:
        return False
    finally:
        connection.close()
