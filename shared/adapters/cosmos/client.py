"""The connection to Cosmos DB: calls with retries, queries, and errors translated at this edge."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import msgspec
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.paging import ItemPaged
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy

from shared.adapters.azure_errors import translated
from shared.adapters.connections import sdk_transport
from shared.adapters.identity import credential
from shared.adapters.retrying import retrying
from shared.domain.documents import Document
from shared.errors import Speech2CosmosError
from shared.masking import shown_cause
from shared.pipeline.signals import asked_again_within

SERVICE = "Cosmos DB"

CALL_SECONDS = 30
"""Limit of one try, including what the SDK repeats within it; in a query, of one page. The SDK checks it between its
tries, so connecting (5 s) may come on top."""

ROWS_A_PAGE = 1000
"""Greatest number of rows in a page. Cosmos DB may send fewer and ends a page at 4 MB; its default is 100."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

_TROUBLE = 400

_TO_BE_PLANNED = "1004"
"""Sub-status with which the gateway refuses a query that it cannot answer alone. The SDK then asks for its plan."""


def connect(endpoint: str, key: str | None, database: str) -> DatabaseProxy:
    """Return the database. Signs in with `key` if there is one, else as the app's identity.

    Raises Transient when the account cannot be reached.
    """
    with cosmos_errors(), _watched():
        client = CosmosClient(
            endpoint,
            key or credential(),
            # Without it the SDK escapes all but ASCII, which nearly doubles such documents on the wire.
            enable_compact_utf8_item_writes=True,
            # The policy in retrying.py makes the retries, and logs each.
            retry_total=0,
            retry_connect=0,
            retry_read=0,
            retry_throttle_total=-1,  # the SDK takes 0 for "not given", which is 9
            read_timeout=CALL_SECONDS,
            transport=sdk_transport(),
            raw_request_hook=_sends,
            raw_response_hook=_answers,
        )
    return client.get_database_client(database)


@contextmanager
def cosmos_errors() -> Iterator[None]:
    """Translate the SDK's errors into errors.py's."""
    try:
        yield
    except HttpResponseError as error:
        raise _ours(error) from shown_cause(error)
    except AzureError as error:
        raise translated(SERVICE, error) from shown_cause(error)


def _ours(error: HttpResponseError) -> Speech2CosmosError:
    headers = dict(getattr(error, "headers", None) or {})
    milliseconds = str(headers.get("x-ms-retry-after-ms", ""))
    told = milliseconds.isascii() and milliseconds.isdigit()
    return translated(SERVICE, error, int(milliseconds) / 1000 if told else None)


@dataclass
class _Watch:
    """The last request that the SDK sent within one call, and how it failed, if it did."""

    sent: str | None = None
    tries: int = 0
    trouble: str | None = None


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextmanager
def _watched() -> Iterator[None]:
    """Log the requests that the SDK repeats by itself in the block.

    Not all of these retries can be switched off, nor should they be: the SDK asks another region, a replica that lags
    behind the session (404/1002), a write region that moved (403/3), and the account's description. In an account of
    one region it repeats reads once after 408 and 5xx.
    """
    token = _watch.set(_Watch())
    try:
        yield
    finally:
        _watch.reset(token)


def _sends(request: PipelineRequest[Any]) -> None:
    watch = _watch.get()
    if watch is None:
        return
    sent = f"{request.http_request.method} {urlsplit(request.http_request.url).path}"
    if sent == watch.sent and watch.trouble is not None:
        asked_again_within(SERVICE, watch.tries, f"{sent}: {watch.trouble}")
        watch.tries += 1
    else:
        watch.tries = 1
    watch.sent, watch.trouble = sent, "no answer"


def _answers(response: PipelineResponse[Any, Any]) -> None:
    watch = _watch.get()
    if watch is not None:
        status = response.http_response.status_code
        to_be_planned = response.http_response.headers.get("x-ms-substatus") == _TO_BE_PLANNED
        watch.trouble = f"answered {status}" if status >= _TROUBLE and not to_be_planned else None


def call(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Call the SDK, with retries. Every call is a read, an upsert or a conditional write, so it may be repeated.

    Raises NotFound, Throttled, Transient, ServiceRefused; Conflict, of which conflicts.py says what to do.
    """
    return _tried(lambda: function(*args, timeout=CALL_SECONDS, **kwargs))  # type: ignore[arg-type] # the SDK's **kwargs


def _tried(request: Callable[[], _T]) -> _T:
    def once() -> _T:
        with cosmos_errors(), _watched():
            return request()

    return retrying(SERVICE)(once)


def query(
    container: ContainerProxy,
    text: str,
    values: Mapping[str, str | int] | None = None,
    *,
    partition: list[str] | None = None,
) -> list[Any]:
    """Return all rows of a query. `values` are its @parameters. Without `partition` it covers all partitions.

    Within a partition each page is retried alone, since a job of 10,000 files has many pages. Across partitions a
    failure breaks the state that the SDK keeps between pages, so the whole query is retried.
    """
    parameters: list[dict[str, object]] = [{"name": f"@{name}", "value": each} for name, each in (values or {}).items()]
    where: dict[str, Any] = {"partition_key": partition} if partition else {"enable_cross_partition_query": True}

    def ask() -> ItemPaged[dict[str, Any]]:
        return container.query_items(
            text, parameters=parameters, max_item_count=ROWS_A_PAGE, timeout=CALL_SECONDS, **where
        )

    if partition is None:
        return _tried(lambda: list(ask()))
    pages = ask().by_page()
    rows: list[Any] = []
    while (page := _tried(lambda: next(pages, None))) is not None:
        rows += page
    return rows


def as_item(document: Document, retention_seconds: int | None) -> dict[str, Any]:
    """Return the document in the SDK's form. `retention_seconds` becomes its `ttl`, unless it has one."""
    item: dict[str, Any] = msgspec.to_builtins(document)
    if retention_seconds is not None:
        item.setdefault("ttl", retention_seconds)
    return item
