"""Takes messages about erased recordings out of the app's queues, and disturbs the other messages as little as it can.

Only the first 32 visible messages of a queue can be seen without receiving them. Receiving counts as one of the five
deliveries that a message has. So a message is received only if it, or one behind it among these 32, is about what is
erased. docs/decisions/0063 says why that is enough.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from azure.core.exceptions import AzureError
from azure.storage.queue import QueueClient, QueueMessage, StorageErrorCode

from shared.adapters.azure_errors import translated
from shared.adapters.retrying import retrying
from shared.cli.enqueue import queue_client
from shared.cli.erase.messages import left_of
from shared.cli.erase.target import Target
from shared.domain.messages import POISON_SUFFIX
from shared.errors import NotFound
from shared.settings import Settings

_T = TypeVar("_T")

SEEN_AT_MOST = 32
"""Most messages that one request peeks at or receives (Storage's documentation of both requests)."""

HELD_SECONDS = 10
"""How long a received message stays invisible, if this process dies before it deletes it or gives it back."""

ROUNDS = 10
"""Most rounds of looking and receiving in one queue. A round without a message about the target is the last one."""


@dataclass(frozen=True)
class Look:
    """What a look into a queue found.

    `about`: how many of the messages seen are about the target. `unseen`: about how many messages it could not see:
    those behind the first 32, and those that are being handled or wait for their next try.
    """

    queue: str
    about: int
    unseen: int


class AppQueues:
    """The app's two queues and their poison queues. All methods raise Denied and Transient.

    They raise NotFound if one of the two does not exist. A poison queue that does not exist has no messages.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def names(self) -> list[str]:
        """Names of the queues. Each queue comes before its poison queue, so that a message which moves is seen."""
        pairs = ((name, f"{name}{POISON_SUFFIX}") for name in (self._settings.jobs_queue, self._settings.results_queue))
        return [name for pair in pairs for name in pair]

    def look(self, target: Target) -> list[Look]:
        """Look for messages about the target, without receiving any."""
        return [self._with(name, lambda queue: _look(queue, target), Look(name, 0, 0)) for name in self.names]

    def erase(self, target: Target) -> int:
        """Take the target out of the messages that can be seen. Returns how many were deleted or changed."""
        return sum(self._with(name, lambda queue: _erase(queue, target), 0) for name in self.names)

    def _with(self, name: str, act: Callable[[QueueClient], _T], nothing: _T) -> _T:
        with queue_client(self._settings, name) as queue:
            try:
                return act(queue)
            except NotFound:
                # The host creates a poison queue when it first needs it, if the deployment has not.
                if name.endswith(POISON_SUFFIX):
                    return nothing
                raise


def _look(queue: QueueClient, target: Target) -> Look:
    count = _asked(queue, queue.get_queue_properties).approximate_message_count or 0
    seen = _peeked(queue)
    about = sum(left_of(text, target) != text for text in seen)
    return Look(queue.queue_name, about, max(0, count - len(seen)))


def _erase(queue: QueueClient, target: Target) -> int:
    done, others = 0, list[QueueMessage]()
    try:
        for _ in range(ROUNDS):
            about = [place for place, text in enumerate(_peeked(queue), 1) if left_of(text, target) != text]
            if not about:
                break
            for message in _received(queue, about[-1]):
                rest = left_of(str(message.content), target)
                if rest == message.content:
                    others.append(message)
                else:
                    done += _replaced(queue, message, rest)
    finally:
        # Only now: if they were visible at once, the next round would receive them again.
        for message in others:
            _give_back(queue, message)
    return done


def _peeked(queue: QueueClient) -> list[str]:
    return [str(each.content) for each in _asked(queue, lambda: queue.peek_messages(max_messages=SEEN_AT_MOST))]


def _received(queue: QueueClient, number: int) -> list[QueueMessage]:
    def receive() -> list[QueueMessage]:
        pages = queue.receive_messages(max_messages=number, messages_per_page=number, visibility_timeout=HELD_SECONDS)
        return list(pages)

    return _asked(queue, receive)


def _replaced(queue: QueueClient, message: QueueMessage, rest: str | None) -> bool:
    """Delete the message, or leave `rest` of it. Returns False if somebody else has it meanwhile."""
    if rest is None:
        return _if_still_ours(queue, lambda: queue.delete_message(message.id, message.pop_receipt))
    content = rest
    return _if_still_ours(
        queue,
        lambda: queue.update_message(message.id, message.pop_receipt, content=content, visibility_timeout=0),
    )


def _give_back(queue: QueueClient, message: QueueMessage) -> None:
    _if_still_ours(queue, lambda: queue.update_message(message.id, message.pop_receipt, visibility_timeout=0))


def _if_still_ours(queue: QueueClient, request: Callable[[], object]) -> bool:
    try:
        _asked(queue, request)
    except NotFound:
        return False
    return True


def _asked(queue: QueueClient, request: Callable[[], _T]) -> _T:
    found: _T = retrying("Queue storage")(_once, queue, request)
    return found


def _once(queue: QueueClient, request: Callable[[], _T]) -> _T:
    try:
        return request()
    except AzureError as error:
        if getattr(error, "error_code", None) == StorageErrorCode.POP_RECEIPT_MISMATCH:
            raise NotFound(f"Queue {queue.queue_name}: somebody else has received the message since") from error
        raise translated(f"Queue {queue.queue_name}", error) from error
