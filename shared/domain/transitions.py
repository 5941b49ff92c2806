"""What becomes of a job's document: pure functions from a document and an observation to the next document."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from shared.domain.documents import utc
from shared.domain.enqueued import Enqueued
from shared.domain.job import (
    END_STATES,
    LIFE,
    LISTING_GIVEN_UP,
    LISTING_LOOPS,
    Event,
    FailedFile,
    Failure,
    FileCounts,
    Job,
    ReportSummary,
    Status,
    next_status,
)
from shared.domain.speech_api import Transcription
from shared.domain.speech_urls import SpeechResource
from shared.domain.urls import strip_queries
from shared.errors import Permanent, UnknownValue

POLL_MAX_SECONDS = 600
"""The longest wait between two polls of a job by its own GET."""


class Patience(msgspec.Struct, frozen=True):
    """How long we wait for what. From the settings of the same names."""

    poll_min_seconds: int = 60
    not_found_minutes: int = 10
    max_pending_hours: int = 72
    requeue_minutes: int = 30


class FileTally(msgspec.Struct, frozen=True):
    """What the transcripts container holds of a job's current run."""

    ingested: int
    failed: int
    failed_reports: int
    failures: list[FailedFile]


def enqueue(job: Job | None, enqueued: Enqueued, now: datetime, sent_at: datetime | None = None) -> Job | None:
    """Return the document of a job that begins or starts over; None if it goes on as it is.

    `sent_at`: when the message was put on the queue, if that is known. A run that was accepted later has answered it.
    """
    if job is not None and sent_at is not None and _answers(job, enqueued, sent_at):
        return None
    event = Event.REPROCESS if enqueued.reprocess else Event.REPLAY if enqueued.replay else Event.ENQUEUED
    status = next_status(job.status if job else None, event)
    if job and job.status == status:
        return None
    run = job.run + 1 if job else 1
    return Job(
        id=enqueued.job_id,
        status=status,
        self_url=enqueued.self_url or (job.self_url if job else None),
        enqueued_host=enqueued.host,
        accepted_at=utc(now),
        run=run,
        reprocess_from=run if enqueued.reprocess else (job.reprocess_from if job else 0),
        report=job.report if job else None,
    )


def _answers(job: Job, enqueued: Enqueued, sent_at: datetime) -> bool:
    # A queue delivers at least once, and the job may have ended between two deliveries of the message that began it.
    # Storage cuts `sent_at` to the second. What may have been sent after the job ended is a new request.
    sent_before_end = job.ended_at is None or utc(sent_at + timedelta(seconds=1)) <= job.ended_at
    wish_is_met = not enqueued.reprocess or job.reprocess_from == job.run
    return utc(sent_at) <= job.accepted_at and sent_before_end and wish_is_met


def observe(job: Job, seen: Transcription | None, patience: Patience, now: datetime, resource: SpeechResource) -> Job:
    """Return a pending job's document after Speech was asked; `seen` is None for a 404.

    A status that we do not know is recorded, in words, as the job's failure; the job stays pending, and expires.
    """
    job = _told(job, seen, now)
    failure: Failure | None = None
    if seen is None:
        event = Event.STILL_MISSING if _missing_for_long(job, patience, now) else Event.MISSING
        failure = Failure("NotFound", resource.unknown_words(job.enqueued_host), "speech2cosmos")
    else:
        try:
            event = seen.event()
        except UnknownValue as error:
            event, failure = Event.NOT_ENDED, Failure(error.code, str(error), "speech2cosmos")
        if event is Event.SPEECH_FAILED:
            failure = seen.failure()
    if event in {Event.NOT_ENDED, Event.MISSING} and is_too_old(job, patience, now):
        event = Event.TOO_OLD
        failure = failure or Failure(
            "Expired",
            f"Speech still said {job.speech_status} after {patience.max_pending_hours} h (MAX_PENDING_HOURS)",
            "speech2cosmos",
        )
    return _moved(msgspec.structs.replace(job, failure=failure), event, patience, now)


def _told(job: Job, seen: Transcription | None, now: datetime) -> Job:
    job = msgspec.structs.replace(
        job,
        polled_at=utc(now),
        poll_count=job.poll_count + 1,
        missing_since=(job.missing_since or utc(now)) if seen is None else None,
    )
    if seen is None:
        return job
    return msgspec.structs.replace(
        job,
        self_url=seen.self_url,
        files_url=seen.links.files,
        speech_status=seen.status,
        display_name=seen.display_name,
        locale=seen.locale,
        created_date_time=seen.created_date_time,
        last_action_date_time=seen.last_action_date_time,
        properties=strip_queries(seen.properties),
        custom_properties=strip_queries(seen.custom_properties),
    )


def _moved(job: Job, event: Event, patience: Patience, now: datetime) -> Job:
    status = next_status(job.status, event)
    if status is Status.PENDING:
        wait = min(patience.poll_min_seconds * 2 ** min(job.poll_count - 1, 10), POLL_MAX_SECONDS)
        if event is Event.MISSING and job.missing_since is not None:
            given_up = datetime.fromisoformat(job.missing_since) + timedelta(minutes=patience.not_found_minutes)
            wait = min(wait, max(0, round((given_up - now).total_seconds())))
        next_poll_at: str | None = utc(now + timedelta(seconds=max(wait, patience.poll_min_seconds)))
    else:
        next_poll_at = None
    return msgspec.structs.replace(
        job,
        status=status,
        next_poll_at=next_poll_at,
        moved_at=utc(now) if status is Status.INGESTING else job.moved_at,
        ended_at=utc(now) if status in END_STATES else None,
    )


def _missing_for_long(job: Job, patience: Patience, now: datetime) -> bool:
    since = job.missing_since
    return since is not None and since <= utc(now - timedelta(minutes=patience.not_found_minutes))


