"""What becomes of a job whose files are listed and fetched: from its document and an observation to the next one."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from shared.domain.documents import utc
from shared.domain.job import (
    LIFE,
    LISTING_GIVEN_UP,
    LISTING_LOOPS,
    NOTHING_TRANSCRIBED,
    TIME_TO_LIVE_ENDED,
    Event,
    FailedFile,
    Failure,
    FileCounts,
    Job,
    ReportSummary,
    RetryCode,
    Status,
    next_status,
)
from shared.domain.patience import (
    OF_LISTS,
    Patience,
    given_up,
    is_over,
    lists_had_time,
    put_off,
    stalled,
)


class FileTally(msgspec.Struct, frozen=True):
    """What the transcripts container holds of a job's current run."""

    ingested: int
    failed: int
    failed_reports: int
    failures: list[FailedFile]

    @property
    def done(self) -> int:
        """Distinct files, the report not counted, that are in or were given up."""
        return self.ingested + self.failed


def while_ingesting(run: int, change: Callable[[Job], Job]) -> Callable[[Job], Job | None]:
    """Return `change` for a job that is still ingesting in this run, and nothing for any other.

    Between the reading of a job and the writing of it, it may have ended, or started over.
    """
    return lambda job: change(job) if job.status is Status.INGESTING and job.run == run else None


def is_fetched(job: Job, run: int) -> bool:
    """Say whether files of this run are still wanted: those of a job being ingested, or the report of a failed one."""
    return job.run == run and (job.status is Status.INGESTING or _waits_for_report(job))


def while_fetched(run: int, change: Callable[[Job], Job]) -> Callable[[Job], Job | None]:
    """Return `change` for a job whose files of this run are still wanted, and nothing for any other."""
    return lambda job: change(job) if is_fetched(job, run) else None


def listed(job: Job, expected: int, reports: int, now: datetime, loops: str | None = None) -> Job:
    """Return the job's document after the last page of its files was listed.

    `expected`, `reports`: distinct ids on the pages. `loops`: why the list does not end, if it leads in a circle.
    Of a failed job only the report counts.
    """
    if job.status is Status.FAILED:
        return _without_retry(job) if not reports else job
    files = msgspec.structs.replace(job.files, expected=expected, reports=reports)
    failure = None if loops is None else Failure(LISTING_LOOPS, loops, "speech2cosmos")
    return msgspec.structs.replace(job, files=files, moved_at=utc(now), listed_at=utc(now), failure=failure)


def unlistable(job: Job, message: str, patience: Patience, now: datetime) -> Job:
    """Return the job's document after listing its files failed: they are listed again later, or the job expires."""
    if not is_over(job, RetryCode.LISTING_FAILED, patience, now):
        return put_off(job, RetryCode.LISTING_FAILED, message, patience, now)
    if job.status is Status.FAILED:
        return _without_retry(job)
    failure = job.failure or given_up(job, LISTING_GIVEN_UP, message, now)
    return _ended(job, Event.GIVEN_UP, failure, now)


def vanished(job: Job, message: str, now: datetime) -> Job:
    """Return the job's document after Speech no longer knew it when its files were to be listed."""
    if job.status is Status.FAILED:
        return _without_retry(job)
    return _ended(job, Event.STILL_MISSING, given_up(job, "NotFound", message, now), now)


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
    """Return the job's document after its report was written; that is all that a failed job waits for."""
    job = msgspec.structs.replace(job, report=report, moved_at=utc(now))
    return _without_retry(job) if job.status is Status.FAILED else job


def report_given_up(job: Job) -> Job | None:
    """Return the document of a failed job whose report was given up; None for any other job, whose files count it."""
    return _without_retry(job) if _waits_for_report(job) else None


def expired(job: Job, patience: Patience, now: datetime) -> Job | None:
    """Return the document of an ingesting job that is retried no longer, as `expired`; None for one that goes on.

    Its files were listed again, GIVE_UP_HOURS after they first had to be, or later, and still nothing moved. Only the
    job's document is needed for that, so a job ends so even if its files can never be counted.
    """
    retry = job.retry
    if job.status is not Status.INGESTING or retry is None or retry.at is not None or retry.code in OF_LISTS:
        return None
    if not stalled(job, patience, now) or not is_over(job, retry.code, patience, now):
        return None
    failure = job.failure or given_up(job, "Expired", f"{_progress(job)}: {retry.message}", now)
    return _ended(job, Event.GIVEN_UP, failure, now)


