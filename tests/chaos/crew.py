"""Workers that handle messages at the same moment, each with an app of its own, as the platform's instances have."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

from local.faults import Drop, Rule
from local.speech import JobSpec
from shared.bootstrap import MAX_DEQUEUE_COUNT, App
from shared.domain.job import END_STATES
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, FetchPage, ListJobFiles, Work, encode
from shared.errors import Transient
from shared.pipeline.settle import SettleJobs
from tests.chaos.bench import WAIT_SECONDS, Bench, NotInTime
from tests.chaos.judge import State
from tests.chaos.kinds import Kind
from tests.pipeline.fakes import FakeClock

MOST = 8
"""Workers at once."""

_PAUSE_SECONDS = 0.2
"""The longest wait before a message is delivered again; the platform's is 30 s, in which all others are done."""

Task = Callable[[App], Iterable[Work]]
"""What one worker does; it returns the messages to send."""


class Crew:
    """Eight apps over the same services, and a ninth, `timer`, for what is done by one alone."""

    def __init__(self, settings: Mapping[str, str], random: Random) -> None:
        self.apps = [App.from_env(settings) for _ in range(MOST)]
        self.timer = App.from_env(settings)
        self._random = random

    def at_once(self, tasks: Sequence[Task]) -> list[Work]:
        """Begin all tasks at the same moment, each on a worker of its own; return the messages that they send."""
        barrier = threading.Barrier(len(tasks), timeout=WAIT_SECONDS)

        def work(app: App, task: Task) -> list[Work]:
            barrier.wait()
            return list(task(app))

        with ThreadPoolExecutor(len(tasks)) as pool:
            begun = [pool.submit(work, app, task) for app, task in zip(self.apps, tasks, strict=False)]
            return [message for each in begun for message in each.result(WAIT_SECONDS)]

    def handle(self, messages: Iterable[Work], workers: int) -> None:
        """Deliver messages, and those that they lead to, `workers` at once, equal ones side by side."""
        waiting = sorted(messages, key=encode)
        deadline = time.monotonic() + WAIT_SECONDS
        while waiting:
            if time.monotonic() > deadline:
                raise NotInTime(f"{len(waiting)} messages are left after {WAIT_SECONDS:.0f} s")
            now, rest = waiting[:workers], waiting[workers:]
            waiting = sorted([*rest, *self.at_once([self.fetching(each) for each in now])], key=encode)

    def fetching(self, message: Work) -> Task:
        """Return the task of delivering a message as often as the queue does, and then of giving it up."""
        poison = self.poison(message)
        return lambda app: self._tried(lambda attempt: app.fetch_results(message, attempt), lambda: poison(app))

    def poison(self, message: Work) -> Task:
        """Return the task of giving a message up."""
        body = encode(message).encode()
        return lambda app: self._tried(lambda attempt: app.record_poison(RESULTS_QUEUE, body, attempt))

    def accepting(self, body: bytes) -> Task:
        """Return the task of accepting a job."""
        return lambda app: self._tried(
            lambda attempt: app.accept_job(body, attempt), lambda: app.record_poison(JOBS_QUEUE, body)
        )

    def _tried(self, act: Callable[[int], object], else_: Callable[[], object] = lambda: None) -> list[Work]:
        for attempt in range(1, MAX_DEQUEUE_COUNT + 1):
            try:
                sent = act(attempt)
            except Transient:
                time.sleep(self._random.random() * _PAUSE_SECONDS)
            else:
                return list(sent) if isinstance(sent, Iterable) else []
        else_()
        return []


def ticking(app: App) -> list[Work]:
    """Do what the timer does at one tick."""
    return [*app.tick()]


class Scene:
    """One job at Speech, and `workers` that handle its messages at once."""

    def __init__(self, bench: Bench, crew: Crew, kind: Kind, workers: int) -> None:
        self.crew = crew
        self.workers = workers
        self._bench = bench
        self.spec: JobSpec = bench.put(kind, page_size=2)

    def put(self, kind: Kind) -> None:
        """Put other contents into the job's first file; each time it gets another ETag."""
        file = self.spec.files[0]
        self._bench.speech.put_job(self.spec, {file.blob: kind.files[file.name]})

    def accept(self, by: int = 1, **more: bool) -> None:
        """Enqueue the job, `by` times at once."""
        words = "".join(f', "{name}": true' for name in more)
        body = f'{{"id": "{self.spec.id}"{words}}}'.encode()
        self.crew.at_once([self.crew.accepting(body)] * by)

    def work(self) -> list[Work]:
        """Poll, undisturbed, until the job's files are to be listed; return the message that says so."""
        found: list[Work] = []

        def look() -> list[Work]:
            found.extend(each for each in self.crew.timer.poll_jobs() if each.job_id == self.spec.id)
            return found

        return self._bench.until(look, f"job {self.spec.id} is ingested")

    def listed(self) -> list[Work]:
        """List the job's files to the last page, undisturbed; return the messages that fetch them."""
        found: list[Work] = []
        waiting = self.work()
        while waiting:
            sent = [each for message in waiting for each in self.crew.timer.fetch_results(message, 1)]
            found += [each for each in sent if not isinstance(each, ListJobFiles)]
            waiting = [each for each in sent if isinstance(each, ListJobFiles)]
        return found

    def fetch(self, messages: Iterable[Work]) -> None:
        """Let all workers handle each of the messages, one message after the other."""
        for message in messages:
            self.crew.handle([message] * self.workers, self.workers)

    def settle(self, timers: int = 1) -> None:
        """Run the timer, `timers` at once, and handle what it sends, until the job has ended."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (job := self._bench.job(self.spec)) is None or job.status not in END_STATES:
            if time.monotonic() > deadline:
                raise NotInTime(f"job {self.spec.id} has not ended after {WAIT_SECONDS:.0f} s: {job}")
            self.crew.handle(self.crew.at_once([ticking] * timers), self.workers)

    @contextmanager
    def meanwhile(self, act: Callable[[int], object], pause: float) -> Iterator[None]:
        """Act again and again, after each pause, while the block lasts; alone on the scene nothing is done."""
        stop = threading.Event()

        def run() -> None:
            number = 0
            while not stop.wait(pause):
                act(number)
                number += 1

        thread = threading.Thread(target=run)
        if self.workers > 1:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            if self.workers > 1:
                thread.join()

    def dying(self, message: Work) -> None:
        """Let a worker fetch the first file of a message. It writes all parts but the last, and no head: they stay."""
        # By itself: in a page, a file that fails goes on in a message of its own, and nothing is raised.
        first = message.alone()[0] if isinstance(message, FetchPage) else message
        rule = Rule(Drop(), method="POST", when=lambda asked: b'"type":"transcript"' in asked.body)
        rules = self._bench.faults.fronts["cosmos"].rules
        rules.insert(0, rule)
        try:
            self.crew.apps[0].fetch_results(first, 1)
        except Transient:
            return
        finally:
            rules.remove(rule)
        raise NotInTime("a worker wrote a head that it could not send")

    def state(self) -> State:
        """Read what is stored a day later, when the job was tidied up."""
        app, clock = self.crew.timer, FakeClock()
        clock.time = datetime.now(UTC) + timedelta(days=1, hours=1)  # parts that no head names are old by then
        for _ in SettleJobs(app.jobs, app.transcripts, clock, app.patience)():
            raise NotInTime("a job that has ended is listed again")
        return self._bench.state(self.spec)
