"""What may still be there: documents and raw results live for RETENTION_DAYS, and what is older is not lost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shared.adapters.cosmos.job_lists import JobLists
from shared.adapters.cosmos.survey import Brief
from shared.bootstrap import App


def within_retention(app: App, since: datetime, now: datetime) -> datetime:
    """Return the time from which on documents are still there, at the earliest `since`."""
    kept = _kept(app)
    return since if kept is None else max(since, now - kept)


def living(app: App, jobs: Sequence[Brief], now: datetime) -> list[Brief]:
    """Return the jobs of which no document has expired: those that ended at Speech within the time of retention.

    A job's document outlives its heads, because it is written again a day after its end. The heads are written after
    the end at Speech.
    """
    found, kept = [job for job in jobs if job.type == "job"], _kept(app)
    if kept is None:
        return found
    ended = [(job, moment_of(job.last_action_date_time)) for job in found]
    return [job for job, at in ended if at is not None and at >= now - kept]


def _kept(app: App) -> timedelta | None:
    """Return how long documents live; None for ever.

    RETENTION_DAYS may not be set on this machine. Then the newest job's document shows it, as its time to live.
    """
    seconds = app.settings.retention_seconds
    if not seconds and (told := JobLists(app.database).retention()):
        seconds = told.seconds
    return None if seconds is None else timedelta(seconds=seconds)


def moment_of(text: str | None) -> datetime | None:
    """Return a time in Speech's notation; None if there is none, or it is no time."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
