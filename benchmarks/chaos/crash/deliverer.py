"""The process that is killed: it carries out deliveries as the functions host does, one at a time.

A message is handed to the function of the real function_app.py; what the function put out is sent, and the message is
deleted, only if it succeeded. Fetching stays with the parent, so that a message comes back without a lock to wait for.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from azure.core.exceptions import AzureError
from azure.functions.queue import QueueMessage as FunctionMessage
from azure.functions.timer import TimerRequest
from azure.storage.queue import QueueMessage

from local.host.bindings import AppFunction, QueueBinding, read_functions
from local.host.invoke import Invoker
from local.host.loading import MODULE, load_app
from local.host.settings import load_host_json
from local.host.storage import Storage
from local.host.worker import Worker
from local.stack import REPOSITORY
from shared.pipeline.rights import CheckRights

PRELOADED = (__name__, "shared.bootstrap")
"""Modules that every deliverer begins with, so that it begins at once."""


@dataclass(frozen=True)
class Delivery:
    """One invocation to be made of `function`. Without an `id` it is a tick of the timer."""

    function: str
    id: str = ""
    receipt: str = ""
    text: str = ""
    attempt: int = 1


def serve(connection: Connection, settings: Mapping[str, str], log: Path) -> None:
    """Answer each Delivery that comes with what its function raised, in words, or None; until the parent hangs up."""
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
    outcome = await invoker.invoke(function, _argument(delivery))
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


def _argument(delivery: Delivery) -> object:
    if not delivery.id:
        return TimerRequest(past_due=False)
    return FunctionMessage(  # type: ignore[no-untyped-call]  # azure-functions leaves it untyped
        id=delivery.id,
        body=delivery.text.encode(),
        dequeue_count=delivery.attempt,
        pop_receipt=delivery.receipt,
    )
