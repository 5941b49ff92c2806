"""Checks of the jobs: how long the oldest waits, which stand still, what is retried, and what was given up."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.adapters.cosmos.survey import Survey
from shared.bootstrap import App
from shared.cli.doctor.checks import Check, failed, passed, skipped, some, warned
from shared.cli.terminal.output import retry_text
from shared.cli.terminal.text import counted
from shared.cli.terminal.times import age
from shared.domain.documents import UtcTime, utc
from shared.domain.job import Job, Status

PENDING = "app: pending jobs"
INGESTING = "app: ingesting jobs"
RETRIES = "app: retries"
STRAYS = "app: strays"
GIVEN_UP = "app: given up"

LONG = timedelta(hours=25)
"""Speech may take a day. The alert oldest-pending fires from here on, too."""

UNPOLLED = timedelta(minutes=15)
"""A new job is asked for at the next tick. The alert poll-missing waits as long."""

OVERDUE = timedelta(minutes=15)
"""A job whose files were to be listed again this long ago waits for a timer that does not run."""

MOST_SEARCHED = 1_000
"""The search for strays loads every job that has not ended. With more than this it is left to the app."""

_STRAYS = 20

_START = "start the app: see the check `app: last tick`"


def pending(app: App, now: datetime) -> Iterator[Check]:
    """Yield how long the job that was accepted first has been pending."""
    yield _pending(app, _survey(app).in_status(Status.PENDING), now)


def _survey(app: App) -> Survey:
    return Survey(app.database, lambda _: None)


def _pending(app: App, count: int, now: datetime) -> Check:
    name, oldest = PENDING, app.jobs.oldest_pending()
    if oldest is None:
        return passed(name, "none" if not count else f"{count:,}, of which none can be read")
    words = f"{count:,}, the oldest, {oldest.id}, accepted {age(oldest.accepted_at, now)} ago"
    waited = now - datetime.fromisoformat(oldest.accepted_at)
    if not oldest.poll_count and waited >= UNPOLLED:
        why = f" ({oldest.failure.code}: {oldest.failure.message})" if oldest.failure else ""
        fix = "start the app: see the check `app: last tick`, and *poll-missing* in docs/operations.md"
        return failed(name, f"{words}; Speech was never asked for it{why}", fix)
    if waited >= timedelta(hours=app.settings.max_pending_hours):
        fix = "start the app, whose next poll ends the job as `expired`; *poll-missing* in docs/operations.md"
        return failed(name, f"{words}; after {app.settings.max_pending_hours} h the app should have ended it", fix)
    if waited >= LONG:
        return warned(name, words, f"speech2cosmos speech status {oldest.id}; *oldest-pending* in docs/operations.md")
    return passed(name, words)


def ingesting(app: App, now: datetime) -> Iterator[Check]:
    """Yield how long the ingesting job that moved first has not moved since."""
    yield _ingesting(app, _survey(app).in_status(Status.INGESTING), now)


def _ingesting(app: App, count: int, now: datetime) -> Check:
    name = INGESTING
    oldest = next(iter(app.jobs.ingesting(None, 1)), None)
    if oldest is None:
        return passed(name, "none" if not count else f"{count:,}, of which none can be read")
    moved = oldest.moved_at or oldest.accepted_at
    words = f"{count:,}; the longest unmoved, {oldest.id}, moved {age(moved, now)} ago"
    still = now - datetime.fromisoformat(moved)
    stalled = timedelta(minutes=app.settings.requeue_minutes)
    # The timer lists a stalled job's files again, which moves it.
    if still >= 2 * stalled and not _waits(oldest, now):
        return failed(name, f"{words}, and the app did nothing about it", _START)
    if still >= stalled:
        fix = f"speech2cosmos show {oldest.id}; *A job is stuck* in docs/operations.md"
        return warned(name, f"{words}: it stands still. {_why(oldest)}", fix)
    return passed(name, words)


def _waits(job: Job, now: datetime) -> bool:
    return job.retry is not None and job.retry.at is not None and job.retry.at > utc(now)


def _why(job: Job) -> str:
    if job.failure is not None:
        return f"{job.failure.code}: {job.failure.message}"
    return retry_text(job.retry) or "Nothing says why"


def retries(app: App, now: datetime) -> Iterator[Check]:
    """Yield whether the files of a job are listed again, and whether that is overdue."""
    yield _retries(app, _survey(app).retried(), now)


def _retries(app: App, count: int, now: datetime) -> Check:
    name = RETRIES
    if not count:
        return passed(name, "none under way")
    overdue = app.jobs.to_list_again(utc(now - OVERDUE), 1)
    if overdue:
        first = overdue[0]
        return failed(name, f"{counted(count, 'job')}; {first.id} is overdue: {retry_text(first.retry)}", _START)
    soonest = next(iter(app.jobs.to_list_again(utc(now + timedelta(days=1)), 1)), None)
    words = f"{counted(count, 'job')} {'waits' if count == 1 else 'wait'}"
    if soonest is None:
        return passed(name, words)
    fix = f"speech2cosmos show {soonest.id}: fix what fails, or wait; the app retries by itself"
    return warned(name, f"{words} for a new try; the next is {soonest.id}: {retry_text(soonest.retry)}", fix)


def strays(app: App, now: datetime, most: int = MOST_SEARCHED) -> Iterator[Check]:
    """Yield whether there are jobs that no query of the timer finds. Of more than `most` that wait none is read."""
    waiting = sum(map(_survey(app).in_status, (Status.PENDING, Status.INGESTING)))
    yield (
        _strays(app, now)
        if waiting <= most
        else skipped(
            STRAYS, f"not searched for, because {waiting:,} jobs have not ended and each would be read; the app does it"
        )
    )


def _strays(app: App, now: datetime) -> Check:
    name = STRAYS
    found = app.jobs.strays(utc(now), _STRAYS)
    if not found:
        return passed(name, "none: the timer's queries find every job")
    words = f"{counted(len(found), 'job')} that no query of the timer finds: {some(job.id for job in found)}"
    minutes = app.settings.requeue_minutes
    return warned(name, words, f"wait: the running app looks for such jobs every {minutes} minutes and takes them up")


def given_up(app: App, since: UtcTime) -> Iterator[Check]:
    """Yield how many messages were given up since a time, and how many files."""
    survey = _survey(app)
    messages, files = survey.rejected(since), survey.failures()
    if not messages and not files:
        yield passed(GIVEN_UP, "nothing")
        return
    words = f"{counted(messages, 'message')} since {since[:16]}Z, and {counted(files, 'file')} altogether"
    fix = "`speech2cosmos poison list` says why; `speech2cosmos retry JOB` or `retry --given-up` tries it again"
    yield warned(GIVEN_UP, words, fix)
