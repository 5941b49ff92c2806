"""The job's document and its life: one table of states and events."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from shared.domain.documents import Document, ReportDetail, UtcTime
from shared.errors import UnknownValue


class Status(StrEnum):
    """Where a job stands with us."""

    PENDING = "pending"
    INGESTING = "ingesting"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completedWithErrors"
    FAILED = "failed"
    NOT_FOUND = "notFound"
    EXPIRED = "expired"


class Event(StrEnum):
    """What can happen to a job."""

    ENQUEUED = "enqueued"
    REPROCESS = "enqueued with reprocess"
    REPLAY = "enqueued with replay"
    NOT_ENDED = "Speech says NotStarted or Running"
    SUCCEEDED = "Speech says Succeeded"
    SPEECH_FAILED = "Speech says Failed"
    MISSING = "Speech does not know it"
    STILL_MISSING = "Speech does not know it, NOT_FOUND_MINUTES later, or any more"
    TOO_OLD = "Speech did not end it for MAX_PENDING_HOURS"
    GIVEN_UP = "its files could not be listed, or none came in, for GIVE_UP_HOURS"
    ALL_IN = "every file is in"
    ALL_IN_WITH_ERRORS = "every file is in or given up, and something failed or is missing"
    CAME_IN_LATE = "a file that was given up is in"


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

LIFE: Mapping[Status | None, Mapping[Event, Status]] = MappingProxyType(
    {
        _NEW: _STARTS_OVER,
        Status.PENDING: _PENDING_NEXT,
        Status.INGESTING: _INGESTING_NEXT,
        Status.COMPLETED: {Event.ENQUEUED: Status.COMPLETED, **_ASKED_FOR},
        Status.COMPLETED_WITH_ERRORS: {
            Event.ENQUEUED: Status.COMPLETED_WITH_ERRORS,
            **_ASKED_FOR,
            Event.CAME_IN_LATE: Status.INGESTING,
        },
        Status.FAILED: _STARTS_OVER,
        Status.NOT_FOUND: _STARTS_OVER,
        Status.EXPIRED: {**_STARTS_OVER, Event.CAME_IN_LATE: Status.INGESTING},
    }
)

END_STATES = frozenset(Status) - {Status.PENDING, Status.INGESTING}


def next_status(status: Status | None, event: Event) -> Status:
    """Return the status that follows; raise UnknownValue for an event that cannot happen in this status."""
    try:
        return LIFE[status][event]
    except KeyError:
        raise UnknownValue(f"a job that is {status or 'new'} cannot get the event: {event}") from None


SHOWN_FAILURES = 20
"""How many failed files, and failed sources of the report, the job's document itself lists; all have their own."""


LISTING_GIVEN_UP = "ListingGivenUp"
"""Code of the failure of a job whose files could not be listed for GIVE_UP_HOURS."""

TIME_TO_LIVE_ENDED = "TimeToLiveEnded"
"""Code of what was given up because Speech keeps the job no longer: its time to live is over."""

NOTHING_TRANSCRIBED = "NothingTranscribed"
"""Code of the failure of a job that Speech calls a success, without files and with an empty report."""

LISTING_LOOPS = "ListingLoops"
"""Code of the failure of a job whose list of files leads in a circle, or does not end."""


NO_RUN = -1
"""The run of a head or report of which parts are missing: it counts as in in no run, so it is written anew."""


class Failure(msgspec.Struct, frozen=True):
    """Why a job failed. `origin` tells whose failure it is: Speech's, with its own words, or speech2cosmos's."""

    code: str
    message: str
    origin: Literal["Speech", "speech2cosmos"]


class FailedFile(msgspec.Struct, rename="camel", frozen=True):
    """A file that we gave up, in the job's document."""

    file_id: str
    name: str | None
    code: str
    message: str


class RetryCode(StrEnum):
    """Why a job's files are listed again; `patience.py` says for how long each is waited for."""

    LISTING_FAILED = "ListingFailed"
    FETCH_FAILED = "FetchFailed"
    STANDS_STILL = "StandsStill"
    REPORT_UNREAD = "ReportUnread"
    REPORT_MISSING = "ReportMissing"
    FILES_MISSING = "FilesMissing"
    LISTING_LOOPS = "ListingLoops"


class Retry(msgspec.Struct, rename="camel", frozen=True):
    """A job's files are listed again, which retries every file that is not in. Null while nothing is retried.

    `since`: when the trouble began; `at`: when the files are listed next, null once that message was sent; `code` and
    `message`: the latest reason.
    """

    since: UtcTime
    at: UtcTime | None
    code: RetryCode
    message: str


class FileCounts(msgspec.Struct, rename="camel", frozen=True):
    """Transcription files, the report not counted. `expected` is null until all pages are listed.

    `failures`: the first 20 files that we gave up; `reports`: how many report files were listed.
    """

    expected: int | None = None
    ingested: int = 0
    failed: int = 0
    failures: list[FailedFile] = msgspec.field(default_factory=list)
    reports: int = 0


class ReportSummary(msgspec.Struct, rename="camel", frozen=True):
    """What the report file says; `failures`: the first 20 sources that Speech failed at; all are in `parts`."""

    successful_transcriptions_count: int | None
    failed_transcriptions_count: int | None
    failures: list[ReportDetail]
    file_id: str
    revision: str
    parts: list[str]
    raw: str | None
    run: int


class Job(Document, rename="camel", frozen=True, kw_only=True):
    """A transcription job. `id` is Speech's, in lower case; it is the partition key too.

    `run` counts how often the job was taken up; files given up in an earlier run are tried again. Heads of runs
    before `reprocessFrom` do not count as in: somebody asked to write them anew.
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
    poll_count: int = 0
    missing_since: UtcTime | None = None
    moved_at: UtcTime | None = None
    listed_at: UtcTime | None = None
    ended_at: UtcTime | None = None
    tidied_at: UtcTime | None = None
    run: int = 1
    reprocess_from: int = 0
    files: FileCounts = FileCounts()
    report: ReportSummary | None = None
    failure: Failure | None = None
    retry: Retry | None = None


class Rejected(Document, rename="camel", frozen=True, kw_only=True):
    """A queue message that was not understood, or was given up without a job to record it in."""

    type: Literal["rejected"] = "rejected"
    queue: str
    message: str
    code: str
    reason: str
    entry: str | None = None
    entry_index: int | None = None
    rejected_at: UtcTime
