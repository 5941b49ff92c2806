"""The retry policy of a job's files: what is retried, after which pauses, for how long.

Everything is retried in one way: the job's files are listed again. `put_off` notes in the job's document when that is
due, the timer sends the message, and files that are in are passed over. Nothing else in this app decides about it.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from shared.domain.documents import utc
from shared.domain.job import TIME_TO_LIVE_ENDED, Failure, Job, Retry, RetryCode, Status
from shared.domain.ticks import TICKS_PER_SECOND, parse_iso_duration
from shared.errors import InvalidResult

LONGEST_PAUSE = 60
"""In shortest pauses: from a minute to an hour, unless RETRY_MIN_SECONDS says otherwise."""

OF_LISTS = frozenset({RetryCode.REPORT_MISSING, RetryCode.FILES_MISSING, RetryCode.LISTING_LOOPS})
"""Speech's answers contradict each other; MISSING_MINUTES is how long they have to agree. All other codes are failures,
which are retried for GIVE_UP_HOURS."""


class Patience(msgspec.Struct, frozen=True):
    """How long we wait for what. From the settings of the same names."""

    poll_min_seconds: int = 60
    not_found_minutes: int = 10
    max_pending_hours: int = 72
    requeue_minutes: int = 30
    retry_min_seconds: int = 60
    missing_minutes: int = 120
    give_up_hours: int = 24


def pause(waited: timedelta, patience: Patience) -> timedelta:
    """Return how long to wait before the next listing: as long as it took so far, from a minute to an hour."""
    shortest = timedelta(seconds=patience.retry_min_seconds)
    return min(max(waited, shortest), shortest * LONGEST_PAUSE)


def put_off(job: Job, code: RetryCode, message: str, patience: Patience, now: datetime) -> Job:
    """Return the job's document with the next listing noted; unchanged if one is due already for such a reason.

    `since` stays while the reasons are of one kind (OF_LISTS or not).
    """
    since = _since(job, code, now)
    same_kind = job.retry is not None and job.retry.since == since
    if same_kind and job.retry is not None and job.retry.at is not None:
        return job
    at = now + pause(now - datetime.fromisoformat(since), patience)
    return msgspec.structs.replace(job, retry=Retry(since, utc(at), code, message))


def is_over(job: Job, code: RetryCode, patience: Patience, now: datetime) -> bool:
    """Say whether a failure with this code is retried no longer."""
    waited = now - datetime.fromisoformat(_since(job, code, now))
    return waited >= timedelta(hours=patience.give_up_hours) or _is_deleted(job, now)


def given_up(job: Job, code: str, message: str, now: datetime) -> Failure:
    """Return the failure of something that is retried no longer; it says so if Speech's time to live is the reason."""
    if not _is_deleted(job, now):
        return Failure(code, message, "speech2cosmos")
    words = f"Speech kept the job until {utc(deleted_at(job) or now)} (its time to live); the last failure: {message}"
    return Failure(TIME_TO_LIVE_ENDED, words, "speech2cosmos")


def lists_had_time(job: Job, code: RetryCode, patience: Patience) -> bool:
    """Say whether the files were listed in full after Speech's answers had MISSING_MINUTES to agree."""
    if job.retry is None or job.retry.code not in OF_LISTS or code not in OF_LISTS or job.listed_at is None:
        return False
    waited = datetime.fromisoformat(job.listed_at) - datetime.fromisoformat(job.retry.since)
    return waited >= timedelta(minutes=patience.missing_minutes)


def stalled(job: Job, patience: Patience, now: datetime) -> bool:
    """Say whether an ingesting job has not moved for REQUEUE_MINUTES."""
    return (job.moved_at or job.accepted_at) <= utc(now - timedelta(minutes=patience.requeue_minutes))


def stands_still(job: Job, patience: Patience, now: datetime) -> Job | None:
    """Return the document of an ingesting job that stands still, with its next listing due now; else None.

    A message may have got lost. A job whose listing is due already, or that moved lately, goes on as it is.
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
    """Return the document of a job whose files are now listed again; None if that is not due.

    An ingesting job whose message gets lost stands still later. Nobody looks at a failed job, so its next listing is
    noted here; the listing itself, or the report, takes it away.
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
    """Return when Speech deletes the ended job; None if it does not say, or never does.

    Its time to live begins when the job ends (learn.microsoft.com, *Create a batch transcription*: how long the
    transcription is kept after it completed), which is the last action on it. API versions v3.x have an ISO duration.
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
