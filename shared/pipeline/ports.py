"""The ports: what the use cases need of the outside. Adapters implement them; tests have fakes with state."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from shared.domain.documents import FileDocument, FileFailure, Transcript, UtcTime
from shared.domain.ingesting import FileTally
from shared.domain.job import Job, Rejected
from shared.domain.poll_mark import Place, PollMark
from shared.domain.speech_api import FilePage, Transcription, TranscriptionFile, TranscriptionPage
from shared.domain.speech_urls import SpeechResource
from shared.domain.split import FileKey


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
        """List one page of the transcriptions that the filter lets pass: the first, or the one that `page` names.

        Raises NotFound.
        """

    def files(self, job_id: str, page: str | None) -> FilePage:
        """List one page of a job's files: the first, or the one that `page` names. Raises NotFound."""

    def file(self, job_id: str, file_id: str) -> TranscriptionFile:
        """Get a file, with a content URL that was signed just now. Raises NotFound."""


class Content(msgspec.Struct, frozen=True):
    """A result file that is being read. `etag` identifies its bytes; `chunks` yields them once."""

    etag: str
    chunks: Iterator[bytes]


class Refused(Exception):
    """The content's store answered 401 or 403: the signature may have expired."""


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


class HeadVersion(msgspec.Struct, frozen=True):
    """What a rewrite has to know of a head. A head that a later version wrote has these too, whatever else it has."""

    revision: str
    run: int


class StoredHead(msgspec.Struct, frozen=True):
    """The version of a stored head, with the ETag under which the head may be replaced."""

    head: HeadVersion
    etag: str


PartEtags = Mapping[str, str]
"""Ids of parts, each with the ETag that was read."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a file: the run that wrote its head, and the run that gave it up, each None if nobody did."""

    in_run: int | None = None
    failed_run: int | None = None


class BrokenFile(msgspec.Struct, frozen=True):
    """A file whose head names parts that are `missing`, or retired; `etag` is the head's.

    None: it is the job's report, whose parts the job's document names.
    """

    key: FileKey
    missing: list[str]
    etag: str | None


class Jobs(Protocol):
    """Container `jobs`."""

    def get(self, job_id: str) -> Job | None:
        """Read a job's document."""

    def create(self, job: Job) -> None:
        """Create a job's document. Raises Conflict if there is one."""

    def update(self, job_id: str, change: Callable[[Job], Job | None]) -> Job | None:
        """Replace a job's document by what `change` makes of it, under its ETag, with retries after conflicts.

        Returns the document that is stored then; None if there is no such job or `change` returned None. Raises
        Conflict when other writers win every time.
        """

    def moved(self, job_id: str, run: int, now: datetime) -> None:
        """Set `movedAt` of a job that is being ingested in this run, so that the next tick counts it among the first.

        A job that ended, started over or is gone is left alone. Raises Transient.
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
        """Return pending and ingesting jobs that no other query finds: a time that those sort or filter by is missing.

        What cannot be read is logged, as by every query.
        """

    def pending_among(self, job_ids: Sequence[str]) -> list[Job]:
        """Return those of the jobs that are pending."""

    def ingesting(self, after: Place | None, limit: int) -> list[Job]:
        """Jobs that are being ingested, the longest unmoved first, in the order of Place.by_movement.

        Those after a place, or from the first. About `limit`: jobs that moved at the same moment come together. Fewer
        only if there are no more.
        """

    def to_list_again(self, now: UtcTime, limit: int) -> list[Job]:
        """Jobs whose files are due to be listed again, the most overdue first: their `retry.at` has come."""

    def untidied(self, ended_before: UtcTime, after: Place | None, limit: int) -> list[Job]:
        """Jobs that ended before `ended_before` and whose leftovers were not looked for since, by Place.by_end.

        Those after a place, or from the first; as many as with `ingesting`.
        """

    def poll_mark(self) -> PollMark:
        """Read the timer's memory. One that cannot be read is told of, and counts as none."""

    def put_poll_mark(self, mark: PollMark) -> None:
        """Write the timer's memory."""

    def reject(self, rejected: Rejected) -> None:
        """Record a message that was not understood."""


class Transcripts(Protocol):
    """Container `transcripts`."""

    def head(self, key: FileKey) -> StoredHead | None:
        """Read a file's head."""

    def outcomes(self, job_id: str, file_ids: Sequence[str]) -> Mapping[str, Outcome]:
        """Return by one query what became of these files of a job; those with neither head nor failure are left out."""

    def write(self, key: FileKey, documents: Sequence[FileDocument]) -> None:
        """Upsert documents of one file, all or none."""

    def commit(self, key: FileKey, documents: Sequence[FileDocument], head: Transcript, replaces: str | None) -> None:
        """Upsert documents and create the head, or replace the one with ETag `replaces`: all or none.

        Raises Conflict when another head is there.
        """

    def parts(self, key: FileKey, revision: str) -> PartEtags:
        """Return the ETags, by id, of the parts of a revision that are not retired."""

    def retire(self, key: FileKey, parts: PartEtags) -> None:
        """Give parts an hour to live, except those that were deleted or written anew since their ETag was read."""

    def discount(self, key: FileKey, etag: str) -> None:
        """Set the head's run so that the file is in for no run. Raises Conflict if the head's ETag is another."""

    def remove(self, key: FileKey, revision: str) -> None:
        """Delete the parts of a revision that no head ever named. Parts that are gone already do not matter."""

    def failure_run(self, key: FileKey) -> int | None:
        """Return the run that gave a file up; None if no document says that it was given up.

        NO_RUN if the document cannot be read: it counts in no run, so it is replaced, or deleted when the file is in.
        """

    def put_failure(self, failure: FileFailure) -> None:
        """Write the document that says why a file was given up."""

    def clear_failure(self, key: FileKey) -> None:
        """Delete the file's failure document, if there is one."""

    def tally(self, job: Job) -> FileTally:
        """Count the files that are in and those given up in the job's current run. No file counts as both."""

    def leftovers(self, job: Job, older_than: datetime | None) -> tuple[Mapping[FileKey, PartEtags], list[BrokenFile]]:
        """Return the job's orphaned parts, by file, and its broken files.

        An orphaned part is not retired, and neither a head nor the job's report names it. With `older_than` only older
        ones are returned; with None those of files that are in, of any age. A broken file is in, but a part that it
        names is missing or retired.
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
