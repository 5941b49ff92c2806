"""A job as a row of a list."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.cli.terminal.colour import STATUS_COLOURS
from shared.cli.terminal.columns import Column, Row
from shared.cli.terminal.output import failure_text
from shared.cli.terminal.times import age, local_time
from shared.domain.forgotten import ForgottenJob
from shared.domain.job import Job

COLUMNS = (
    Column("name", "displayName of the transcription.", "NAME", wraps=True, rank=3),
    Column("status", "The job's state in Cosmos DB.", "STATUS", colour=lambda value: STATUS_COLOURS.get(str(value))),
    Column("files", "How many of its files are in, and how many were given up: `3 of 5, 1 failed`.", "FILES", rank=2),
    Column("acceptedAt", "When the app took the job up (UTC).", "AGE", rank=4),
    Column("failure", "Who failed, and why: of the job, of a file, or of a source.", wraps=True, rank=1),
    Column("id", "Id of the transcription, and of the job's document.", "ID"),
    Column("speechStatus", "What Speech said last."),
    Column("filesExpected", "Number of files; null until all are listed."),
    Column("filesIngested", "Number of files that are in."),
    Column("filesFailed", "Number of files that were given up."),
    Column("sourcesSucceeded", "Number of recordings that Speech transcribed, by its report."),
    Column("sourcesFailed", "Number of recordings that Speech could not transcribe, by its report."),
    Column("run", "Number of the job's pass, from 1."),
    Column("locale", "Locale of the transcription."),
    Column("createdAt", "When the transcription was created at Speech.", cell=local_time),
    Column("endedAt", "When the job ended (UTC); null before.", cell=local_time),
    Column("forgottenAt", "When the job, or last a recording of it, was erased (UTC); null: never.", cell=local_time),
    Column("failureOrigin", "Who failed: Speech or speech2cosmos."),
    Column("failureCode", "Code of the failure."),
    Column("failureMessage", "Text of the failure.", wraps=True),
    Column("retryCode", "Why the job's files are listed again."),
    Column("retryAt", "When they are listed again (UTC).", cell=local_time),
)


def columns_of(now: datetime, *, with_failure: bool, erased: bool = False) -> Sequence[Column]:
    """Return the columns of a list of jobs. `now`: what ages count from.

    `with_failure`: the table says why too. `erased`: the jobs were erased, so the table has little else than when.
    """
    if erased:
        of_tombstone = {"forgottenAt": "ERASED", "id": "ID", "status": "STATUS", "run": "RUN"}
        return [replace(column, title=of_tombstone.get(column.field)) for column in COLUMNS]
    own = {
        "acceptedAt": lambda column: replace(column, cell=lambda value: age(value, now)),
        "failure": lambda column: replace(column, title="FAILURE" if with_failure else None),
    }
    return [own.get(column.field, lambda it: it)(column) for column in COLUMNS]


def row_of_tombstone(tombstone: ForgottenJob) -> Row:
    """Return the fields of a job that was erased: all others are null."""
    known = {"id": tombstone.id, "status": tombstone.status, "run": tombstone.run}
    return {**dict.fromkeys(column.field for column in COLUMNS), **known, "forgottenAt": tombstone.forgotten_at}


def row_of(job: Job) -> Row:
    """Return a job's fields."""
    files, failure, retry, report = job.files, job.failure, job.retry, job.report
    return {
        "name": job.display_name,
        "status": job.status,
        "files": files_text(job),
        "acceptedAt": job.accepted_at,
        "failure": _why(job),
        "id": job.id,
        "speechStatus": job.speech_status,
        "filesExpected": files.expected,
        "filesIngested": files.ingested,
        "filesFailed": files.failed,
        "sourcesSucceeded": report and report.successful_transcriptions_count,
        "sourcesFailed": report and report.failed_transcriptions_count,
        "run": job.run,
        "locale": job.locale,
        "createdAt": job.created_date_time,
        "endedAt": job.ended_at,
        "forgottenAt": job.forgotten_at or None,
        "failureOrigin": failure and failure.origin,
        "failureCode": failure and failure.code,
        "failureMessage": failure and failure.message,
        "retryCode": retry and retry.code,
        "retryAt": retry and retry.at,
    }


def _why(job: Job) -> str | None:
    """Return the job's own failure, else the first of its files and sources."""
    if job.failure:
        return failure_text(job.failure)
    if job.files.failures:
        first = job.files.failures[0]
        return f"speech2cosmos: {first.code}: {first.message}"
    if job.report and job.report.failures:
        source = job.report.failures[0]
        return f"Speech: {source.error_kind}: {source.error_message}"
    return None


def files_text(job: Job) -> str:
    """Return how many of a job's files are in: `3 of 5, 1 failed`. A job that lists no files yet has `-`."""
    files = job.files
    if files.expected is None and not files.ingested and not files.failed:
        return "-"
    failed = f", {files.failed} failed" if files.failed else ""
    return f"{files.ingested} of {'?' if files.expected is None else files.expected}{failed}"
