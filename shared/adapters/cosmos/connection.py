"""The connection to Cosmos DB. It is made at its first use, and a failure to connect is cached for some seconds."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from azure.cosmos import ContainerProxy, DatabaseProxy

from shared.errors import Speech2CosmosError, Transient

REMEMBERED_SECONDS = 5.0
"""How long a failure to connect is cached. Meanwhile every thread gets the same error at once. Otherwise each would
wait in turn until the SDK gives up, which takes many seconds."""


class Database(Protocol):
    """The part of a DatabaseProxy that the adapters use. `Connection` has it too."""

    def get_container_client(self, container: str) -> ContainerProxy:
        """Return a container's client."""


class Connection:
    """A database that `connect` connects at the first use. `now`: a monotonic clock in seconds.

    It has its own lock, so that only threads that need Cosmos DB wait for it.
    """

    def __init__(self, connect: Callable[[], DatabaseProxy], now: Callable[[], float] = time.monotonic) -> None:
        self._connect = connect
        self._now = now
        self._lock = threading.Lock()
        self._database: DatabaseProxy | None = None
        self._failure: Speech2CosmosError | None = None
        self._failed_at = 0.0

    def __call__(self) -> DatabaseProxy:
        """Return the connected database. Raises what `connect` raises, other libraries' errors as Transient."""
        with self._lock:
            if self._database is None:
                self._database = self._connected()
            return self._database

    def get_container_client(self, container: str) -> ContainerProxy:
        """Return a container's client. Raises what `__call__` raises."""
        return self().get_container_client(container)

    def _connected(self) -> DatabaseProxy:
        if self._failure is not None and self._now() < self._failed_at + REMEMBERED_SECONDS:
            # A new error, because raising an error changes its traceback, and several threads may raise it.
            raise type(self._failure)(*self._failure.args)
        try:
            return self._connect()
        except Speech2CosmosError as error:
            self._failure = error
            raise
        except Exception as error:  # noqa: BLE001 - any error of the SDK is raised as Transient
            self._failure = Transient(f"Cosmos DB: the client cannot be made: {type(error).__name__}: {error}")
            raise self._failure from None
        finally:
            self._failed_at = self._now()
