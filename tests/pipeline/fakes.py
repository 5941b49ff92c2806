"""The pipeline's ports as classes with state. They give the guarantees of Cosmos DB, in memory."""

# ruff: noqa: D102 - the ports say what the methods do

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import msgspec

from shared.domain.documents import UtcTime, utc
from shared.domain.forgotten import ForgottenJob, StoredJob
from shared.domain.job import END_STATES, Job, Rejected, Status
from shared.domain.poll_mark import POLL_ID, Place, PollMark
from shared.errors import Conflict
from tests.pipeline.script import Script


class FakeClock:
    """A clock that moves only in `move` and `sleep`."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(seconds=seconds)

    def move(self, **by: float) -> None:
        """Let time pass; the arguments are timedelta's."""
        self.time += timedelta(**by)


class FakeJobs:
    """Container `jobs`: documents with ETags, and the tombstones of forgotten jobs.

    `lagging` holds the answers of a stale replica. Each of the next reads of a single job takes one of them, in place
    of `documents`: a document with its ETag, or None. Writes are never stale.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.documents: dict[str, tuple[Job, int]] = {}
        self.tombstones: dict[str, tuple[ForgottenJob, int]] = {}
        self.mark = PollMark(id=POLL_ID)
        self.rejected: dict[str, Rejected] = {}
        self.lagging: deque[tuple[Job, int] | None] = deque()
        self._etags = count(1)

    def get(self, job_id: str) -> Job | None:
        found = self.find(job_id)
        return found if isinstance(found, Job) else None

    def find(self, job_id: str) -> StoredJob | None:
        with self.script.effect("jobs.get"):
            found = self._read(job_id)
            return found[0] if found else None

    def create(self, job: Job) -> None:
        with self.script.effect("jobs.create"):
            if self._stored(job.id) is not None:
                raise Conflict(f"{job.id} is there")
            self.put(job)

    def put(self, job: StoredJob) -> None:
        """Write a document, without a check of its ETag."""
        self.documents.pop(job.id, None)
        self.tombstones.pop(job.id, None)
        if isinstance(job, Job):
            self.documents[job.id] = (job, next(self._etags))
        else:
            self.tombstones[job.id] = (job, next(self._etags))

    def update(self, job_id: str, change: Callable[[Job], Job | None]) -> Job | None:
        written = self.exchange(job_id, lambda found: change(found) if isinstance(found, Job) else None)
        return written if isinstance(written, Job) else None

    def exchange(self, job_id: str, change: Callable[[StoredJob], StoredJob | None]) -> StoredJob | None:
        while True:
            found = self._read(job_id)
            changed = change(found[0]) if found else None
            if found is None or changed is None:
                return None
            with self.script.effect("jobs.update"):
                stored = self._stored(job_id)
                if stored is None:
                    return None
                if stored[1] == found[1]:
                    self.put(changed)
                    return changed

    def moved(self, job_id: str, run: int, now: datetime) -> bool:
        with self.script.effect("jobs.moved"):
            job = self.documents[job_id][0] if job_id in self.documents else None
            if job is None or (job.status, job.run) != (Status.INGESTING, run):
                return False
            self.put(msgspec.structs.replace(job, moved_at=utc(now)))
            return True

    def _read(self, job_id: str) -> tuple[StoredJob, int] | None:
        return self.lagging.popleft() if self.lagging else self._stored(job_id)

    def _stored(self, job_id: str) -> tuple[StoredJob, int] | None:
        return self.documents.get(job_id) or self.tombstones.get(job_id)

    def new(self, limit: int) -> list[Job]:
        return self._pending(lambda job: job.poll_count == 0, lambda job: job.accepted_at)[:limit]

    def due(self, now: UtcTime, limit: int) -> list[Job]:
        asked = self._pending(lambda job: bool(job.next_poll_at) and _next_poll(job) <= now, _next_poll)
        return asked[:limit]

    def unseen(self, before: UtcTime, limit: int) -> list[Job]:
        asked = self._pending(lambda job: bool(job.polled_at) and _polled(job) <= before, _polled)
        return asked[:limit]

    def oldest_pending(self) -> Job | None:
        return next(iter(self._pending(lambda _: True, lambda job: job.accepted_at)), None)

    def strays(self, now: UtcTime, limit: int) -> list[Job]:
        with self.script.effect("jobs.strays"):
            every = len(self.documents)
            known = {job.id for job in (*self.new(every), *self.due(now, every), *self.unseen(now, every))}
            pending = self._pending(lambda job: job.id not in known, _polled)
            unmoved = [job for job, _ in self.documents.values() if job.status is Status.INGESTING and not job.moved_at]
            return [*pending, *unmoved][:limit]

    def pending_among(self, job_ids: Sequence[str]) -> list[Job]:
        return self._pending(lambda job: job.id in job_ids, lambda job: job.id)

    def ingesting(self, after: Place | None, limit: int) -> list[Job]:
        with self.script.effect("jobs.ingesting"):
            found = (job for job, _ in self.documents.values() if job.status is Status.INGESTING)
            return _in_order(found, Place.by_movement, after, limit)

    def to_list_again(self, now: UtcTime, limit: int) -> list[Job]:
        due = [job for job, _ in self.documents.values() if job.retry and job.retry.at and job.retry.at <= now]
        return sorted(due, key=lambda job: (job.retry and job.retry.at) or "")[:limit]

    def untidied(self, ended_before: UtcTime, after: Place | None, limit: int) -> list[Job]:
        ended = (job for job, _ in self.documents.values() if job.status in END_STATES and job.tidied_at is None)
        old = (job for job in ended if (job.ended_at or "") <= ended_before)
        return _in_order(old, Place.by_end, after, limit)

    def any_to_do(self, now: UtcTime) -> bool:
        with self.script.effect("jobs.any_to_do"):
            unended = any(job.status not in END_STATES for job, _ in self.documents.values())
            return unended or bool(self.to_list_again(now, 1))

    def poll_mark(self) -> PollMark:
        return self.mark

    def put_poll_mark(self, mark: PollMark) -> None:
        self.mark = mark

    def reject(self, rejected: Rejected) -> None:
        self.rejected[rejected.id] = rejected

    def _pending(self, wanted: Callable[[Job], bool], key: Callable[[Job], str]) -> list[Job]:
        pending = (job for job, _ in self.documents.values() if job.status is Status.PENDING)
        return sorted(filter(wanted, pending), key=key)


def _polled(job: Job) -> str:
    return job.polled_at or ""


def _next_poll(job: Job) -> str:
    return job.next_poll_at or ""


def _in_order(jobs: Iterable[Job], place_of: Callable[[Job], Place], after: Place | None, limit: int) -> list[Job]:
    return sorted((job for job in jobs if after is None or place_of(job) > after), key=place_of)[:limit]
