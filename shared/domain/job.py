"""The job's document, and its state machine: one table of states and events."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.domain.documents import Count, Document, ReportDetail, UtcTime
from shared.errors import UnknownValue


class Status(StrEnum):
    """A job's state in this app. Speech's own status is `Job.speech_status`."""

    PENDING = "pending"
    INGESTING = "ingesting"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completedWithErrors"
    FAILED = "failed"
    NOT_FOUND = "notFound"
    EXPIRED = "expired"
    FORGOTTEN = "forgotten"


class Event(StrEnum):
    """What can happen to a job. The values stand in docs/contract/ and in errors."""

    ENQUEUED = "enqueued"
    REPROCESS = "enqueued with reprocess"
    REPLAY = "enqueued with replay"
    NOT_ENDED = "Speech says NotStarted or Running"
    SUCCEEDED = "Speech says Succeeded"
    SPEECH_FAILED = "Speech says Failed"
    MISSING = "Speech does not know it"
    STILL_MISSING = "Speech still does not know it after NOT_FOUND_MINUTES, or no longer knows it"
    TOO_OLD = "Speech has not ended it within MAX_PENDING_HOURS"
    GIVEN_UP = "for GIVE_UP_HOURS its files could not be listed, or no further file came in"
    ALL_IN = "every file is in"
    ALL_IN_WITH_ERRORS = "every file is in or given up, and something failed or is missing"
    CAME_IN_LATE = "a file that was given up is in"
    ERASED = "erased on request"


_NEW = None
"""The state of a job that has no document."""

_PENDING_NEXT = {
    Event.ENQUEUED: Status.PENDING,
    Event.REPROCESS: Status.PENDING,
    Event.REPLAY: Status.PENDING,
    Event.NOT_ENDED: Status.PENDING,
    Event.SUCCEEDED: Status.INGESTING,
    Event.SPEECH_FAILED: Status.FAILED,
    Event.MISSING: Status.PENDING,
    Event.STILL_MISSING: Status.NOT_FOUND,
    Event.TOO_OLD: Status.EXPIRED,
}
_INGESTING_NEXT = {
    Event.ENQUEUED: Status.INGESTING,
    Event.REPROCESS: Status.INGESTING,
    Event.REPLAY: Status.INGESTING,
    Event.STILL_MISSING: Status.NOT_FOUND,
    Event.GIVEN_UP: Status.EXPIRED,
    Event.ALL_IN: Status.COMPLETED,
    Event.ALL_IN_WITH_ERRORS: Status.COMPLETED_WITH_ERRORS,
    Event.CAME_IN_LATE: Status.INGESTING,
}
_ASKED_FOR = {Event.REPROCESS: Status.PENDING, Event.REPLAY: Status.PENDING}
_STARTS_OVER = {Event.ENQUEUED: Status.PENDING, **_ASKED_FOR}
_ENDED = {**_ASKED_FOR, Event.ERASED: Status.FORGOTTEN}
_ENDED_EARLY = {**_STARTS_OVER, Event.ERASED: Status.FORGOTTEN}

LIFE: Mapping[Status | None, Mapping[Event, Status]] = MappingProxyType(
    {
        _NEW: _STARTS_OVER,
        Status.PENDING: _PENDING_NEXT,
        Status.INGESTING: _INGESTING_NEXT,
        Status.COMPLETED: {Event.ENQUEUED: Status.COMPLETED, **_ENDED},
        Status.COMPLETED_WITH_ERRORS: {
            Event.ENQUEUED: Status.COMPLETED_WITH_ERRORS,
            **_ENDED,
            Event.CAME_IN_LATE: Status.INGESTING,
        },
        Status.FAILED: _ENDED_EARLY,
        Status.NOT_FOUND: _ENDED_EARLY,
        Status.EXPIRED: {**_ENDED_EARLY, Event.CAME_IN_LATE: Status.INGESTING},
        # A job that a person in it had erased comes back only at an explicit wish (docs/decisions/0062).
        Status.FORGOTTEN: {
            Event.ENQUEUED: Status.FORGOTTEN,
            Event.REPLAY: Status.FORGOTTEN,
            Event.REPROCESS: Status.PENDING,
        },
    }
)

END_STATES = frozenset(Status) - {Status.PENDING, Status.INGESTING, Status.FORGOTTEN}
"""States of a job that has ended and whose document is there. That of a forgotten job is a tombstone."""


def next_status(status: Status | None, event: Event) -> Status:
    """Return the status that follows. `status` is None for a job without a document.

    Raises UnknownValue for an event that cannot happen in this status.
    """
    try:
        return LIFE[status][event]
    except KeyError:
        raise UnknownValue(f"a job that is {status or 'new'} cannot get the event: {event}") from None


SHOWN_FAILURES = 20
"""How many failed files, and how many failed sources of the report, the job's document lists.

