"""Watches jobs until they have ended, by point reads with pauses that grow. It prints nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from shared.cli.exits import Exit
from shared.domain.enqueued import Enqueued
from shared.domain.forgotten import ForgottenJob, StoredJob
from shared.domain.job import END_STATES, FileCounts, Job, Status
from shared.domain.transitions import enqueue
from shared.errors import Denied, Transient, Unreadable

SENT = "sent"
"""State of a job whose message was sent, and was not yet taken up by the app."""

DELETED = "deleted"
"""State of a job whose document is no longer there. It counts as ended."""

UNREADABLE = "unreadable"
"""State of a job whose document this version cannot read. It counts as ended."""

PAUSE_SECONDS = 1.0
"""Pause between two rounds of reads, and the first pause between two reads of one job."""

LONGEST_PAUSE_SECONDS = 30.0
_GROWTH = 1.5

READS_A_ROUND = 100
"""Most jobs that one round reads: about 100 RU a second. Of more jobs the longest unread ones come first."""

_AT_ONCE = 8


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """Return the time of day in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


Found = StoredJob | Unreadable | None
Read = Callable[[Sequence[str]], Sequence[Found]]
"""Reads the documents of jobs by their ids, in their order. Raises Transient."""


@dataclass(frozen=True)
class Watched:
    """A job that is watched, with its document as read last.

    `after_run`: a message to the app will start a later run than this one, so the document does not count yet. None:
    no message is on its way, and the document counts.
    """

    job_id: str
    found: Found = None
    after_run: int | None = None

    @property
    def job(self) -> Job | None:
        """The document, if it can be read and counts."""
        return self.found if isinstance(self.found, Job) and self.after_run is None else None

    @property
    def state(self) -> str:
        """The job's status, or SENT, DELETED or UNREADABLE."""
        if isinstance(self.found, Unreadable):
            return UNREADABLE
        if self.after_run is not None:
            return SENT
        return self.found.status if self.found else DELETED

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be expected."""
        return self.state in END_STATES | {Status.FORGOTTEN, DELETED, UNREADABLE}

    def seen(self, found: Found) -> "Watched":
        """Return the job after another read."""
        match found:
            case None if self.after_run is not None:
                return Watched(self.job_id, None, 0)  # the message creates it anew, as run 1
            case Job() | ForgottenJob() if self.after_run is not None and found.run <= self.after_run:
                return replace(self, found=found)
            case _:
                return Watched(self.job_id, found)


def before_sending(asked: Enqueued, found: Found, now: datetime) -> Watched:
    """Return the job to watch, whose message is sent next. `found`: its document before that.

    A job for which the message changes nothing counts as it is: one that is under way, or has ended for good. If the
    job ends after it was read and before the app takes the message, a message with `reprocess` or `replay` starts a
    further run. That run is not waited for.
    """
    job = found if isinstance(found, Job | ForgottenJob) else None
    changes = enqueue(job, asked, now, now) is not None
    return Watched(asked.job_id, found, (job.run if job else 0) if changes else None)


class Watch:
    """Jobs that are watched together. `jobs`: them, by their ids, in the order of their first mention."""

    def __init__(
        self, jobs: Iterable[Watched], read: Read, clock: Clock, tell: Callable[[Transient], object] = lambda _: None
    ) -> None:
        """Watch some jobs. `tell` is called when reading fails; the watch goes on."""
        self.jobs = {each.job_id: each for each in jobs}
        self._read = read
        self._clock = clock
        self._tell = tell
        now = clock.now()
        self._due = dict.fromkeys((each.job_id for each in self.jobs.values() if not each.ended), now)
        self._pause = dict.fromkeys(self._due, PAUSE_SECONDS)

    @property
    def ended(self) -> bool:
        """Whether all have ended."""
        return not self._due

    def changes(self, seconds: float | None = None) -> Iterator[list[Watched]]:
        """Yield, after each round of reads, the jobs that changed; until all have ended, or `seconds` have passed.

        Raises Denied, and what `read` raises besides Transient.
        """
        end = None if seconds is None else self._clock.now() + timedelta(seconds=seconds)
        while not self.ended and (end is None or self._clock.now() < end):
            yield self._round()
            if not self._due:
                return
            now = self._clock.now()
            pause = max(timedelta(seconds=PAUSE_SECONDS), min(self._due.values()) - now)
            self._clock.sleep((min(pause, end - now) if end else pause).total_seconds())

    def states(self) -> Counter[str]:
        """Return how many jobs are in each state."""
        return Counter(each.state for each in self.jobs.values())

    def _round(self) -> list[Watched]:
        now = self._clock.now()
        due = sorted((when, job_id) for job_id, when in self._due.items() if when <= now)
        ids = [job_id for _, job_id in islice(due, READS_A_ROUND)]
        try:
            found = self._read(ids)
        except Denied:
            raise
        except Transient as error:
            self._tell(error)
            found = [self.jobs[job_id].found for job_id in ids]
        return [each for job_id, read in zip(ids, found, strict=True) if (each := self._noted(job_id, read))]

    def _noted(self, job_id: str, found: Found) -> Watched | None:
        """Note a read. Returns the job if it changed."""
        before, after = self.jobs[job_id], self.jobs[job_id].seen(found)
        changed = (after.state, _counts(after)) != (before.state, _counts(before))
        self.jobs[job_id] = after
        if after.ended:
            del self._due[job_id], self._pause[job_id]
        else:
            pause = PAUSE_SECONDS if changed else self._pause[job_id]
            self._due[job_id] = self._clock.now() + timedelta(seconds=pause)
            self._pause[job_id] = min(pause * _GROWTH, LONGEST_PAUSE_SECONDS)
        return after if changed else None


def _counts(each: Watched) -> FileCounts | None:
    return each.job.files if each.job else None


def exit_of_jobs(states: Counter[str]) -> Exit:
    """Return the exit code for jobs in these states: 0 if all are completed.

    3 if all have ended, and some of their files are in (completedWithErrors, or only some jobs failed). Otherwise 1.
    """
    if states.keys() <= {Status.COMPLETED}:
        return Exit.DONE
    if states.keys() & {SENT, Status.PENDING, Status.INGESTING}:
        return Exit.FAILED
    return Exit.PARTLY if states.keys() & {Status.COMPLETED, Status.COMPLETED_WITH_ERRORS} else Exit.FAILED


def in_rounds(read: Read, ids: Sequence[str]) -> Iterator[Found]:
    """Yield the documents of any number of jobs, in the order of their ids."""
    for start in range(0, len(ids), READS_A_ROUND):
        yield from read(ids[start : start + READS_A_ROUND])


def reading(get: Callable[[str], StoredJob | None]) -> Read:
    """Return a Read that calls `get` for several jobs at the same time."""

    def one(job_id: str) -> Found:
        try:
            return get(job_id)
        except Unreadable as error:
            return error

    def read(ids: Sequence[str]) -> list[Found]:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(one, ids))

    return read