def is_too_old(job: Job, patience: Patience, now: datetime) -> bool:
    """Say whether the job was accepted MAX_PENDING_HOURS ago, or earlier."""
    return job.accepted_at <= utc(now - timedelta(hours=patience.max_pending_hours))


def while_ingesting(run: int, change: Callable[[Job], Job]) -> Callable[[Job], Job | None]:
    """Return `change` for a job that is still ingesting in this run, and nothing for any other.

    Between the reading of a job and the writing of it, it may have ended, or started over.
    """
    return lambda job: change(job) if job.status is Status.INGESTING and job.run == run else None


def listed(job: Job, expected: int, reports: int, now: datetime, loops: str | None = None) -> Job:
    """Return the job's document after the last page of its files was listed.

    `expected`, `reports`: distinct ids on the pages. `loops`: why the list does not end, if it does not.
    """
    files = msgspec.structs.replace(job.files, expected=expected, reports=reports)
    failure = None if loops is None else Failure(LISTING_LOOPS, loops, "speech2cosmos")
    return msgspec.structs.replace(job, files=files, moved_at=utc(now), failure=failure)


def vanished(job: Job, words: str, now: datetime) -> Job:
    """Return the job's document after Speech no longer knew it when its files were to be listed."""
    status = next_status(job.status, Event.STILL_MISSING)
    failure = Failure("NotFound", words, "speech2cosmos")
    return msgspec.structs.replace(job, status=status, failure=failure, ended_at=utc(now))


def troubled(job: Job, error: Permanent) -> Job:
    """Return the job's document with the words of what keeps it from going on; its status stays."""
    return msgspec.structs.replace(job, failure=Failure(error.code, str(error), "speech2cosmos"))


def unasked(job: Job, error: Permanent, patience: Patience, now: datetime) -> Job:
    """Return a pending job's document after Speech could not even be asked for it; it is asked again later."""
    job = msgspec.structs.replace(troubled(job, error), polled_at=utc(now), poll_count=job.poll_count + 1)
    event = Event.TOO_OLD if is_too_old(job, patience, now) else Event.NOT_ENDED
    return _moved(job, event, patience, now)


def listing_given_up(job: Job, words: str) -> Job:
    """Return the job's document after listing its files was given up; why it was, if it could be said, is kept."""
    if job.failure is not None and job.failure.code == LISTING_GIVEN_UP:
        return job
    return msgspec.structs.replace(job, failure=Failure(LISTING_GIVEN_UP, words, "speech2cosmos"))


def came_in_late(job: Job, run: int, in_run: int, now: datetime) -> Job | None:
    """Return the document of a job in which a file counts as given up in `run`, after `in_run` wrote that file.

    None where it does not count so: another run counts it by itself; or somebody asked to write it anew since. The
    timer counts again. A job that is being ingested is written too: else the timer, which may have counted before the
    file was in, could end it by that.
    """
    if job.run != run or in_run < job.reprocess_from or Event.CAME_IN_LATE not in LIFE[job.status]:
        return None
    status = next_status(job.status, Event.CAME_IN_LATE)
    return msgspec.structs.replace(
        job, status=status, moved_at=utc(now), ended_at=None, tidied_at=None, failure=_unended(job)
    )


def _unended(job: Job) -> Failure | None:
    return job.failure if job.status is Status.INGESTING else None


def reported(job: Job, report: ReportSummary, now: datetime) -> Job:
    """Return the job's document after its report was written."""
    return msgspec.structs.replace(job, report=report, moved_at=utc(now))


def settle(job: Job, tally: FileTally, patience: Patience, now: datetime) -> Job:
    """Return an ingesting job's document with the files counted; ended when every file is in or given up.

    One that stands still for MAX_PENDING_HOURS after it was accepted expires.
    """
    files = FileCounts(job.files.expected, tally.ingested, tally.failed, tally.failures, job.files.reports)
    moved = (files.ingested, files.failed) != (job.files.ingested, job.files.failed)
    job = msgspec.structs.replace(job, files=files, moved_at=utc(now) if moved else job.moved_at)
    if _all_in(job, tally):
        speech_failed = job.report is not None and (job.report.failed_transcriptions_count or job.report.failures)
        errors = tally.failed or tally.failed_reports or speech_failed
        event = Event.ALL_IN_WITH_ERRORS if errors else Event.ALL_IN
        job = msgspec.structs.replace(job, failure=None)  # whatever kept it from going on did not keep it for good
    elif stalled(job, patience, now) and is_too_old(job, patience, now):
        event = Event.TOO_OLD
        job = job if job.failure else msgspec.structs.replace(job, failure=_expired(files, patience))
    else:
        return job
    return msgspec.structs.replace(job, status=next_status(job.status, event), ended_at=utc(now))


def _expired(files: FileCounts, patience: Patience) -> Failure:
    missing = f"only {files.ingested} of {files.expected} files are in"
    if files.expected is None:
        missing = "its files are not listed"
    elif files.ingested + files.failed >= files.expected:
        missing = "its report is not in"
    return Failure("Expired", f"{missing} after {patience.max_pending_hours} h", "speech2cosmos")


def _all_in(job: Job, tally: FileTally) -> bool:
    if job.files.expected is None or tally.ingested + tally.failed < job.files.expected:
        return False
    has_report = job.report is not None and job.report.run >= job.reprocess_from
    return not job.files.reports or has_report or tally.failed_reports > 0


def stalled(job: Job, patience: Patience, now: datetime) -> bool:
    """Say whether an ingesting job has not moved for so long that its files are listed again."""
    return (job.moved_at or job.accepted_at) <= utc(now - timedelta(minutes=patience.requeue_minutes))
