"""The connection to Cosmos DB, its errors as ours, and documents as the SDK takes them."""

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
from shared.adapters.identity import credential
from shared.adapters.retrying import retrying
from shared.domain.documents import Document
from shared.errors import Conflict, Speech2CosmosError
from shared.pipeline.signals import asked_again_within

SERVICE = "Cosmos DB"

CALL_SECONDS = 30
"""One try of ours takes no longer, whatever the SDK repeats within it, a page of a query each; checked between its own
tries, so that a connection (5 s) may come on top."""

ROWS_A_PAGE = 1000
"""The service may give less, and ends a page at 4 MB. By default it would be 100."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

_TROUBLE = 400

_TO_BE_PLANNED = "1004"
"""Sub-status of the refusal of a query that the gateway cannot answer by itself. The SDK then asks for its plan."""


def connect(endpoint: str, key: str | None, database: str) -> DatabaseProxy:
    """Return the database; by key where one is given, else as the app's own identity.

    Raises Transient when the account cannot be reached.
    """
    with cosmos_errors(), _watched():
        client = CosmosClient(
            endpoint,
            key or credential(),
            # Without it the SDK escapes all but ASCII, which nearly doubles such documents on the wire.
            enable_compact_utf8_item_writes=True,
            # Our own policy asks again, and tells of it.
            retry_total=0,
            retry_connect=0,
            retry_read=0,
            retry_throttle_total=-1,  # the SDK takes 0 for "not given", which is 9
            read_timeout=CALL_SECONDS,
            raw_request_hook=_sends,
            raw_response_hook=_answers,
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
        raise translated(SERVICE, error) from error


def _ours(error: HttpResponseError) -> Speech2CosmosError:
    headers = dict(getattr(error, "headers", None) or {})
    milliseconds = str(headers.get("x-ms-retry-after-ms", ""))
    told = milliseconds.isascii() and milliseconds.isdigit()
    return translated(SERVICE, error, int(milliseconds) / 1000 if told else None)


@dataclass
class _Watch:
    """What the SDK sent last within one call, and what came of it."""

    sent: str | None = None
    tries: int = 0
    trouble: str | None = None
    repeated: bool = False


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextmanager
def _watched() -> Iterator[_Watch]:
    """Tell of what the SDK repeats by itself in the block.

    It cannot all be switched off, nor should it: another region, a replica with an older session (404/1002), a write
    region that moved (403/3), the account's own description. In one region it repeats reads after 408 and 5xx once.
    """
    watch = _Watch()
    token = _watch.set(watch)
    try:
        yield watch
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
        watch.repeated = True
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
    """Call the SDK under our retry policy. Every call is an upsert, a read, or conditional, so it may be repeated.

    Raises ours: NotFound, Conflict (PerhapsOurs when it was tried more than once), Throttled, Transient,
    ServiceRefused.
    """
    return _tried(lambda: function(*args, timeout=CALL_SECONDS, **kwargs))  # type: ignore[arg-type] # the SDK's **kwargs


def _tried(request: Callable[[], _T]) -> _T:
    policy = retrying(SERVICE)
    repeated = False

    def once() -> _T:
        nonlocal repeated
        with cosmos_errors(), _watched() as watch:
            try:
                return request()
            finally:
                repeated = repeated or watch.repeated

    try:
        return policy(once)
    except Conflict as error:
        if repeated or policy.statistics["attempt_number"] > 1:
            raise PerhapsOurs(str(error)) from error
        raise


def query(
    container: ContainerProxy,
    text: str,
    values: Mapping[str, str | int] | None = None,
    *,
    partition: list[str] | None = None,
) -> list[Any]:
    """Return the rows of a query; `values` are its @parameters; without `partition` all partitions are asked.

    In a partition each page is tried by itself: a job of 10,000 files has so many that hardly ever all would succeed in
    one go. Across partitions the SDK keeps state between pages that a failure breaks: there all are asked for anew.
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
    """Return the document as the SDK takes it; it gets the retention as its `ttl`, unless it has one or none is set."""
    item: dict[str, Any] = msgspec.to_builtins(document)
    if retention_seconds is not None:
        item.setdefault("ttl", retention_seconds)
    return item
