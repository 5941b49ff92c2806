"""Runs the app's code: a pool of threads for plain functions, a separate event loop for async ones.

Both are separate from the host's own loop, so that an app that blocks does not stop the host from renewing locks.
"""

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor


class Worker:
    """Runs the app's functions. `threads` is PYTHON_THREADPOOL_THREAD_COUNT."""

    def __init__(self, threads: int | None) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="async-functions", daemon=True)
        self._thread.start()

    async def call(self, function: Callable[..., object], arguments: Mapping[str, object]) -> object:
        """Run `function` and return what it returns; raise what it raises."""
        if inspect.iscoroutinefunction(function):
            coroutine: Coroutine[object, object, object] = function(**arguments)
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))
        return await asyncio.wrap_future(self._pool.submit(function, **arguments))

    def stop(self) -> None:
        """Accept no more work. Running work continues, since threads cannot be ended."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1.0)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()
