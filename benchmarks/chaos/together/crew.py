"""Workers that handle messages at the same moment, each with an app of its own, as instances of the platform are."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

from shared.bootstrap import MAX_DEQUEUE_COUNT, App
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, Work, encode
from shared.errors import Transient

MOST = 8
"""Workers at once."""

_PAUSE_SECONDS = 0.2
"""The longest wait before a delivery anew; the platform's is 30 s, in which all others are done."""

_LIMIT_SECONDS = 120.0

Task = Callable[[App], Iterable[Work]]
"""What one worker does; it returns the messages to send."""


class Stuck(Exception):
    """Workers are not done in time."""


class Crew:
    """Eight apps over the same services. `again` counts deliveries after the first, `poisoned` messages given up."""

    def __init__(self, settings: Mapping[str, str], random: Random) -> None:
        self.apps = [App.from_env(settings) for _ in range(MOST)]
        self.timer = App.from_env(settings)
        """One more, for what is done by one alone."""
        self.again = 0
        self.poisoned = 0
        self._random = random
        self._lock = threading.Lock()

    def at_once(self, tasks: Sequence[Task]) -> list[Work]:
        """Let each task begin at the same moment, on a worker of its own; return all messages that they send."""
        barrier = threading.Barrier(len(tasks), timeout=_LIMIT_SECONDS)

        def work(app: App, task: Task) -> list[Work]:
            barrier.wait()
            return list(task(app))

        with ThreadPoolExecutor(len(tasks)) as pool:
            begun = [pool.submit(work, app, task) for app, task in zip(self.apps, tasks, strict=False)]
            return [message for each in begun for message in each.result(_LIMIT_SECONDS)]

    def handle(self, messages: Iterable[Work], workers: int) -> None:
        """Deliver messages, and those that they lead to, `workers` at once, the same ones side by side."""
        waiting = sorted(messages, key=encode)
        deadline = time.monotonic() + _LIMIT_SECONDS
        while waiting:
            if time.monotonic() > deadline:
                raise Stuck(f"{len(waiting)} messages are left after {_LIMIT_SECONDS:.0f} s")
            now, rest = waiting[:workers], waiting[workers:]
            waiting = sorted([*rest, *self.at_once([self.fetching(each) for each in now])], key=encode)

    def fetching(self, message: Work) -> Task:
        """Return the task of delivering a message as often as the queue would, and of what follows if all fail."""

        def deliver(app: App) -> list[Work]:
            for attempt in range(1, MAX_DEQUEUE_COUNT + 1):
                try:
                    return app.fetch_results(message, attempt)
                except Transient:
                    self._counted(attempt)
            app.record_poison(RESULTS_QUEUE, encode(message).encode())
            return []

        return deliver

    def poison(self, message: Work) -> Task:
        """Return the task of giving a message up."""

        def record(app: App) -> list[Work]:
            for attempt in range(1, MAX_DEQUEUE_COUNT + 1):
                try:
                    app.record_poison(RESULTS_QUEUE, encode(message).encode(), attempt)
                except Transient:
                    self._counted(attempt)
                else:
                    break
            return []

        return record

    def accepting(self, body: bytes) -> Task:
        """Return the task of accepting a job."""

        def accept(app: App) -> list[Work]:
            for attempt in range(1, MAX_DEQUEUE_COUNT + 1):
                try:
                    app.accept_job(body, attempt)
                except Transient:
                    self._counted(attempt)
                else:
                    return []
            app.record_poison(JOBS_QUEUE, body)
            return []

        return accept

    def _counted(self, attempt: int) -> None:
        with self._lock:
            self.again += attempt < MAX_DEQUEUE_COUNT
            self.poisoned += attempt == MAX_DEQUEUE_COUNT
            pause = self._random.random() * _PAUSE_SECONDS
        time.sleep(pause)


def ticking(app: App) -> list[Work]:
    """Do what the timer does at one tick."""
    return [*app.poll_jobs(), *app.settle_jobs()]
