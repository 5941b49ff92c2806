"""The functions host: combines triggers, worker and storage, in a thread with its own event loop."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Coroutine, Mapping
from pathlib import Path

import uvicorn

from local.host.bindings import AppFunction, QueueBinding, TimerBinding, read_functions
from local.host.errors import HostError, WorkerEnded
from local.host.invoke import Invoker
from local.host.loading import load_app
from local.host.monitor import Monitor
from local.host.queues import QueueListener, poison_name
from local.host.settings import load_host_json, load_local_settings
from local.host.storage import Storage
from local.host.timers import Timer
from local.host.web import build_web
from local.host.worker import Worker

DRAIN_SECONDS = 10.0
"""How long running invocations may take to end when the host stops."""

log = logging.getLogger("host")


class FunctionsHost:
    """Serves the function app in `root` with the settings in `environ`, on 127.0.0.1:`port`.

    The app reads `os.environ`, so `environ` should be that or equal to it.
    """

    def __init__(self, root: Path, environ: Mapping[str, str], port: int) -> None:
        self._environ = environ
        self._settings = load_local_settings(environ)
        self._host_json = load_host_json(root, environ)
        self._functions = read_functions(load_app(root), environ)
        self._storage = Storage(self._host_json.extensions.queues.message_encoding)
        self._worker = Worker(self._settings.threads)
        self._invoker = Invoker(root, self._worker, self._storage, self._host_json.function_timeout)
        self._web = build_web(
            self._functions,
            prefix=self._host_json.extensions.http.route_prefix,
            key=self._settings.key,
            invoker=self._invoker,
        )
        self._socket = _listen(port)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="host")
        self.failure: Exception | None = None
        """The error that stopped the host without a request."""
        self.drained = True
        """False if invocations still ran after DRAIN_SECONDS."""

    @property
    def url(self) -> str:
        """The address of HTTP functions."""
        host, port = self._socket.getsockname()
        return f"http://{host}:{port}"

    def start(self) -> None:
        """Start serving. Returns when everything runs. Raises HostError if storage does not answer."""
        self._thread.start()
        self._ready.wait()
        if self.failure is not None:
            self._thread.join()
            problem = str(self.failure) if isinstance(self.failure, HostError) else repr(self.failure)
            raise HostError([problem]) from self.failure

    def serving(self) -> bool:
        """Whether the host runs. A failure of its own stops it."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Fetch no more messages, let invocations end for up to DRAIN_SECONDS, then stop. Idempotent."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, because the host has stopped by itself
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        except Exception as error:
            log.exception("The host failed")
            self.failure = error
        finally:
            self._loop.close()
            self._worker.stop()
            self._storage.close()
            self._socket.close()
            self._ready.set()

    async def _run(self) -> None:
        triggers = [await self._trigger(function) for function in self._functions]
        config = uvicorn.Config(
            self._web,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=int(DRAIN_SECONDS),
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[self._socket]))
        await server.ready.wait()
        running = [asyncio.create_task(trigger) for trigger in triggers if trigger is not None]
        if "LOCAL_FUNCTIONS_KEY" not in self._environ:
            log.info("LOCAL_FUNCTIONS_KEY is not set: this run's key is %s", self._settings.key)
        log.info("Host started: %d functions at %s", len(self._functions), self.url)
        self._ready.set()
        stopped = asyncio.create_task(self._stop.wait())
        timed_out = asyncio.create_task(self._invoker.ended.wait())
        ended, _ = await asyncio.wait({stopped, timed_out, serving, *running}, return_when=asyncio.FIRST_COMPLETED)
        if timed_out in ended:
            self.failure = WorkerEnded("functionTimeout has passed")
            self._stop.set()
        for task in ended - {stopped}:
            task.result()  # a listener, timer or server that returns early has failed; this raises its error
        timed_out.cancel()
        log.info("Host stops: waiting for running invocations")
        server.should_exit = True
        _, unfinished = await asyncio.wait({serving, *running}, timeout=DRAIN_SECONDS)
        self.drained = not unfinished
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    async def _trigger(self, function: AppFunction) -> Coroutine[object, object, None] | None:
        """Return what triggers `function`; None for HTTP functions, which the server calls."""
        binding = function.trigger
        if isinstance(binding, QueueBinding):
            poison = poison_name(binding.queue)
            queue = self._storage.queue(binding.connection, binding.queue)
            if not await queue.exists():
                log.warning("'%s' waits for queue %s, which does not exist", function.name, queue.name)
            listener = QueueListener(
                function,
                queue=queue,
                poison=self._storage.queue(binding.connection, poison) if poison else None,
                options=self._host_json.extensions.queues,
                lock_seconds=self._settings.lock_seconds,
                invoker=self._invoker,
            )
            return listener.run(self._stop)
        if isinstance(binding, TimerBinding):
            storage = self._environ.get("AzureWebJobsStorage", "")
            if not storage:
                raise HostError(["AzureWebJobsStorage is missing or empty; timers keep their status there"])
            return Timer(function, binding, Monitor(storage, function.name), self._invoker.invoke).run(self._stop)
        return None


class _Server(uvicorn.Server):
    """A server that signals when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    # Connections that a killed host left behind must not keep the next one from its port.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise HostError([f"port {port} of 127.0.0.1 cannot be served: {error.strerror}"]) from error
    return listener
