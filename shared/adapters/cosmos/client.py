"""The connection to Cosmos DB, its errors as ours, and documents as the SDK takes them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import msgspec
from azure.core.exceptions import AzureError, HttpResponseError
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy

from shared.adapters.azure_errors import translated
from shared.adapters.identity import credential
from shared.adapters.retrying import retrying
from shared.domain.documents import Document
from shared.errors import Conflict, Speech2CosmosError

_P = ParamSpec("_P")
_T = TypeVar("_T")


def connect(endpoint: str, key: str | None, database: str) -> DatabaseProxy:
    """Return the database; by key where one is given, else as the app's own identity.

    Raises Transient when the account cannot be reached.
    """
    with cosmos_errors():
        client = CosmosClient(
            endpoint,
            key or credential(),
            # Without it the SDK escapes all but ASCII, which nearly doubles such documents on the wire.
            enable_compact_utf8_item_writes=True,
        )
    return client.get_database_client(database)


class PerhapsOurs(Conflict):
    """A conflict after a first try that got no answer: what is there may be what that one wrote."""


@contextmanager
def cosmos_errors() -> Iterator[None]:
    """Raise ours for the SDK's errors."""
    try:
        yield
    except HttpResponseError as error:
        raise _ours(error) from error
    except AzureError as error:
        raise translated("Cosmos DB", error) from error


def _ours(error: HttpResponseError) -> Speech2CosmosError:
    headers = dict(getattr(error, "headers", None) or {})
    milliseconds = headers.get("x-ms-retry-after-ms")
    return translated("Cosmos DB", error, float(milliseconds) / 1000 if milliseconds else None)


def call(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Call the SDK under our retry policy. Every call is an upsert, a read, or conditional, so it may be repeated.

    Raises ours: NotFound, Conflict (PerhapsOurs when it was tried more than once), Throttled, Transient,
    ServiceRefused.
    """
    policy = retrying()

    def once() -> _T:
        with cosmos_errors():
            return function(*args, **kwargs)

    try:
        return policy(once)
    except Conflict as error:
        if policy.statistics["attempt_number"] > 1:
            raise PerhapsOurs(str(error)) from error
        raise


def query(
    container: ContainerProxy,
    text: str,
    values: Mapping[str, str | int] | None = None,
    *,
    partition: list[str] | None = None,
) -> list[Any]:
    """Return the rows of a query; `values` are its @parameters; without `partition` all partitions are asked."""
    parameters: list[dict[str, object]] = [{"name": f"@{name}", "value": each} for name, each in (values or {}).items()]
    where: dict[str, Any] = {"partition_key": partition} if partition else {"enable_cross_partition_query": True}
    return call(lambda: list(container.query_items(text, parameters=parameters, **where)))


def as_item(document: Document, retention_seconds: int | None) -> dict[str, Any]:
    """Return the document as the SDK takes it; it gets the retention as its `ttl`, unless it has one or none is set."""
    item: dict[str, Any] = msgspec.to_builtins(document)
    if retention_seconds is not None:
        item.setdefault("ttl", retention_seconds)
    return item
