"""Queue triggers: fetch in batches, hold the lock while the function runs, then settle the message.

The rules are those of Microsoft's WebJobs queue extension (QueueListener, QueueProcessor).
"""

import asyncio
import contextlib
import logging

from azure.core.exceptions import AzureError
from azure.functions.queue import QueueMessage as FunctionMessage
from azure.storage.queue import QueueMessage

from local.host.backoff import Backoff
from local.host.bindings import AppFunction
from local.host.errors import Lost, Undecodable
from local.host.invoke import Invoker
from local.host.settings import QueueOptions
from local.host.storage import Queue

POISON = "-poison"

_RENEW_AGAIN_SECONDS = 1.0
"""The shortest wait after a failed renewal."""

log = logging.getLogger("host.queues")


def poison_name(queue: str) -> str | None:
    """Name of the poison queue of `queue`; None for a poison queue, which has none of its own."""
    return None if queue.endswith(POISON) else f"{queue}{POISON}"


class QueueListener:
    """Feeds one function from its queue. `lock_seconds` is how long a fetched message stays invisible."""

    def __init__(  # noqa: PLR0913 - what a listener knows, each named by its caller
        self,
        function: AppFunction,
        *,
        queue: Queue,
        poison: Queue | None,
        options: QueueOptions,
        lock_seconds: int,
        invoker: Invoker,
    ) -> None:
        self._function = function
        self._queue = queue
        self._poison = poison
        self._options = options
        self._lock_seconds = lock_seconds
        self._invoker = invoker
        self._backoff = Backoff(options.max_polling_interval)

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch and process messages until `stop` is set. Returns when the running invocations have ended."""
        running: set[asyncio.Task[None]] = set()
        stopped = asyncio.create_task(stop.wait())
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                if batch := await self._fetch():
                    self._backoff.after_message()
                    running |= {group.create_task(self._process(message)) for message in batch}
                    while len(running) > self._options.threshold and not stop.is_set():
                        await asyncio.wait({*running, stopped}, return_when=asyncio.FIRST_COMPLETED)
                        running = {task for task in running if not task.done()}
                else:
                    await self._idle(stopped)
        stopped.cancel()

    async def _fetch(self) -> list[QueueMessage]:
        try:
            return await self._queue.receive(self._options.batch_size, self._lock_seconds)
        except AzureError as error:
            log.warning("'%s' cannot fetch from %s: %s", self._function.name, self._queue.name, error)
            return []

    async def _idle(self, stopped: "asyncio.Task[bool]") -> None:
        """Wait for the back-off to end, or until this host writes to the queue."""
        written = asyncio.create_task(self._queue.written.wait())
        await asyncio.wait(
            {written, stopped},
            timeout=self._backoff.next_seconds(),
            return_when=asyncio.FIRST_COMPLETED,
        )
        written.cancel()
        self._queue.written.clear()

    async def _process(self, message: QueueMessage) -> None:
        try:
            await self._handle(message)
        except Lost as error:
            log.info("message %s of %s is another holder's, or gone: %s", message.id, self._queue.name, error)
        except AzureError as error:
            # Nothing is lost: the message is delivered again when its lock ends.
            log.error("message %s of %s could not be settled: %s", message.id, self._queue.name, error)  # noqa: TRY400 - the cause is storage's answer, which the text has

    async def _handle(self, message: QueueMessage) -> None:
        if self._poison is not None and (message.dequeue_count or 0) > self._options.max_dequeue_count:
            # Its last holder died before it could move the message to the poison queue.
            await self._give_up(message, f"it was fetched {message.dequeue_count} times")
            return
        try:
            body = self._queue.decode(message)
        except Undecodable as error:
            await self._give_up(message, f"{error}; check messageEncoding in host.json")
            return
        done = asyncio.Event()
        renewal = asyncio.create_task(self._renew(message, done))
        outcome = await self._invoker.invoke(self._function, self._argument(message, body))
        done.set()
        await renewal
        if outcome.error is None:
            await self._queue.delete(message)
        elif (message.dequeue_count or 0) >= self._options.max_dequeue_count:
            await self._give_up(message, f"it failed {message.dequeue_count} times")
        elif self._poison is not None:
            await self._queue.hide(message, self._options.visibility_timeout)
        # A message of a poison queue stays invisible until its lock ends; otherwise it would fail again at once.

    def _argument(self, message: QueueMessage, body: bytes) -> object:
        """Convert the message to the annotated type: text, bytes, or the message with all its data."""
        if self._function.trigger_type is str:
            return body.decode(errors="replace")
        if self._function.trigger_type is bytes:
            return body
        return FunctionMessage(  # type: ignore[no-untyped-call]  # azure-functions leaves it untyped
            id=message.id,
            body=body,
            dequeue_count=message.dequeue_count,
            insertion_time=message.inserted_on,
            expiration_time=message.expires_on,
            time_next_visible=message.next_visible_on,
            pop_receipt=message.pop_receipt,
        )

    async def _renew(self, message: QueueMessage, done: asyncio.Event) -> None:
        """Renew the lock at half of its time; earlier after a failed renewal.

        If the host loses the message (UpdateQueueMessageVisibilityCommand), the function continues without a lock.
        """
        delay = self._lock_seconds / 2
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), delay)
                return
            try:
                await self._queue.hide(message, self._lock_seconds)
                delay = self._lock_seconds / 2
            except Lost as error:
                log.warning("the lock of message %s in %s is lost: %s", message.id, self._queue.name, error)
                return
            except AzureError as error:
                delay = max(delay / 2, _RENEW_AGAIN_SECONDS)
                log.warning("the lock of message %s in %s was not renewed: %s", message.id, self._queue.name, error)

    async def _give_up(self, message: QueueMessage, why: str) -> None:
        """Move a message unchanged to the poison queue. If there is none, let its lock end."""
        if self._poison is None:
            log.error("message %s of %s is left alone: %s", message.id, self._queue.name, why)
            return
        log.error("message %s of %s moves to %s: %s", message.id, self._queue.name, self._poison.name, why)
        await self._poison.put_raw(str(message.content))
        await self._queue.delete(message)
