"""The retry policy of a job's files: what is retried, after which pauses, and for how long.

There is one kind of retry: the job's files are listed again. `put_off` notes in the job's document when that is due.
The timer then sends the message, and files that are in are skipped. No other module decides about retries.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from shared.domain.documents import utc
from shared.domain.job import TIME_TO_LIVE_ENDED, Failure, Job, Retry, RetryCode, Status
from shared.domain.ticks import TICKS_PER_SECOND, parse_iso_duration
from shared.errors import InvalidResult

LONGEST_PAUSE = 60
"""The longest pause, as a multiple of the shortest (RETRY_MIN_SECONDS): an hour for a minute."""

OF_LISTS = frozenset({RetryCode.REPORT_MISSING, RetryCode.FILES_MISSING, RetryCode.LISTING_LOOPS})
"""Codes for answers of Speech that are incomplete or contradict each other. They are retried for MISSING_MINUTES. All
other codes stand for failures, which are retried for GIVE_UP_HOURS."""


class Patience(msgspec.Struct, frozen=True):
    """How long the app waits for what. Each field is the setting of the same name."""

    poll_min_seconds: int = 60
    not_found_minutes: int = 10
    max_pending_hours: int = 72
    requeue_minutes: int = 30
    retry_min_seconds: int = 60
    missing_minutes: int = 120
    give_up_hours: int = 24


def pause(waited: timedelta, patience: Patience) -> timedelta:
    """Return the pause before the next listing: as long as the retry has lasted so far, within the two limits.

    So the pauses double: RETRY_MIN_SECONDS at first, LONGEST_PAUSE times that at most.
    """
    shortest = timedelta(seconds=patience.retry_min_seconds)
    return min(max(waited, shortest), shortest * LONGEST_PAUSE)


def put_off(job: Job, code: RetryCode, message: str, patience: Patience, now: datetime) -> Job:
    """Return the job's document with the time of its next listing; unchanged if a retry of this kind has one already.

    `since` stays the same while the codes are of one kind: in OF_LISTS or not.
    """
    since = _since(job, code, now)
    same_kind = job.retry is not None and job.retry.since == since
    if same_kind and job.retry is not None and job.retry.at is not None:
        return job
    at = now + pause(now - datetime.fromisoformat(since), patience)
    return msgspec.structs.replace(job, retry=Retry(since, utc(at), code, message))


def is_over(job: Job, code: RetryCode, patience: Patience, now: datetime) -> bool:
    """Return whether a failure with this code is no longer retried: its time is over, or Speech has deleted the job."""
    waited = now - datetime.fromisoformat(_since(job, code, now))
    return waited >= timedelta(hours=patience.give_up_hours) or _is_deleted(job, now)


def given_up(job: Job, code: str, message: str, now: datetime) -> Failure:
    """Return the failure of something that is no longer retried. Its code is TimeToLiveEnded if that is the reason."""
    if not _is_deleted(job, now):
        return Failure(code, message, "speech2cosmos")
    words = f"Speech kept the job until {utc(deleted_at(job) or now)} (its time to live); the last failure: {message}"
    return Failure(TIME_TO_LIVE_ENDED, words, "speech2cosmos")


def lists_had_time(job: Job, code: RetryCode, patience: Patience) -> bool:
    """Return whether Speech's answers had MISSING_MINUTES to agree, and all files were listed after that."""
    if job.retry is None or job.retry.code not in OF_LISTS or code not in OF_LISTS or job.listed_at is None:
        return False
    waited = datetime.fromisoformat(job.listed_at) - datetime.fromisoformat(job.retry.since)
    return waited >= timedelta(minutes=patience.missing_minutes)


def stalled(job: Job, patience: Patience, now: datetime) -> bool:
    """Return whether an ingesting job has not moved for REQUEUE_MINUTES."""
    return (job.moved_at or job.accepted_at) <= utc(now - timedelta(minutes=patience.requeue_minutes))


def stands_still(job: Job, patience: Patience, now: datetime) -> Job | None:
    """Return a stalled ingesting job's document with its next listing due now. A message of it may have been lost.

    None for any other job: one that moved recently, or whose next listing has a time already.
    """
    due = job.retry is not None and job.retry.at is not None
    if job.status is not Status.INGESTING or due or not stalled(job, patience, now):
        return None
    words = f"nothing moved since {job.moved_at or job.accepted_at}"
    retry = job.retry
    if retry is None or retry.code in OF_LISTS:
        retry = Retry(utc(now), None, RetryCode.STANDS_STILL, words)
    return msgspec.structs.replace(job, retry=msgspec.structs.replace(retry, at=utc(now)))


def listed_again(job: Job, patience: Patience, now: datetime) -> Job | None:
    """Return the document of a job whose files are listed again now; None if that is not due.

    If the message of an ingesting job is lost, `stands_still` finds the job later. Nothing finds a failed job, so its
    following listing is noted here at once. The listing itself, or the report, removes that note.
    """
    retry = job.retry
    if retry is None or retry.at is None or retry.at > utc(now):
        return None
    if job.status is Status.INGESTING:
        return msgspec.structs.replace(job, moved_at=utc(now), retry=msgspec.structs.replace(retry, at=None))
    if is_over(job, retry.code, patience, now):
        return msgspec.structs.replace(job, retry=None)
    wait = max(pause(now - datetime.fromisoformat(retry.since), patience), timedelta(minutes=patience.requeue_minutes))
    return msgspec.structs.replace(job, retry=msgspec.structs.replace(retry, at=utc(now + wait)))


def deleted_at(job: Job) -> datetime | None:
    """Return when Speech deletes the ended job; None if that is unknown or never.

    The time to live starts when the job ends, which is the last action on it (learn.microsoft.com, *Create a batch
    transcription*: how long the transcription is kept after it completed). API versions v3.x have an ISO duration.
    """
    seconds = _time_to_live(job)
    if not seconds or job.last_action_date_time is None:
        return None
    try:
        ended = datetime.fromisoformat(job.last_action_date_time)
        return (ended if ended.tzinfo else ended.replace(tzinfo=UTC)) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None


def _time_to_live(job: Job) -> float:
    hours, duration = job.properties.get("timeToLiveHours"), job.properties.get("timeToLive")
    if isinstance(hours, int | float):
        return hours * 3600
    if not isinstance(duration, str):
        return 0
    try:
        return parse_iso_duration(duration) / TICKS_PER_SECOND
    except InvalidResult:
        return 0


def _is_deleted(job: Job, now: datetime) -> bool:
    at = deleted_at(job)
    return at is not None and at <= now


def _since(job: Job, code: RetryCode, now: datetime) -> str:
    retry = job.retry
    return retry.since if retry is not None and (retry.code in OF_LISTS) == (code in OF_LISTS) else utc(now)
