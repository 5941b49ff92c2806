"""The client of Cosmos DB: calls with retries, queries, and the translation of the SDK's errors."""

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
from shared.adapters.cosmos.bodies import put_in_place
from shared.adapters.identity import credential
from shared.adapters.retrying import retrying
from shared.domain.documents import Document
from shared.errors import Speech2CosmosError
from shared.masking import shown_cause
from shared.pipeline.signals import asked_again_within

SERVICE = "Cosmos DB"

CALL_SECONDS = 30
"""Limit of one attempt with the SDK's own retries; for a query, of one page. The SDK checks it between its retries, so
connecting may add 5 s."""

ROWS_A_PAGE = 1000
"""Most rows of a page. Cosmos DB may send fewer, and ends a page at 4 MB. Its default is 100."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

_TROUBLE = 400

_TO_BE_PLANNED = "1004"
"""Sub-status of a query that the gateway cannot answer by itself. The SDK then requests the query's plan."""


def connect(endpoint: str, key: str | None, database: str) -> DatabaseProxy:
    """Return the database. Uses `key` if there is one, else the app's own identity.

    Raises Transient if the account cannot be reached.
    """
    with cosmos_errors(), _watched():
        client = CosmosClient(
            endpoint,
            key or credential(),
            # By default the SDK escapes all but ASCII, which nearly doubles the size of non-English documents.
            enable_compact_utf8_item_writes=True,
            # No write's answer is read. By default it repeats the document, which the SDK would decode.
            no_response_on_write=True,
            # The policy in retrying.py retries and logs instead of the SDK.
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
    """Translate the SDK's errors into those of errors.py."""
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
    """The SDK's last request within one call, how often it was sent, and how it failed, if it did."""

    sent: str | None = None
    tries: int = 0
    trouble: str | None = None


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextmanager
def _watched() -> Iterator[None]:
    """Log the requests that the SDK retries by itself inside the block.

    Not all of these retries can be switched off, and they are useful: the SDK tries another region, a stale replica
    again (404/1002), a write region that moved (403/3), and the account's description. In an account with one region it
    retries a read once after 408 and 5xx.
    """
    token = _watch.set(_Watch())
    try:
        yield
    finally:
        _watch.reset(token)


def _sends(request: PipelineRequest[Any]) -> None:
    put_in_place(request)
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
    """Call the SDK with retries. Every call is a read, an upsert or a conditional write, so retries are safe.

    Raises NotFound, Throttled, Transient, ServiceRefused, and Conflict, which conflicts.py explains.
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
    at_most: int | None = None,
) -> list[Any]:
    """Return all rows of a query. `values`: its @parameters. Without `partition` it covers all partitions.

    `at_most`: with a partition, no further page is read once there are so many rows. There may be some more.

    With a partition each page is retried by itself, because a job of 10,000 files has many pages. Without one a failure
    breaks the state that the SDK keeps between pages, so the whole query is retried.
    """
    parameters: list[dict[str, object]] = [{"name": f"@{name}", "value": each} for name, each in (values or {}).items()]
    where: dict[str, Any] = {"partition_key": partition} if partition else {"enable_cross_partition_query": True}

    def ask() -> ItemPaged[dict[str, Any]]:
        return container.query_items(
            text,
            parameters=parameters,
            max_item_count=min(ROWS_A_PAGE, at_most or ROWS_A_PAGE),
            timeout=CALL_SECONDS,
            **where,
        )

    if partition is None:
        return _tried(lambda: list(ask()))
    pages = ask().by_page()
    rows: list[Any] = []
    while (at_most is None or len(rows) < at_most) and (page := _tried(lambda: next(pages, None))) is not None:
        rows += page
    return rows


def as_item(document: Document, retention_seconds: int | None) -> dict[str, Any]:
    """Return the document as the SDK takes it. `retention_seconds` becomes its `ttl`, unless it has one."""
    item: dict[str, Any] = msgspec.to_builtins(document)
    if retention_seconds is not None:
        item.setdefault("ttl", retention_seconds)
    return item
