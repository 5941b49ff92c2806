"""Runs the use cases in one process, with queues and timer as the functions host has them, but without waiting."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from shared.adapters.clock import SystemClock
from shared.bootstrap import MAX_DEQUEUE_COUNT, App
from shared.domain.job import END_STATES
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, Work, encode
from shared.errors import InvalidMessage, Transient
from shared.settings import Settings

TICK = timedelta(minutes=1)
"""The interval of the timer in Azure."""

DELIVERY = timedelta(seconds=1)
"""How far the clock moves for the delivery of one message."""

TICKS = 30
"""Limit for a job that has ended at Speech. One that Speech does not know takes 11."""


class NotSettledError(Exception):
    """Jobs did not end within the limit of ticks. The message gives the state of each."""


class SteppingClock(SystemClock):
    """A clock that moves only when it is told to. Sleeping moves it at once."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the time of day in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.step(timedelta(seconds=seconds))

    def step(self, by: timedelta) -> None:
        """Move the clock."""
        self._now += by


@dataclass(frozen=True)
class SteppedApp(App):
    """The app with another clock."""

    stepping: SteppingClock

    @cached_property
    def clock(self) -> SystemClock:
        """The clock that is moved by hand."""
        return self.stepping


class Pipeline:
    """Drives the use cases over the real adapters: `enqueue` messages, `tick`, or run `until_ended`.

    The same messages and answers give the same documents, including times of day, except for what Speech and Blob
    storage add.
    """

    def __init__(self, environ: Mapping[str, str], start: datetime) -> None:
        self.clock = SteppingClock(start)
        self.app = SteppedApp(Settings.from_env(environ), self.clock)
        self._work: deque[Work] = deque()
        self.sent: list[Work] = []
        """Every message that the functions sent, in order."""

    def enqueue(self, text: str) -> None:
        """Deliver a message of queue `transcription-jobs`. What cannot be understood is recorded as poison."""
        self.clock.step(DELIVERY)
        try:
            self.app.accept_job(text.encode())
        except InvalidMessage:
            self.app.record_poison(JOBS_QUEUE, text.encode())

    def tick(self) -> None:
        """Move the clock by a minute, run the timer, then deliver its messages and theirs until none is left."""
        self.clock.step(TICK)
        self._send([*self.app.tick()])
        while self._work:
            self._deliver(self._work.popleft())

    def until_ended(self, *job_ids: str) -> None:
        """Tick until the jobs have ended. Raises NotSettledError after TICKS."""
        for _ in range(TICKS):
            self.tick()
            jobs = {job_id: self.app.jobs.get(job_id) for job_id in job_ids}
            if all(job is not None and job.status in END_STATES for job in jobs.values()):
                return
        stand = ", ".join(f"{job_id}: {job.status if job else 'not accepted'}" for job_id, job in jobs.items())
        raise NotSettledError(f"after {TICKS} ticks: {stand}")

    def _send(self, messages: list[Work]) -> None:
        self.sent.extend(messages)
        self._work.extend(messages)

    def _deliver(self, message: Work) -> None:
        for attempt in range(1, MAX_DEQUEUE_COUNT + 1):
            self.clock.step(DELIVERY)
            try:
                self._send(self.app.fetch_results(message, attempt))
            except Transient:
                continue
            return
        self.app.record_poison(RESULTS_QUEUE, encode(message).encode())
