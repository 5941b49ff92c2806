"""Sends messages to the app's storage queues, and makes the client of a queue."""

from collections.abc import Iterable, Iterator
from typing import Any

from azure.core.exceptions import AzureError
from azure.storage.queue import QueueClient

from shared.adapters.azure_errors import translated
from shared.adapters.connections import sdk_transport
from shared.adapters.identity import credential
from shared.adapters.retrying import retrying
from shared.errors import Misconfigured
from shared.settings import Settings

FOREVER = -1
"""A message's time to live: it never expires. By default the service deletes it after seven days, without notice."""


def enqueue(settings: Settings, name: str, messages: Iterable[str]) -> Iterator[str]:
    """Send messages to a queue as plain text, in order. Yields each message after the queue has accepted it.

    If a response is lost, the message is sent again, because the app handles duplicates. Raises Misconfigured for an
    address that the SDK refuses, NotFound if there is no such queue, Transient, and ServiceRefused.
    """
    with queue_client(settings, name) as queue:
        for message in messages:
            retrying("Queue storage")(_send, queue, message)
            yield message


def address_of(settings: Settings, name: str) -> str:
    """Return the address of a queue, without a signature. Raises Misconfigured as `enqueue` does."""
    with queue_client(settings, name) as queue:
        return str(queue.url).partition("?")[0]


def _send(queue: QueueClient, message: str) -> None:
    try:
        queue.send_message(message, time_to_live=FOREVER)
    except AzureError as error:
        raise translated(f"Queue {queue.queue_name}", error) from error


def queue_client(settings: Settings, name: str) -> QueueClient:
    """Return the client of a queue. Raises Misconfigured for an address that the SDK refuses."""
    storage, uri = settings.storage, settings.storage_queue_uri
    # With the SDK's default number of retries a user would wait up to a minute.
    options: dict[str, Any] = {
        "retry_total": 0,
        "transport": sdk_transport(connection_timeout=5, read_timeout=60),
    }
    try:
        if storage is not None:
            return QueueClient.from_connection_string(storage.get_secret_value(), name, **options)
        return QueueClient(str(uri), name, credential=credential(), **options)
    except ValueError as error:
        # The SDK's message contains no value: "Connection string is either blank or malformed."
        named = "AzureWebJobsStorage" if storage is not None else f"AzureWebJobsStorage__queueServiceUri: found {uri!r}"
        raise Misconfigured([f"{named}: {error}"]) from error
