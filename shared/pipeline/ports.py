"""The ports: the interfaces between the use cases and the outside. Adapters and the tests' fakes implement them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from shared.domain.documents import FileFailure, FileKey, Transcript, UtcTime
from shared.domain.encoded import EncodedPart
from shared.domain.forgotten import ForgottenFile, StoredJob
from shared.domain.ingesting import FileTally
from shared.domain.job import Job, Rejected
from shared.domain.poll_mark import Place, PollMark
from shared.domain.speech_api import FilePage, Transcription, TranscriptionFile, TranscriptionPage
from shared.domain.speech_urls import SpeechResource
from shared.domain.stored_files import BrokenFile, Outcome, PartEtags, StoredHead


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """Return the time of day in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Speech(Protocol):
    """Speech's REST API. All methods raise Transient, Throttled, UnknownValue, ServiceRefused; some NotFound."""

    resource: SpeechResource

    def transcription(self, job_id: str) -> Transcription | None:
        """Get a transcription; None for a 404."""

    def transcriptions(self, odata_filter: str | None, page: str | None) -> TranscriptionPage:
        """List one page of the transcriptions that match the filter: the first, or the one that `page` names.

        Raises NotFound.
        """

    def files(self, job_id: str, page: str | None) -> FilePage:
        """List one page of a job's files: the first, or the one that `page` names. Raises NotFound."""

    def file(self, job_id: str, file_id: str) -> TranscriptionFile:
        """Get a file with a freshly signed content URL. Raises NotFound."""


class Content(msgspec.Struct, frozen=True):
    """A result file that is being read. `etag` identifies its bytes; `chunks` yields them once."""

    etag: str
    chunks: Iterator[bytes]


class Refused(Exception):
    """The store of the content answered 401 or 403: the link's signature may have expired."""


class Contents(Protocol):
    """The result files."""

    def open(self, content_url: str) -> AbstractContextManager[Content]:
        """Open a file. Raises Refused, ForbiddenUrl, NotFound, Transient (also while reading chunks)."""


class RawFile(Protocol):
    """A raw result that is being written to the archive."""

    name: str | None

    def write(self, chunk: bytes) -> None:
        """Write the next bytes."""

    def commit(self) -> None:
        """Make the whole file visible at once."""


class RawArchive(Protocol):
    """The archive of raw bytes."""

    def begin(self, name: str) -> RawFile:
        """Begin to write a blob. Nothing is visible before its commit."""

    def remove(self, prefix: str) -> None:
        """Delete the blobs whose names begin with `prefix`. Raises Transient."""


class Jobs(Protocol):
    """Container `jobs`."""

    def get(self, job_id: str) -> Job | None:
        """Read a job's document; None if there is none, or a tombstone."""

    def find(self, job_id: str) -> StoredJob | None:
        """Read a job's document or its tombstone."""

    def create(self, job: Job) -> None:
        """Create a job's document. Raises Conflict if there is one."""

    def update(self, job_id: str, change: Callable[[Job], Job | None]) -> Job | None:
        """Replace a job's document by what `change` returns for it (optimistic concurrency).

        After a conflict, the document is read again and `change` is called again. Returns the document as written; None
        if there is no such job, if it is forgotten, or if `change` returned None. Raises Conflict if other writers win
        every time.
        """

    def exchange(self, job_id: str, change: Callable[[StoredJob], StoredJob | None]) -> StoredJob | None:
        """Replace a job's document by a tombstone, or a tombstone by a document, as `update` replaces documents."""

    def moved(self, job_id: str, run: int, now: datetime) -> bool:
        """Set `movedAt` of a job that is ingesting in this run, so that the next tick counts it early.

        Returns False, and does nothing, for a job that ended, started over, or was erased or deleted. Raises Transient.
        """

    def new(self, limit: int) -> list[Job]:
        """Return the pending jobs that were never requested from Speech, the oldest first."""

    def due(self, now: UtcTime, limit: int) -> list[Job]:
        """Return the pending jobs that were requested before and whose next poll is due, the most overdue first."""

    def unseen(self, before: UtcTime, limit: int) -> list[Job]:
        """Return the pending jobs of which Speech said nothing since `before`, the oldest first."""

    def oldest_pending(self) -> Job | None:
        """Return the pending job that was accepted first."""

    def strays(self, now: UtcTime, limit: int) -> list[Job]:
        """Return pending and ingesting jobs that lack a time by which the other queries sort or filter."""

    def pending_among(self, job_ids: Sequence[str]) -> list[Job]:
        """Return those of the jobs that are pending."""

    def ingesting(self, after: Place | None, limit: int) -> list[Job]:
        """Return ingesting jobs in the order of Place.by_movement, from the first or from after a place.

        Returns more than `limit` if several jobs moved at the same moment, and fewer only if there are no more.
        """

    def to_list_again(self, now: UtcTime, limit: int) -> list[Job]:
        """Return the jobs whose `retry.at` has come, the most overdue first: their files are to be listed again."""

    def untidied(self, ended_before: UtcTime, after: Place | None, limit: int) -> list[Job]:
        """Return jobs that ended before `ended_before` and are not tidied, by Place.by_end, as `ingesting` does."""

    def any_to_do(self, now: UtcTime) -> bool:
        """Return whether a query of a tick, other than `untidied`, would find a job.

        That is a job that is pending or being ingested, or whose `retry.at` has come. Unreadable jobs count too.
        """

    def poll_mark(self) -> PollMark:
        """Read the timer's memory. One that cannot be read is logged, and counts as none."""

    def put_poll_mark(self, mark: PollMark) -> None:
        """Write the timer's memory."""

    def reject(self, rejected: Rejected) -> None:
        """Record a message that was not understood."""


