"""The connection to Cosmos DB, made when it is first needed, and a failure to make it, remembered for some seconds."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from azure.cosmos import ContainerProxy, DatabaseProxy

from shared.errors import Speech2CosmosError, Transient

REMEMBERED_SECONDS = 5.0
"""After a failure nobody connects again for so long. The threads that waited for it, and those that come meanwhile, get
the same error at once. Otherwise each would wait in turn until the SDK gives up, which takes many seconds."""


class Database(Protocol):
    """What the adapters need of a database: a DatabaseProxy, or a connection that is made later."""

    def get_container_client(self, container: str) -> ContainerProxy:
        """Return a container's client."""


class Connection:
    """A database to which `connect` connects. `now` is a monotonic clock in seconds.

    Its lock is its own, so that only those wait for Cosmos DB who need it.
    """

    def __init__(self, connect: Callable[[], DatabaseProxy], now: Callable[[], float] = time.monotonic) -> None:
        self._connect = connect
        self._now = now
        self._lock = threading.Lock()
        self._database: DatabaseProxy | None = None
        self._failure: Speech2CosmosError | None = None
        self._failed_at = 0.0

    def __call__(self) -> DatabaseProxy:
        """Return the database, connected. Raises what `connect` raises; Transient for what is no error of ours."""
        with self._lock:
            if self._database is None:
                self._database = self._connected()
            return self._database

    def get_container_client(self, container: str) -> ContainerProxy:
        """Return a container's client. Raises as a call does."""
        return self().get_container_client(container)

    def _connected(self) -> DatabaseProxy:
        if self._failure is not None and self._now() < self._failed_at + REMEMBERED_SECONDS:
            # A new error, since each raise writes into the one that it raises.
            raise type(self._failure)(*self._failure.args)
        try:
            return self._connect()
        except Speech2CosmosError as error:
            self._failure = error
            raise
        except Exception as error:  # noqa: BLE001 - whatever is in the way is told as what it is
            self._failure = Transient(f"Cosmos DB: the client cannot be made: {type(error).__name__}: {error}")
            raise self._failure from None
        finally:
            self._failed_at = self._now()
