"""What the use cases need of the world. Adapters implement these; tests have fakes with state."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from shared.domain.documents import FileDocument, FileFailure, Transcript, UtcTime
from shared.domain.job import Job, PollMark, Rejected
from shared.domain.speech_api import FilePage, Transcription, TranscriptionFile
from shared.domain.speech_urls import SpeechResource
from shared.domain.split import FileKey
from shared.domain.transitions import FileTally


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """Return the time of day in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Speech(Protocol):
    """Speech's REST API. All raise Transient, Throttled, UnknownValue, ServiceRefused; NotFound where it says so."""

    resource: SpeechResource

    def transcription(self, job_id: str) -> Transcription | None:
        """Get a transcription; None for a 404."""

    def transcriptions(self, odata_filter: str | None) -> Iterator[Transcription]:
        """List transcriptions, a page at a time as they are consumed."""

    def files(self, job_id: str, page: str | None) -> FilePage:
        """List one page of a job's files: the first, or the one that `page` names. Raises NotFound."""

    def file(self, job_id: str, file_id: str) -> TranscriptionFile:
        """Get a file, with a content URL signed at this moment. Raises NotFound."""


class Content(msgspec.Struct, frozen=True):
    """A result file that is being read. `etag` identifies its bytes; `chunks` yields them once."""

    etag: str
    chunks: Iterator[bytes]


class Refused(Exception):
    """The content's store answered 401 or 403: the signature may have expired."""


class Contents(Protocol):
    """Where result files lie."""

    def open(self, content_url: str) -> AbstractContextManager[Content]:
        """Open a file. Raises Refused, ForbiddenUrl, NotFound, Transient (also while reading chunks)."""


class RawFile(Protocol):
    """A raw result on its way to the archive."""

    name: str | None

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""

    def commit(self) -> None:
        """Make the whole visible, at once."""


class RawArchive(Protocol):
    """Where the raw bytes are kept."""

    def begin(self, name: str) -> RawFile:
        """Begin to write a blob; nothing is visible before its commit."""


class StoredHead(msgspec.Struct, frozen=True):
    """A head as it is stored, with the ETag under which it may be replaced."""

    head: Transcript
    etag: str


PartEtags = Mapping[str, str]
"""Ids of parts, each with the ETag under which it was seen."""


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
        """Create a job's document; raise Conflict if there is one."""

    def update(self, job_id: str, change: Callable[[Job], Job | None]) -> Job | None:
        """Replace a job's document by what `change` makes of it, under its ETag, as often as it takes.

        Return the document written; None if there is no such job or `change` returned None. Raises Conflict when
        others are faster again and again.
        """

    def moved(self, job_id: str, run: int, now: datetime) -> None:
        """Set `movedAt` of a job that is being ingested in this run, so that the next tick counts it among the first.

        A job that ended, started over or is gone is left alone. Raises Transient.
        """

    def new(self, limit: int) -> list[Job]:
        """Pending jobs never asked for, the oldest first."""

    def due(self, now: UtcTime, limit: int) -> list[Job]:
        """Pending jobs asked for before whose next poll is due, the most overdue first."""

    def unseen(self, before: UtcTime, limit: int) -> list[Job]:
        """Pending jobs not heard of since `before`, the oldest first."""

    def oldest_pending(self) -> Job | None:
        """Of the pending jobs, the one that was accepted first."""

    def pending_among(self, job_ids: Sequence[str]) -> list[Job]:
        """Those of the jobs that are pending."""

    def ingesting(self, limit: int) -> list[Job]:
        """Jobs that are being ingested, the longest unmoved first."""

    def untidied(self, ended_before: UtcTime, limit: int) -> list[Job]:
        """Jobs that ended before `ended_before` and whose leftovers were not looked for since."""

    def poll_mark(self) -> PollMark:
        """Read the poll's memory."""

    def put_poll_mark(self, mark: PollMark) -> None:
        """Write the poll's memory."""

    def reject(self, rejected: Rejected) -> None:
        """Keep a message that was not understood."""


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
        """Return the parts of a revision that are not retired."""

    def retire(self, key: FileKey, parts: PartEtags) -> None:
        """Give parts an hour to live; those that are gone or were written anew since they were seen are left."""

    def discount(self, key: FileKey, etag: str) -> None:
        """Let the head with this ETag count as in in no run. Raises Conflict when another is there."""

    def remove(self, key: FileKey, revision: str) -> None:
        """Delete the parts of a revision that no head ever named; those that are gone already do not matter."""

    def failure(self, key: FileKey) -> FileFailure | None:
        """Read why a file was given up."""

    def put_failure(self, failure: FileFailure) -> None:
        """Write why a file was given up."""

    def clear_failure(self, key: FileKey) -> None:
        """Delete the file's failure, if there is one."""

    def tally(self, job: Job) -> FileTally:
        """Count what is in and what was given up in the job's current run; a file that is in was not given up."""

    def leftovers(self, job: Job, older_than: datetime | None) -> tuple[Mapping[FileKey, PartEtags], list[BrokenFile]]:
        """Parts, by file, that no head (nor the job's report) names, that are not retired yet; and what is broken.

        Those older than `older_than`; None: those of files that count as in, however old. Broken are files that count
        as in, of which parts are missing or retired though they are named.
        """


class Right(msgspec.Struct, frozen=True):
    """Something that the app has to be allowed to do.

    name: what it is; needs: what gives the right, and on what; setting: the setting that names that. `attempt` does it
    once and leaves nothing behind. It raises Denied, NotFound, or whatever else is in the way.
    """

    name: str
    needs: str
    setting: str
    attempt: Callable[[], object]
