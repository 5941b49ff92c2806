"""A process that is killed in the middle of what it does: it carries out deliveries as the functions host does.

The function of the real function_app.py is handed the message; what it puts out is sent, and the message is deleted,
only if it succeeded. The parent fetches the messages, so that one comes back without a lock to wait for.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from pkgutil import walk_packages

from azure.core.exceptions import AzureError
from azure.functions.queue import QueueMessage as FunctionMessage
from azure.functions.timer import TimerRequest
from azure.storage.queue import QueueMessage

from local.faults import ClientGone, Exchange, Front, Moment
from local.host.bindings import AppFunction, QueueBinding, read_functions
from local.host.invoke import Invoker
from local.host.loading import MODULE, load_app
from local.host.settings import load_host_json
from local.host.storage import Storage
from local.host.worker import Worker
from local.stack import REPOSITORY
from shared import adapters, pipeline
from shared.pipeline.rights import CheckRights

_ANSWER_SECONDS = 300.0


class Killed(Exception):
    """The process was killed, as planned."""


class Stuck(Exception):
    """A delivery took longer than any should."""


@dataclass(frozen=True)
class Delivery:
    """One invocation of `function`. Without an `id` it is a tick of the timer."""

    function: str
    id: str = ""
    receipt: str = ""
    text: str = ""
    attempt: int = 1

    def argument(self) -> object:
        """Return what the trigger hands to the function."""
        if not self.id:
            return TimerRequest(past_due=False)
        return FunctionMessage(  # type: ignore[no-untyped-call]  # azure-functions leaves it untyped
            id=self.id, body=self.text.encode(), dequeue_count=self.attempt, pop_receipt=self.receipt
        )


def serve(connection: Connection, settings: Mapping[str, str], log: Path) -> None:
    """Answer each Delivery with what its function raised, in words, or None; until the parent hangs up."""
    logging.basicConfig(filename=log, level=logging.INFO, force=True)
    os.environ.update(settings)
    host_json = load_host_json(REPOSITORY, settings)
    functions = {each.name: each for each in read_functions(load_app(REPOSITORY), os.environ)}
    # The first tick would try all rights at once, on threads: effects that have no order cannot be numbered.
    vars(sys.modules[MODULE].run)["check_rights"] = CheckRights(())
    storage = Storage(host_json.extensions.queues.message_encoding)
    invoker = Invoker(REPOSITORY, Worker(1), storage, host_json.function_timeout)
    with asyncio.Runner() as runner:
        while True:
            try:
                delivery = connection.recv()
            except EOFError:
                os._exit(0)
            connection.send(runner.run(_deliver(invoker, storage, functions[delivery.function], delivery)))


async def _deliver(invoker: Invoker, storage: Storage, function: AppFunction, delivery: Delivery) -> str | None:
    outcome = await invoker.invoke(function, delivery.argument())
    if outcome.error is not None:
        return f"{type(outcome.error).__name__}: {outcome.error}"
    if isinstance(function.trigger, QueueBinding):
        message = QueueMessage(content=delivery.text)
        message.id, message.pop_receipt = delivery.id, delivery.receipt
        try:
            await storage.queue(function.trigger.connection, function.trigger.queue).delete(message)
        except AzureError as error:
            return f"the message could not be deleted: {error}"
    return None


class Watch:
    """Counts the writes of the process under watch, at all fronts, and kills it just before one of them.

    Reads change nothing, and what a process does between two writes nobody sees. So these are all states in which a
    dying process can leave the services.
    """

    def __init__(self, fronts: Iterable[Front]) -> None:
        for front in fronts:
            front.watch = self._told
        self.begin(None, None)

    def begin(self, pid: int | None, write: int | None) -> None:
        """Count anew from 0; kill `pid` before it sends write number `write`."""
        self.killed = False
        self._writes = 0
        self._pid, self._write = pid, write

    def _told(self, exchange: Exchange, moment: Moment) -> None:
        if self.killed:
            raise ClientGone  # sent by another thread while the process died
        if moment is Moment.AFTER or not is_write(exchange):
            return
        if self._writes == self._write and self._pid is not None:
            self.killed = True  # known before it happens: the parent asks at once
            os.kill(self._pid, signal.SIGKILL)
            raise ClientGone
        self._writes += 1


def is_write(exchange: Exchange) -> bool:
    """Say whether a request changes something: neither a GET nor a query, nor the question for a query's plan."""
    asks = any(name in exchange.headers for name in ("x-ms-documentdb-isquery", "x-ms-cosmos-is-query-plan-request"))
    return exchange.method not in {"GET", "HEAD"} and not asks


def forkserver() -> ForkServerContext:
    """Return the way to start processes that have all modules loaded, and nothing else of their parent."""
    context = get_context("forkserver")
    parts = [each.name for room in (adapters, pipeline) for each in walk_packages(room.__path__, f"{room.__name__}.")]
    context.set_forkserver_preload([__name__, "shared.bootstrap", "shared.rights", *parts])
    return context


class Deliverer:
    """The process, as its parent sees it."""

    def __init__(self, context: ForkServerContext, settings: Mapping[str, str], log: Path) -> None:
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, dict(settings), log))
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        """Process id."""
        return self._process.pid

    def deliver(self, delivery: Delivery) -> str | None:
        """Return what the function raised, in words; raise Killed if the process did not live to say so, Stuck."""
        try:
            self._connection.send(delivery)
            if not self._connection.poll(_ANSWER_SECONDS):
                raise Stuck(f"{delivery} was not through after {_ANSWER_SECONDS:.0f} s")
            answer: str | None = self._connection.recv()
        except (EOFError, ConnectionError) as error:
            self._process.join()
            raise Killed(delivery.function) from error
        return answer

    def end(self) -> None:
        """End the process if it lives."""
        self._connection.close()
        self._process.kill()
        self._process.join()
        self._process.close()