def settle(job: Job, tally: FileTally, patience: Patience, now: datetime) -> Job:
    """Return an ingesting job's document with the files counted; ended when every file is in or given up.

    The list alone ends no job: the report has to be in, and to count as many files. Else the files are listed again,
    until both agree or MISSING_MINUTES are over.
    """
    files = FileCounts(job.files.expected, tally.ingested, tally.failed, tally.failures, job.files.reports)
    if (files.ingested, files.failed) != (job.files.ingested, job.files.failed):
        job = msgspec.structs.replace(_progressed(job), moved_at=utc(now))
    job = msgspec.structs.replace(job, files=files)
    if not _is_accounted_for(job, tally, patience, now):
        return job
    missing = _missing(job, tally)
    if missing is None:
        return _whole(job, tally, now)
    if missing.code == NOTHING_TRANSCRIBED:
        return _ended(job, Event.ALL_IN_WITH_ERRORS, missing, now)
    code = RetryCode(missing.code)
    if not lists_had_time(job, code, patience):
        return put_off(job, code, missing.message, patience, now)
    if tally.done == _counted(job) and code is RetryCode.FILES_MISSING:
        # Two witnesses that know nothing of each other agree; the list named more files than there are.
        return _whole(job, tally, now)
    return _ended(job, Event.ALL_IN_WITH_ERRORS, missing, now)


def _whole(job: Job, tally: FileTally, now: datetime) -> Job:
    event = Event.ALL_IN_WITH_ERRORS if _has_errors(job, tally) else Event.ALL_IN
    return _ended(job, event, _cut_short(tally), now)


def _cut_short(tally: FileTally) -> Failure | None:
    """Return why files were given up, if Speech kept the job no longer: enqueueing it again does not help then."""
    late = next((each for each in tally.failures if each.code == TIME_TO_LIVE_ENDED), None)
    return None if late is None else Failure(late.code, late.message, "speech2cosmos")


def _is_accounted_for(job: Job, tally: FileTally, patience: Patience, now: datetime) -> bool:
    """Say whether nothing is on its way any more: then what is missing has to be asked for."""
    if job.files.expected is None:
        return False
    if tally.done < job.files.expected:
        # The list may name a file twice. Nothing moves then, and the report counts what is done.
        return _has_report(job) and tally.done == _counted(job) and _looks_final(job, patience, now)
    return not job.files.reports or _has_report(job) or tally.failed_reports > 0


def _looks_final(job: Job, patience: Patience, now: datetime) -> bool:
    return stalled(job, patience, now) or (job.retry is not None and job.retry.code is RetryCode.FILES_MISSING)


def _missing(job: Job, tally: FileTally) -> Failure | None:
    """Return in which way Speech's list and its report are not enough, or contradict each other; None: they agree."""
    if job.failure is not None and job.failure.code == LISTING_LOOPS:
        return job.failure
    if tally.failed_reports:
        return None  # there is one, which was given up: the job has errors anyhow
    if not _has_report(job):
        words = f"Speech lists {tally.done} files and no report, so nothing says whether these are all"
        return Failure(RetryCode.REPORT_MISSING, words, "speech2cosmos")
    counted = _counted(job)
    if not tally.done and not counted and not _speech_failed(job):
        return Failure(NOTHING_TRANSCRIBED, "Speech lists no file, and its report is empty", "speech2cosmos")
    if counted is None or counted == tally.done == job.files.expected:
        return None
    words = f"the report counts {counted} transcribed files, the list names {job.files.expected}, {tally.done} are done"
    return Failure(RetryCode.FILES_MISSING, words, "speech2cosmos")


def _has_errors(job: Job, tally: FileTally) -> bool:
    return bool(tally.failed or tally.failed_reports or _speech_failed(job))


def _speech_failed(job: Job) -> bool:
    return job.report is not None and bool(job.report.failed_transcriptions_count or job.report.failures)


def _has_report(job: Job) -> bool:
    return job.report is not None and job.report.run >= job.reprocess_from


def _counted(job: Job) -> int | None:
    return job.report.successful_transcriptions_count if job.report is not None else None


def _progress(job: Job) -> str:
    if job.files.expected is None:
        return "its files are not listed"
    if job.files.ingested + job.files.failed < job.files.expected:
        return f"only {job.files.ingested} of {job.files.expected} files are in"
    return "its report is not in"


def _progressed(job: Job) -> Job:
    """Return the document of a job that moved: what was retried was not in vain, so its trouble is over."""
    retry = job.retry
    over = retry is not None and retry.at is None and retry.code not in OF_LISTS
    return _without_retry(job) if over else job


def _ended(job: Job, event: Event, failure: Failure | None, now: datetime) -> Job:
    status = next_status(job.status, event)
    return msgspec.structs.replace(job, status=status, failure=failure, retry=None, ended_at=utc(now))


def _waits_for_report(job: Job) -> bool:
    return job.status is Status.FAILED and job.retry is not None


def _without_retry(job: Job) -> Job:
    return msgspec.structs.replace(job, retry=None)