class Transcripts(Protocol):
    """Container `transcripts`."""

    def head(self, key: FileKey) -> StoredHead | None:
        """Read a file's head."""

    def outcomes(self, job_id: str, file_ids: Sequence[str]) -> Mapping[str, Outcome]:
        """Return the outcomes of these files of a job, by one query. A file without any is left out."""

    def write(self, key: FileKey, parts: Sequence[EncodedPart]) -> None:
        """Upsert parts of one file atomically."""

    def commit(self, key: FileKey, parts: Sequence[EncodedPart], head: Transcript, replaces: str | None) -> None:
        """Upsert parts and write the head in one transactional batch.

        `replaces`: ETag of the head to be replaced; None to create it. Raises Conflict if there is another head.
        """

    def forget(self, tombstone: ForgottenFile, replaces: str | None) -> None:
        """Write a tombstone in a head's place, without a time to live.

        `replaces`: ETag of the head to be replaced; None if there is none. Raises Conflict if there is another head.
        """

    def parts(self, key: FileKey, revision: str) -> PartEtags:
        """Return the ETags, by id, of the parts of a revision that are not retired."""

    def retire(self, key: FileKey, parts: PartEtags) -> None:
        """Give parts an hour to live. Skip those that were deleted, or written again, since their ETag was read."""

    def discount(self, key: FileKey, etag: str) -> None:
        """Set the head's run to NO_RUN, so that the file is not in. Raises Conflict if the head has another ETag."""

    def remove(self, key: FileKey, revision: str) -> None:
        """Delete the parts of a revision that no head ever named. Parts that are already deleted are skipped."""

    def clear(self, key: FileKey) -> None:
        """Delete all documents of an erased file except the tombstone in its head's place."""

    def failure_run(self, key: FileKey) -> int | None:
        """Return the run that gave a file up; None if there is no failure document.

        NO_RUN if the document cannot be read. It counts for no run: it is replaced, or deleted once the file is in.
        """

    def put_failure(self, failure: FileFailure) -> None:
        """Write a file's failure document."""

    def clear_failure(self, key: FileKey) -> None:
        """Delete the file's failure document, if there is one."""

    def tally(self, job: Job) -> FileTally:
        """Count the files that are in, and those that the job's current run has given up. No file counts as both."""

    def leftovers(self, job: Job, older_than: datetime | None) -> tuple[Mapping[FileKey, PartEtags], list[BrokenFile]]:
        """Return the job's orphaned parts, by file, and its broken files.

        An orphaned part is not retired, and neither a head nor the job's report names it. With `older_than` only older
        ones are returned; with None those of files that are in, of any age. Those of erased files are returned in any
        case. A broken file is in, but a part that it names is missing or retired.
        """


class Right(msgspec.Struct, frozen=True):
    """A permission that the app needs.

    `name`: what it allows. `needs`: the role that gives it, and the resource. `setting`: the setting that names the
    resource. `attempt` uses the permission once and leaves nothing behind. It raises Denied, NotFound, or another error
    that prevents the test.
    """

    name: str
    needs: str
    setting: str
    attempt: Callable[[], object]
