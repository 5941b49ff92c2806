"""One invocation: runs the function, sends its outputs if it succeeded, and logs one line about it."""

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import azure.functions as func
from azure.functions._abc import RetryContext, TraceContext  # they have no public name, but func.Context needs them

from local.host.bindings import RETURN, AppFunction
from local.host.errors import WorkerEnded
from local.host.outputs import Output, messages
from local.host.storage import Storage
from local.host.worker import Worker

log = logging.getLogger("host.invoke")


class Trace(TraceContext):
    """The trace of an invocation (W3C trace context). It has no parent."""

    @property
    def trace_state(self) -> str:
        """Empty: no caller is known."""
        return ""

    @property
    def trace_parent(self) -> str:
        """A new, random parent id."""
        return f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-00"

    @property
    def attributes(self) -> dict[str, str]:
        """No attributes."""
        return {}


@dataclass(frozen=True)
class Context(func.Context):
    """The context that is passed to a function that declares `context`."""

    id: str
    name: str
    root: Path
    storage: threading.local

    @property
    def invocation_id(self) -> str:
        """Id of this invocation, the one in the log."""
        return self.id

    @property
    def function_name(self) -> str:
        """Name of the function."""
        return self.name

    @property
    def function_directory(self) -> str:
        """Folder of function_app.py."""
        return str(self.root)

    @property
    def thread_local_storage(self) -> type[threading.local]:
        """Storage of this invocation."""
        return self.storage  # type: ignore[return-value]  # azure-functions annotates the class, means the object

    @property
    def trace_context(self) -> TraceContext:
        """The trace of this invocation."""
        return Trace()

    @property
    def retry_context(self) -> RetryContext:
        """None: on the platform, too, for functions without a retry policy."""
        return None  # type: ignore[return-value]  # azure-functions does not say that it may be None


@dataclass(frozen=True)
class Outcome:
    """The result of an invocation. `error` is None if it succeeded."""

    value: object
    error: Exception | None


class Invoker:
    """Runs functions in the worker and sends their outputs. `timeout` is functionTimeout in seconds.

    An invocation that outlasts it ends the worker. All invocations under way fail with it (azure-functions-host,
    WebScriptHostExceptionHandler.OnTimeoutExceptionAsync). A thread cannot be ended. So `ended` tells the host to end
    its process once the invocations are settled.
    """

    def __init__(self, root: Path, worker: Worker, storage: Storage, timeout: float | None) -> None:
        self._root = root
        self._worker = worker
        self._storage = storage
        self._timeout = timeout
        self.ended = asyncio.Event()

    async def invoke(self, function: AppFunction, argument: object) -> Outcome:
        """Run `function` with its trigger's `argument`. What it raises is logged and becomes the outcome's error."""
        invocation = str(uuid.uuid4())
        outputs = {output.parameter: Output[object]() for output in function.outputs if output.parameter != RETURN}
        arguments: dict[str, object] = {function.trigger.parameter: argument, **outputs}
        if function.wants_context:
            arguments["context"] = Context(invocation, function.name, self._root, threading.local())
        overdue = self._watch(function, invocation)
        begun = time.monotonic()
        try:
            value = await self._call(function, arguments)
            await self._send(function, outputs, value)
        except Exception as error:  # noqa: BLE001 - whatever the app raises is the outcome of its invocation
            text = f"{type(error).__name__}: {error}"
            outcome = Outcome(None, error)
        else:
            text = ""
            outcome = Outcome(value, None)
        finally:
            if overdue is not None:
                overdue.cancel()
        log.log(
            logging.ERROR if outcome.error else logging.INFO,
            "Executed '%s' (%s, Id=%s, Duration=%dms)%s",
            function.name,
            "Failed" if outcome.error else "Succeeded",
            invocation,
            (time.monotonic() - begun) * 1000,
            f" {text}" if text else "",
            exc_info=outcome.error,
        )
        return outcome

    async def _call(self, function: AppFunction, arguments: Mapping[str, object]) -> object:
        call = asyncio.ensure_future(self._worker.call(function.call, arguments))
        ended = asyncio.ensure_future(self.ended.wait())
        try:
            await asyncio.wait({call, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not call.done():
                raise WorkerEnded("an invocation outlasted functionTimeout")
            return call.result()
        finally:
            call.cancel()
            ended.cancel()

    async def _send(self, function: AppFunction, outputs: Mapping[str, Output[object]], value: object) -> None:
        for output in function.outputs:
            put = value if output.parameter == RETURN else outputs[output.parameter].get()
            queue = self._storage.queue(output.connection, output.queue)
            for message in messages(put):
                await queue.put(message)

    def _watch(self, function: AppFunction, invocation: str) -> asyncio.TimerHandle | None:
        """End the worker when functionTimeout has passed."""
        if self._timeout is None:
            return None

        def end() -> None:
            text = "'%s' (Id=%s) runs longer than functionTimeout (%.1f s): the worker ends, and all that it runs"
            log.error(text, function.name, invocation, self._timeout)
            self.ended.set()

        return asyncio.get_running_loop().call_later(self._timeout, end)
