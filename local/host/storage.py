"""Storage queues for the host: encodes text as host.json says, wakes listeners, recognises lost messages."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import ParamSpec, TypeVar

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import LinearRetry, QueueClient, QueueMessage, QueueServiceClient, StorageErrorCode

from local.host.errors import HostError, Lost, Undecodable

P = ParamSpec("P")
R = TypeVar("R")

_IO_THREADS = 32
"""Calls to storage at once. While a full batch of one queue is settled, another queue need not wait."""


_LOST = frozenset(
    {
        StorageErrorCode.POP_RECEIPT_MISMATCH,
        StorageErrorCode.MESSAGE_NOT_FOUND,
        StorageErrorCode.QUEUE_NOT_FOUND,
        StorageErrorCode.QUEUE_BEING_DELETED,
        StorageErrorCode.QUEUE_DISABLED,
    }
)


class Storage:
    """The queues of every connection that the app uses."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._threads = ThreadPoolExecutor(_IO_THREADS, thread_name_prefix="storage")
        self._services: dict[str, QueueServiceClient] = {}
        self._queues: dict[tuple[str, str], Queue] = {}

    def queue(self, connection: str, name: str) -> "Queue":
        """Return the queue, each time the same object. Raises HostError for a bad connection string."""
        if connection not in self._services:
            try:
                # The SDK's default retry waits suit a remote region. Here storage answers at once or is down.
                self._services[connection] = QueueServiceClient.from_connection_string(
                    connection, retry_policy=LinearRetry(backoff=1, retry_total=2, random_jitter_range=0)
                )
            except ValueError as error:
                raise HostError([f"the connection of queue {name} is no connection string: {error}"]) from error
        key = (connection, name)
        if key not in self._queues:
            client = self._services[connection].get_queue_client(name)
            self._queues[key] = Queue(client, self._encoding, self._threads)
        return self._queues[key]

    def close(self) -> None:
        """Close the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for service in self._services.values():
            service.close()


class Queue:
    """One queue. Its methods raise azure.core.exceptions.AzureError."""

    def __init__(self, client: QueueClient, encoding: str, threads: ThreadPoolExecutor) -> None:
        self._client = client
        self._encoding = encoding
        self._threads = threads
        self.written = asyncio.Event()
        """Set when this host sends a message here, so that its listener ends its back-off."""

    @property
    def name(self) -> str:
        """Name of the queue."""
        return str(self._client.queue_name)

    async def exists(self) -> bool:
        """Return whether the queue exists."""
        try:
            await self._run(self._client.get_queue_properties)
        except ResourceNotFoundError:
            return False
        return True

    async def receive(self, count: int, lock_seconds: int) -> list[QueueMessage]:
        """Fetch up to `count` messages, invisible to others for `lock_seconds`; none if the queue does not exist."""
        try:
            return await self._run(self._receive, count, lock_seconds)
        except ResourceNotFoundError:
            return []

    def _receive(self, count: int, lock_seconds: int) -> list[QueueMessage]:
        # One page only. Iterating over all pages would repeat the request until the queue is empty.
        pages = self._client.receive_messages(messages_per_page=count, visibility_timeout=lock_seconds).by_page()
        return list(next(pages, iter(())))

    async def put(self, body: str | bytes) -> None:
        """Encode and send one message."""
        await self.put_raw(self._encode(body))

    async def put_raw(self, text: str) -> None:
        """Send one message whose text is already encoded. Creates the queue if it does not exist.

        On the platform, too, only this creates queues (StorageQueueExtensions, AddMessageAndCreateIfNotExistsAsync).
        """
        try:
            await self._run(self._client.send_message, text)
        except ResourceNotFoundError:
            with suppress(ResourceExistsError):
                await self._run(self._client.create_queue)
            await self._run(self._client.send_message, text)
        self.written.set()

    async def delete(self, message: QueueMessage) -> None:
        """Delete a message that this host holds. Raises Lost."""
        with _held():
            await self._run(self._client.delete_message, message.id, message.pop_receipt)

    async def hide(self, message: QueueMessage, seconds: float) -> None:
        """Make a held message visible after `seconds`, and keep its new receipt. Raises Lost."""
        # Storage accepts whole seconds only.
        call = partial(self._client.update_message, message.id, message.pop_receipt)
        with _held():
            updated = await self._run(call, visibility_timeout=round(seconds))
        message.pop_receipt = updated.pop_receipt

    def decode(self, message: QueueMessage) -> bytes:
        """Return a message's body. Raises Undecodable."""
        text = str(message.content)
        if self._encoding == "none":
            return text.encode()
        try:
            # .NET skips white space in Base64 and requires the exact padding (Convert.FromBase64String).
            compact = "".join(text.split())
            if len(compact) % 4:
                raise ValueError("its length is no multiple of four")  # noqa: TRY301 - told like Python's own
            return base64.b64decode(compact, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Undecodable(f"message {message.id} in {self.name} is not base64: {error}") from error

    def _encode(self, body: str | bytes) -> str:
        data = body.encode() if isinstance(body, str) else body
        return data.decode() if self._encoding == "none" else base64.b64encode(data).decode()

    async def _run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.wrap_future(self._threads.submit(call, *args, **kwargs))


@contextmanager
def _held() -> Iterator[None]:
    """Raise Lost for the answers that mean it, those in QueueProcessor.DeleteMessageAsync."""
    try:
        yield
    except HttpResponseError as error:
        if getattr(error, "error_code", None) in _LOST:
            raise Lost(str(error.message)) from error
        raise