Each failed file also has a FileFailure, and the report's parts list every source.
"""


LISTING_GIVEN_UP = "ListingGivenUp"
"""Failure code of a job whose files could not be listed for GIVE_UP_HOURS."""

TIME_TO_LIVE_ENDED = "TimeToLiveEnded"
"""Failure code of a file or job that was given up because Speech has deleted the job: its time to live is over."""

NOTHING_TRANSCRIBED = "NothingTranscribed"
"""Failure code of a job that succeeded, but has no files and an empty report."""

LISTING_LOOPS = "ListingLoops"
"""Failure code of a job whose list of files leads in a circle, or does not end."""


NO_RUN = -1
"""`run` of a head or report whose parts are missing. It is lower than any run, so the file is not in and is written
again."""


class Failure(msgspec.Struct, frozen=True):
    """Why a job failed. `origin` says who failed. If it is Speech, `code` and `message` are Speech's own."""

    code: str
    message: str
    origin: Literal["Speech", "speech2cosmos"]


class FailedFile(msgspec.Struct, rename="camel", frozen=True):
    """A file that was given up, as the job's document lists it."""

    file_id: str
    name: str | None
    code: str
    message: str


class RetryCode(StrEnum):
    """Why a job's files are listed again. `patience.py` decides for how long."""

    LISTING_FAILED = "ListingFailed"
    FETCH_FAILED = "FetchFailed"
    STANDS_STILL = "StandsStill"
    REPORT_UNREAD = "ReportUnread"
    REPORT_MISSING = "ReportMissing"
    FILES_MISSING = "FilesMissing"
    LISTING_LOOPS = "ListingLoops"


class Retry(msgspec.Struct, rename="camel", frozen=True):
    """The retry of a job: its files are listed again, which retries every file that is not in.

    `since`: when the failures began. `at`: when the files are listed next; null once that message was sent. `code` and
    `message`: the latest reason. A job that retries nothing has null in place of a Retry.
    """

    since: UtcTime
    at: UtcTime | None
    code: RetryCode
    message: str


class FileCounts(msgspec.Struct, rename="camel", frozen=True):
    """Numbers of transcription files, without the report. `expected` is null until all pages are listed.

    `failures`: the first 20 files that were given up. `reports`: how many report files were listed.
    """

    expected: Count | None = None
    ingested: Count = 0
    failed: Count = 0
    failures: list[FailedFile] = msgspec.field(default_factory=list)
    reports: Count = 0


class ReportSummary(msgspec.Struct, rename="camel", frozen=True):
    """What the report file says. `failures`: the first 20 sources that failed. `parts`: ids of the whole report."""

    successful_transcriptions_count: int | None
    failed_transcriptions_count: int | None
    failures: list[ReportDetail]
    file_id: str
    revision: str
    parts: list[str]
    raw: str | None
    run: int


class Job(Document, rename="camel", frozen=True, kw_only=True):
    """A transcription job. `id` is Speech's id in lower case, and the partition key.

    `run` is the number of the job's current pass. A new run retries the files that an earlier run gave up. A head that
    was written before run `reprocessFrom` does not count: a user asked to write these files again.
    """

    type: Literal["job"] = "job"
    status: Status
    self_url: str | None = msgspec.field(name="self", default=None)
    files_url: str | None = None
    enqueued_host: str | None = None
    speech_status: str | None = None
    display_name: str | None = None
    locale: str | None = None
    created_date_time: str | None = None
    last_action_date_time: str | None = None
    properties: dict[str, Any] = msgspec.field(default_factory=dict)
    custom_properties: dict[str, Any] | None = None
    accepted_at: UtcTime
    polled_at: UtcTime | None = None
    next_poll_at: UtcTime | None = None
    poll_count: Count = 0
    missing_since: UtcTime | None = None
    moved_at: UtcTime | None = None
    listed_at: UtcTime | None = None
    ended_at: UtcTime | None = None
    tidied_at: UtcTime | None = None
    run: Annotated[int, Meta(ge=1)] = 1
    reprocess_from: Count = 0
    files: FileCounts = FileCounts()
    report: ReportSummary | None = None
    failure: Failure | None = None
    retry: Retry | None = None
    forgotten_at: UtcTime | UnsetType = UNSET


class Rejected(Document, rename="camel", frozen=True, kw_only=True):
    """A queue message that was not understood, or that was given up and belongs to no known job."""

    type: Literal["rejected"] = "rejected"
    queue: str
    message: str
    code: str
    reason: str
    entry: str | None = None
    entry_index: int | None = None
    rejected_at: UtcTime
