"""Checks that nothing is lost: what ended at Speech, against Cosmos DB, against the raw archive.

Each check looks at the newest of what ended since a time, up to a limit, and says at how many.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from shared.adapters.cosmos.job_lists import JobLists
from shared.adapters.cosmos.survey import Brief, InFile, Survey
from shared.bootstrap import App
from shared.cli.at_speech import finished
from shared.cli.doctor.checks import Check, command, failed, passed, some, unknown, warned
from shared.cli.doctor.peeked import peek
from shared.cli.doctor.window import living, moment_of, within_retention
from shared.cli.terminal.text import counted
from shared.domain.documents import UtcTime, utc
from shared.domain.job import Job, Status
from shared.domain.patience import deleted_at
from shared.domain.speech_api import Transcription
from shared.errors import Speech2CosmosError, Unreadable

IN_SPEECH = "nothing lost: jobs"
IN_COSMOS = "nothing lost: files"

MOST_JOBS = 5_000
"""Most jobs of Speech that are compared. Each hundred costs a request to Speech, and a count."""

MOST_ENDED = 500
"""Most ended jobs of which the files are counted, the newest."""

MOST_HEADS = 20_000
"""Most heads that are read, because a count is not enough."""

_LOOK = "speech2cosmos speech status JOB shows what Speech says; *Documents that cannot be read* in docs/operations.md"

_LATE = timedelta(hours=1)
"""An ended job that the app still has not noticed after this time is told. It polls each job within ten minutes."""

_OVER = (Status.EXPIRED, Status.NOT_FOUND)


def at_speech(app: App, since: UtcTime, now: Callable[[], datetime], most: int = MOST_JOBS) -> Iterator[Check]:
    """Yield whether Cosmos DB knows the jobs that ended at Speech since a time, and whether they ended there too.

    After about `most` jobs no further page of Speech is read.
    """
    moment = now()
    begin = within_retention(app, datetime.fromisoformat(since), moment)
    odd: list[Exception] = []
    survey, lists = Survey(app.database, odd.append), JobLists(app.database, odd.append)
    seen: dict[str, Transcription] = {}
    known: set[str] = set()
    states: dict[str, str] = {}
    for page in finished(app.speech, begin, moment, odd.append):
        ids = [each.job_id for each in page if each.job_id not in seen]
        seen |= {each.job_id: each for each in page}
        known |= lists.known_among(ids)
        states |= {each.id: each.status for each in survey.in_states(ids, (Status.PENDING, *_OVER))}
        if len(seen) >= most:
            latest = max(each.last_action_date_time or "" for each in page)
            words = f"{len(seen):,} jobs that ended at Speech until {latest} were compared, and no later ones"
            yield unknown(IN_SPEECH, words, "the same command with a later --since")
            break
    words = f"{counted(len(seen), 'job')} ended at Speech since {utc(begin)[:16]}Z"
    problems = [
        *_unknown(app, [seen[each] for each in seen if each not in known], words, moment - begin),
        *_over([job_id for job_id, status in states.items() if status in _OVER]),
        *_unnoticed([seen[job_id] for job_id, status in states.items() if status == Status.PENDING], moment),
    ]
    yield from problems
    if odd:
        yield warned(IN_SPEECH, f"not compared, because it cannot be read: {some(map(str, odd), 2)}", _LOOK)
    if not problems:
        yield passed(IN_SPEECH, f"{words}, and all are known" if seen else f"no job ended since {utc(begin)[:16]}Z")
    yield from _forgotten(seen.values(), begin, moment)


def _unknown(app: App, missing: Sequence[Transcription], words: str, since: timedelta) -> Iterator[Check]:
    if not missing:
        return
    missing = sorted(missing, key=lambda each: each.last_action_date_time or "", reverse=True)
    listed = some(f"{each.job_id} ({each.last_action_date_time})" for each in missing)
    text = f"{words}, of which Cosmos DB does not know {len(missing):,}: {listed}"
    hours = since // timedelta(hours=1) + 1
    fix = f"`speech2cosmos backfill --since {hours}h` takes them all up, `speech2cosmos submit JOB` one"
    waiting = _waiting(app)
    if waiting:
        more = f"; {counted(waiting, 'message')} in {app.settings.jobs_queue} may be theirs"
        yield warned(IN_SPEECH, text + more, f"the same command again when the queue is empty; then {fix}")
    else:
        yield failed(IN_SPEECH, text, fix)


def _waiting(app: App) -> int:
    try:
        return peek(app.settings, app.settings.jobs_queue).count
    except Speech2CosmosError:
        return 0  # the check of the queue says why


def _over(over: Sequence[str]) -> Iterator[Check]:
    """Yield the jobs that Speech has, and that ended in Cosmos DB because Speech did not have them in time."""
    if over:
        words = f"{counted(len(over), 'job')} ended without results in Cosmos DB, and Speech has them: {some(over)}"
        yield failed(IN_SPEECH, words, command("speech2cosmos retry JOB", over))


def _unnoticed(pending: Sequence[Transcription], now: datetime) -> Iterator[Check]:
    late = [
        each.job_id
        for each in pending
        if (ended := moment_of(each.last_action_date_time)) is not None and now - ended >= _LATE
    ]
    if late:
        words = f"{counted(len(late), 'job')} ended at Speech an hour ago or more, and are pending: {some(late)}"
        yield warned(IN_SPEECH, words, "see the checks `app: last tick` and `app: pending jobs`")


def _forgotten(jobs: Iterable[Transcription], begin: datetime, now: datetime) -> Iterator[Check]:
    """Yield that Speech may have deleted jobs of this time, if it deletes some of those that it lists so soon."""
    kept = [until - ended for each in jobs for until, ended in [_kept(each)] if until is not None and ended is not None]
    if kept and min(kept) < now - begin:
        hours = min(kept).total_seconds() / 3600
        words = f"Speech keeps some jobs only {hours:.4g} h after their end; a job that it has deleted is not listed"
        fix = f"run doctor more often than every {hours:.4g} h, or create jobs with a longer timeToLiveHours"
        yield unknown(IN_SPEECH, words, fix)


def _kept(each: Transcription) -> tuple[datetime | None, datetime | None]:
    job = Job(
        id=each.job_id,
        status=Status.PENDING,
        accepted_at="",
        properties=each.properties,
        last_action_date_time=each.last_action_date_time,
    )
    return deleted_at(job), moment_of(each.last_action_date_time)


def in_cosmos(app: App, since: UtcTime, now: datetime, most: int = MOST_HEADS) -> Iterator[Check]:
    """Yield whether the heads are there that the documents of the jobs count, of jobs that ended since a time.

    If more than `most` heads had to be read, none is.
    """
    odd: list[Unreadable] = []
    survey = Survey(app.database, odd.append)
    newest = survey.jobs_ended(since, MOST_ENDED)
    jobs = living(app, newest, now)
    of = "the newest " if len(newest) == MOST_ENDED else ""
    whole = [each for each in jobs if not each.files.failed and each.files.ingested]
    partly = [each for each in jobs if each.files.failed]
    # Counting needs only the index. Heads are read only of jobs of which the count is not enough.
    if survey.heads([each.id for each in whole]) != sum(each.files.ingested for each in whole):
        partly += whole
    if sum(each.files.ingested + each.files.failed for each in partly) > most:
        words = f"of {of}{counted(len(jobs), 'job')} that ended, more than {most:,} files would have to be read"
        yield unknown(IN_COSMOS, words, "the same command with a later --since")
        return
    found: dict[str, list[InFile]] = defaultdict(list)
    for row in survey.files([each.id for each in partly]):
        found[row.job_id].append(row)
    lost = {each.id: each.files.ingested - _in(each, found[each.id]) for each in partly}
    lost = {job_id: count for job_id, count in lost.items() if count > 0}
    if lost:
        words = (
            f"{counted(sum(lost.values()), 'file')} of {counted(len(lost), 'job')} were in and are gone: {some(lost)}"
        )
        fix = command("speech2cosmos retry JOB --rewrite", list(lost))
        yield failed(IN_COSMOS, words, f"{fix}, as long as Speech has the files")
    given_up = [each.id for each in jobs if each.files.failed]
    if given_up:
        count = sum(each.files.failed for each in jobs)
        words = f"{counted(count, 'file')} of {counted(len(given_up), 'job')} were given up: {some(given_up)}"
        why, again = command("speech2cosmos poison list JOB", given_up), command("speech2cosmos retry JOB", given_up)
        yield warned(IN_COSMOS, words, f"{why} says why, {again} tries again")
    if odd:
        yield warned(IN_COSMOS, f"not counted: {some(map(str, odd), 2)}", "see the check `documents`")
    if not lost and not given_up and not odd:
        total = sum(each.files.ingested for each in jobs)
        words = f"{of}{counted(len(jobs), 'job')} that ended since {since[:16]}Z: {counted(total, 'file')} expected, "
        yield passed(IN_COSMOS, f"{words}all in" if jobs else f"no job has ended since {since[:16]}Z")


def _in(job: Brief, found: Sequence[InFile]) -> int:
    """Return how many files of a job are in: heads and tombstones of a run that counts."""
    return sum(each.type != "fileFailure" and each.run >= job.reprocess_from for each in found)
