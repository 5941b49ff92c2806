"""The pipeline's ports as classes with state: what Cosmos DB promises, in memory."""

# ruff: noqa: D102 - the ports say what the methods do

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import msgspec
from msgspec import UNSET

from shared.domain.documents import FAILURE_ID, HEAD_ID, FileDocument, FileFailure, Part, Transcript, UtcTime
from shared.domain.job import END_STATES, POLL_ID, FailedFile, Job, PollMark, Rejected, Status
from shared.domain.speech_api import KIND_REPORT
from shared.domain.split import FileKey
from shared.domain.transitions import FileTally
from shared.errors import Conflict
from shared.pipeline.ports import StoredHead
from tests.pipeline.script import Script

RETIRED_SECONDS = 3600


class FakeClock:
    """Time that moves when it is told to, or slept."""

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
    """Container `jobs`: documents with ETags."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.documents: dict[str, tuple[Job, int]] = {}
        self.mark = PollMark(id=POLL_ID)
        self.rejected: dict[str, Rejected] = {}
        self._etags = count(1)

    def get(self, job_id: str) -> Job | None:
        with self.script.effect("jobs.get"):
            found = self.documents.get(job_id)
            return found[0] if found else None

    def create(self, job: Job) -> None:
        with self.script.effect("jobs.create"):
            if job.id in self.documents:
                raise Conflict(f"{job.id} is there")
            self.put(job)

    def put(self, job: Job) -> None:
        """Write a document whatever is there."""
        self.documents[job.id] = (job, next(self._etags))

    def update(self, job_id: str, change: Callable[[Job], Job | None]) -> Job | None:
        while True:
            found = self.documents.get(job_id)
            changed = change(found[0]) if found else None
            if found is None or changed is None:
                return None
            with self.script.effect("jobs.update"):
                if self.documents[job_id][1] == found[1]:
                    self.put(changed)
                    return changed

    def new(self, limit: int) -> list[Job]:
        return self._pending(lambda job: job.poll_count == 0, lambda job: job.accepted_at)[:limit]

    def due(self, now: UtcTime, limit: int) -> list[Job]:
        asked = self._pending(lambda job: job.poll_count > 0 and (job.next_poll_at or "") <= now, _next_poll)
        return asked[:limit]

    def unseen(self, before: UtcTime, limit: int) -> list[Job]:
        asked = self._pending(lambda job: job.poll_count > 0 and (job.polled_at or "") <= before, _polled)
        return asked[:limit]

    def oldest_pending(self) -> UtcTime | None:
        return min((job.accepted_at for job in self._pending(lambda job: job.poll_count > 0, _polled)), default=None)

    def pending_among(self, job_ids: Sequence[str]) -> list[Job]:
        return self._pending(lambda job: job.id in job_ids, lambda job: job.id)

    def ingesting(self, limit: int) -> list[Job]:
        with self.script.effect("jobs.ingesting"):
            found = [job for job, _ in self.documents.values() if job.status is Status.INGESTING]
            return sorted(found, key=lambda job: job.moved_at or "")[:limit]

    def untidied(self, ended_before: UtcTime, limit: int) -> list[Job]:
        ended = [job for job, _ in self.documents.values() if job.status in END_STATES and job.tidied_at is None]
        return [job for job in ended if (job.ended_at or "") <= ended_before][:limit]

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


@dataclass(frozen=True)
class Stored:
    """A document as it lies in the container."""

    document: FileDocument
    etag: int
    written: datetime


class FakeTranscripts:
    """Container `transcripts`: partitions of documents, batches that are all or none, heads under ETags."""

    def __init__(self, script: Script, clock: FakeClock) -> None:
        self.script = script
        self.clock = clock
        self.partitions: dict[FileKey, dict[str, Stored]] = {}
        self._etags = count(1)

    def documents(self, key: FileKey) -> dict[str, FileDocument]:
        """Return what is in a partition."""
        return {name: stored.document for name, stored in self.partitions.get(key, {}).items()}

    def head(self, key: FileKey) -> StoredHead | None:
        with self.script.effect("head"):
            stored = self.partitions.get(key, {}).get(HEAD_ID)
            if stored is None:
                return None
            assert isinstance(stored.document, Transcript)
            return StoredHead(stored.document, str(stored.etag))

    def write(self, key: FileKey, documents: Sequence[FileDocument]) -> None:
        with self.script.effect("write"):
            self._put(key, documents)

    def commit(self, key: FileKey, documents: Sequence[FileDocument], head: Transcript, replaces: str | None) -> None:
        with self.script.effect("commit"):
            stored = self.partitions.get(key, {}).get(HEAD_ID)
            if (str(stored.etag) if stored else None) != replaces:
                raise Conflict("another head is there")
            self._put(key, [*documents, head])

    def retire(self, key: FileKey, ids: Sequence[str]) -> None:
        with self.script.effect("retire"):
            there = [self.partitions[key][name].document for name in ids if name in self.partitions.get(key, {})]
            self._put(key, [msgspec.structs.replace(document, ttl=RETIRED_SECONDS) for document in there])

    def remove(self, key: FileKey, revision: str) -> None:
        with self.script.effect("remove"):
            for name, document in self.documents(key).items():
                if isinstance(document, Part) and document.revision == revision:
                    del self.partitions[key][name]

    def failure(self, key: FileKey) -> FileFailure | None:
        found = self.documents(key).get(FAILURE_ID)
        assert found is None or isinstance(found, FileFailure)
        return found

    def put_failure(self, failure: FileFailure) -> None:
        with self.script.effect("put_failure"):
            self._put(FileKey(failure.job_id, failure.file_id), [failure])

    def clear_failure(self, key: FileKey) -> None:
        with self.script.effect("clear_failure"):
            self.partitions.get(key, {}).pop(FAILURE_ID, None)

    def tally(self, job: Job) -> FileTally:
        with self.script.effect("tally"):
            of_job = [each for key in self.partitions if key.job_id == job.id for each in self.documents(key).values()]
            heads = {each.file_id for each in of_job if isinstance(each, Transcript) and each.run >= job.reprocess_from}
            lost = [each for each in of_job if isinstance(each, FileFailure) and each.run == job.run]
            lost = [each for each in lost if each.file_id not in heads]
            shown = [FailedFile(each.file_id, each.name, each.code, each.message) for each in lost[:20]]
            reports = sum(each.kind == KIND_REPORT for each in lost)
            return FileTally(len(heads), len(lost) - reports, reports, shown)

    def leftovers(self, job: Job, older_than: datetime) -> dict[FileKey, list[str]]:
        with self.script.effect("leftovers"):
            left: dict[FileKey, list[str]] = {}
            for key in (key for key in self.partitions if key.job_id == job.id):
                head = self.documents(key).get(HEAD_ID)
                named = {head.revision} if isinstance(head, Transcript) else set()
                named |= {job.report.revision} if job.report and job.report.file_id == key.file_id else set()
                for name, stored in self.partitions[key].items():
                    part = stored.document
                    if isinstance(part, Part) and part.ttl is UNSET and stored.written < older_than:
                        left.setdefault(key, []).extend([name] if part.revision not in named else [])
            return {key: ids for key, ids in left.items() if ids}

    def _put(self, key: FileKey, documents: Sequence[FileDocument]) -> None:
        partition = self.partitions.setdefault(key, {})
        partition.update({each.id: Stored(each, next(self._etags), self.clock.now()) for each in documents})
