"""Looks at a queue, which changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from azure.core.exceptions import AzureError
from azure.storage.queue import QueueClient

from shared.adapters.azure_errors import translated
from shared.adapters.retrying import retrying
from shared.cli.enqueue import queue_client
from shared.settings import Settings

_MOST = 32
"""The most messages that the service shows at once (learn.microsoft.com, *Peek Messages*)."""

_NEVER = 9999
"""The year in which a message without an end expires."""


@dataclass(frozen=True)
class Waiting:
    """A visible message. `expires`: None if it has no end."""

    inserted: datetime
    expires: datetime | None


@dataclass(frozen=True)
class Peeked:
    """What can be seen of a queue. `count`: approximate number of messages, those in work included.

    `first`: the visible messages at its head, at most 32. The oldest is among them, unless it was put back.
    """

    count: int
    first: tuple[Waiting, ...]


def peek(settings: Settings, name: str) -> Peeked:
    """Look at a queue. Raises Misconfigured for an address that the SDK refuses, Denied, NotFound, Transient."""
    with queue_client(settings, name) as queue:
        return retrying("Queue storage")(_peek, queue)


def _peek(queue: QueueClient) -> Peeked:
    try:
        count = queue.get_queue_properties().approximate_message_count or 0
        found = queue.peek_messages(max_messages=_MOST)
    except AzureError as error:
        raise translated(f"Queue {queue.queue_name}", error) from error
    seen = [(message.inserted_on, message.expires_on) for message in found]
    return Peeked(count, tuple(Waiting(at, end if _ends(end) else None) for at, end in seen if at is not None))


def _ends(moment: datetime | None) -> bool:
    return moment is not None and moment.year < _NEVER
