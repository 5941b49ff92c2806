"""Decisions about a job whose files are fetched: each function maps its document and an observation to the next one."""

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
from shared.domain.patience import OF_LISTS, Patience, given_up, is_over, lists_had_time, put_off, stalled


class FileTally(msgspec.Struct, frozen=True):
    """What container `transcripts` holds of a job's current run."""

    ingested: int
    failed: int
    failed_reports: int
    failures: list[FailedFile]

    @property
    def done(self) -> int:
        """Distinct files, the report not counted, that are in or were given up."""
        return self.ingested + self.failed


def while_ingesting(run: int, change: Callable[[Job], Job]) -> Callable[[Job], Job | None]:
    """Return a change that applies only while the job is ingesting in this run, and else returns None.

    Between reading a job and writing it, another instance may have ended it or started it over.
    """
    return lambda job: change(job) if job.status is Status.INGESTING and job.run == run else None


def is_fetched(job: Job, run: int) -> bool:
    """Return whether this run still fetches files: those of an ingesting job, or the report of a failed job."""
    return job.run == run and (job.status is Status.INGESTING or _waits_for_report(job))


def while_fetched(run: int, change: Callable[[Job], Job]) -> Callable[[Job], Job | None]:
    """Return a change that applies only while `is_fetched` is true for this run, and else returns None."""
    return lambda job: change(job) if is_fetched(job, run) else None


def listed(job: Job, expected: int, reports: int, now: datetime, loops: str | None = None) -> Job:
    """Return the job's document after the last page of its files was listed.

    `expected`, `reports`: distinct ids of transcription files, and of reports. `loops`: in which way the list leads in
    a circle, if it does. A failed job waits only for its report.
    """
    if job.status is Status.FAILED:
        return _without_retry(job) if not reports else job
    files = msgspec.structs.replace(job.files, expected=expected, reports=reports)
    failure = None if loops is None else Failure(LISTING_LOOPS, loops, "speech2cosmos")
    return msgspec.structs.replace(job, files=files, moved_at=utc(now), listed_at=utc(now), failure=failure)


def unlistable(job: Job, message: str, patience: Patience, now: datetime) -> Job:
    """Return the job's document after its files could not be listed: the retry is noted, or the job expires."""
    if not is_over(job, RetryCode.LISTING_FAILED, patience, now):
        return put_off(job, RetryCode.LISTING_FAILED, message, patience, now)
    if job.status is Status.FAILED:
        return _without_retry(job)
    failure = job.failure or given_up(job, LISTING_GIVEN_UP, message, now)
    return _ended(job, Event.GIVEN_UP, failure, now)


def vanished(job: Job, message: str, now: datetime) -> Job:
    """Return the job's document after Speech answered 404 when its files were to be listed."""
    if job.status is Status.FAILED:
        return _without_retry(job)
    return _ended(job, Event.STILL_MISSING, given_up(job, "NotFound", message, now), now)


def came_in_late(job: Job, run: int, in_run: int, now: datetime) -> Job | None:
    """Return the job's document after run `in_run` wrote a file that was given up in `run`, to be counted again.

    None if nothing has to change: the job is in another run, which counts the file itself, or a user has asked to write
    the file again. An ingesting job is written as well: the timer may have counted before the file was in, and the new
    ETag keeps it from ending the job by that old count.
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
    """Return the job's document after its report was written. A failed job waits for nothing else."""
    job = msgspec.structs.replace(job, report=report, moved_at=utc(now))
    return _without_retry(job) if job.status is Status.FAILED else job


def report_given_up(job: Job) -> Job | None:
    """Return a failed job's document after its report was given up; None for other jobs, where `settle` counts it."""
    return _without_retry(job) if _waits_for_report(job) else None


def expired(job: Job, patience: Patience, now: datetime) -> Job | None:
    """Return an ingesting job's document as `expired` if its retries are over; None if it goes on.

    They are over when a listing GIVE_UP_HOURS after the first failure, or later, moved nothing. This needs the job's
    document alone, so a job ends even if its files can never be counted.
    """
    retry = job.retry
    if job.status is not Status.INGESTING or retry is None or retry.at is not None or retry.code in OF_LISTS:
        return None
    if not stalled(job, patience, now) or not is_over(job, retry.code, patience, now):
        return None
    failure = job.failure or given_up(job, "Expired", f"{_progress(job)}: {retry.message}", now)
    return _ended(job, Event.GIVEN_UP, failure, now)


def settle(job: Job, tally: FileTally, patience: Patience, now: datetime) -> Job:
    """Return an ingesting job's document with its files counted. The job ends when every file is in or given up.

    The list alone ends no job: the report has to be in, and its count has to match. Otherwise the files are listed
    again, until list and report agree or MISSING_MINUTES are over.
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
        # The report and our own count agree independently of each other; the list named files that do not exist.
        return _whole(job, tally, now)
    return _ended(job, Event.ALL_IN_WITH_ERRORS, missing, now)


def _whole(job: Job, tally: FileTally, now: datetime) -> Job:
    event = Event.ALL_IN_WITH_ERRORS if _has_errors(job, tally) else Event.ALL_IN
    return _ended(job, event, _cut_short(tally), now)


def _cut_short(tally: FileTally) -> Failure | None:
    """Return the failure of the job if files were given up because Speech deleted it: a new run cannot help then."""
    late = next((each for each in tally.failures if each.code == TIME_TO_LIVE_ENDED), None)
    return None if late is None else Failure(late.code, late.message, "speech2cosmos")


def _is_accounted_for(job: Job, tally: FileTally, patience: Patience, now: datetime) -> bool:
    """Return whether no further file or report is on its way, so that what is missing has to be listed again."""
    if job.files.expected is None:
        return False
    if tally.done < job.files.expected:
        # A list may name files that never come. Then nothing moves, and the report counts exactly what is done.
        return _has_report(job) and tally.done == _counted(job) and _looks_final(job, patience, now)
    return not job.files.reports or _has_report(job) or tally.failed_reports > 0


def _looks_final(job: Job, patience: Patience, now: datetime) -> bool:
    return stalled(job, patience, now) or (job.retry is not None and job.retry.code is RetryCode.FILES_MISSING)


def _missing(job: Job, tally: FileTally) -> Failure | None:
    """Return what is missing or contradictory in Speech's list and report; None if they agree."""
    if job.failure is not None and job.failure.code == LISTING_LOOPS:
        return job.failure
    if tally.failed_reports:
        return None  # the report was listed and given up, so the job ends with errors in any case
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
    """Return the document of a job that moved: its retry had an effect, so the retry is over."""
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
