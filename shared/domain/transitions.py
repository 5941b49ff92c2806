"""Decisions about an enqueued or pending job: each function maps its document and an observation to the next one."""

from datetime import datetime, timedelta

import msgspec

from shared.domain.documents import utc
from shared.domain.enqueued import Enqueued
from shared.domain.forgotten import StoredJob
from shared.domain.job import END_STATES, Event, Failure, Job, Retry, RetryCode, Status, next_status
from shared.domain.patience import Patience
from shared.domain.speech_api import Transcription
from shared.domain.speech_urls import SpeechResource
from shared.domain.urls import strip_queries
from shared.errors import Permanent, UnknownValue

POLL_MAX_SECONDS = 600
"""The longest pause between two GETs of one pending job."""


def enqueue(job: StoredJob | None, enqueued: Enqueued, now: datetime, sent_at: datetime | None = None) -> Job | None:
    """Return the document of a job that begins or starts over; None if the message changes nothing.

    `sent_at`: when the message was sent to the queue, if known. A run that was accepted later has already answered it.
    Only a reprocess that is known to be sent after an erasure brings back what was erased.
    """
    if enqueued.reprocess and job is not None and not _knows_of_erasure(job, sent_at):
        return None
    if isinstance(job, Job) and sent_at is not None and _answers(job, enqueued, sent_at):
        return None
    event = Event.REPROCESS if enqueued.reprocess else Event.REPLAY if enqueued.replay else Event.ENQUEUED
    status = next_status(Status(job.status) if job else None, event)
    if job and job.status == status:
        return None
    run = job.run + 1 if job else 1
    known = job if isinstance(job, Job) else None
    return Job(
        id=enqueued.job_id,
        status=status,
        self_url=enqueued.self_url or (known.self_url if known else None),
        enqueued_host=enqueued.host,
        accepted_at=utc(now),
        run=run,
        reprocess_from=run if enqueued.reprocess else (known.reprocess_from if known else 0),
        report=known.report if known else None,
        forgotten_at=known.forgotten_at if known and not enqueued.reprocess else msgspec.UNSET,
    )


def _knows_of_erasure(job: StoredJob, sent_at: datetime | None) -> bool:
    # No late message brings back what was erased. Nobody knows when a message of a poison queue was sent.
    return job.forgotten_at is msgspec.UNSET or (
        sent_at is not None and utc(sent_at + timedelta(seconds=1)) > job.forgotten_at
    )


def _answers(job: Job, enqueued: Enqueued, sent_at: datetime) -> bool:
    # A queue delivers at least once, and the job may end between two deliveries of the message that started it.
    # Storage truncates `sent_at` to a second. A message that may have been sent after the end is a new request.
    sent_before_end = job.ended_at is None or utc(sent_at + timedelta(seconds=1)) <= job.ended_at
    wish_is_met = not enqueued.reprocess or job.reprocess_from == job.run
    return utc(sent_at) <= job.accepted_at and sent_before_end and wish_is_met


def observe(job: Job, seen: Transcription | None, patience: Patience, now: datetime, resource: SpeechResource) -> Job:
    """Return a pending job's document after a poll. `seen` is None if Speech answered 404.

    An unknown status of Speech is noted as the job's failure. The job stays pending, and expires in the end.
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
    # A failed job may have a report, which says for each recording why it failed. So its files are listed at once.
    report = Retry(utc(now), utc(now), RetryCode.REPORT_UNREAD, "Speech may have a report that says why the job failed")
    return msgspec.structs.replace(
        job,
        status=status,
        next_poll_at=next_poll_at,
        moved_at=utc(now) if status is Status.INGESTING else job.moved_at,
        ended_at=utc(now) if status in END_STATES else None,
        retry=report if status is Status.FAILED else None,
    )


def _missing_for_long(job: Job, patience: Patience, now: datetime) -> bool:
    since = job.missing_since
    return since is not None and since <= utc(now - timedelta(minutes=patience.not_found_minutes))


def is_too_old(job: Job, patience: Patience, now: datetime) -> bool:
    """Return whether the job was accepted MAX_PENDING_HOURS ago or earlier."""
    return job.accepted_at <= utc(now - timedelta(hours=patience.max_pending_hours))


def troubled(job: Job, error: Permanent) -> Job:
    """Return the job's document with the error as its failure. Its status stays."""
    return msgspec.structs.replace(job, failure=Failure(error.code, str(error), "speech2cosmos"))


def unasked(job: Job, error: Permanent, patience: Patience, now: datetime) -> Job:
    """Return a pending job's document after its poll failed with `error`: it is polled again later, or expires."""
    job = msgspec.structs.replace(troubled(job, error), polled_at=utc(now), poll_count=job.poll_count + 1)
    event = Event.TOO_OLD if is_too_old(job, patience, now) else Event.NOT_ENDED
    return _moved(job, event, patience, now)
