"""What the state of a job means to a person: a word, a sentence, whose failure it was, and what to do."""

from enum import StrEnum
from typing import NamedTuple

from shared.domain.documents import FileFailure
from shared.domain.job import Job, Status


class Look(StrEnum):
    """The colour and the mark of a state. The word is always beside it."""

    WAITS = "waits"
    MOVES = "moves"
    GOOD = "good"
    PARTLY = "partly"
    BAD = "bad"


WORDS = {
    Status.PENDING: ("pending", Look.WAITS),
    Status.INGESTING: ("ingesting", Look.MOVES),
    Status.COMPLETED: ("completed", Look.GOOD),
    Status.COMPLETED_WITH_ERRORS: ("completed with errors", Look.PARTLY),
    Status.FAILED: ("failed", Look.BAD),
    Status.NOT_FOUND: ("not found", Look.BAD),
    Status.EXPIRED: ("expired", Look.BAD),
}


class Advice(NamedTuple):
    """A command that helps, and what it does."""

    command: str
    does: str


class Meaning(NamedTuple):
    """What a state means. `whose`: the one that failed, if one did. `reason`: its code and message, as they are."""

    headline: str
    sentences: tuple[str, ...] = ()
    whose: str | None = None
    reason: tuple[str, str] | None = None
    advice: Advice | None = None


def meaning(job: Job) -> Meaning:
    """Return what the state of a job means."""
    failed = job.failure
    known = Meaning(
        _headline(job),
        tuple(_sentences(job)),
        whose=failed.origin if failed else None,
        reason=(failed.code, failed.message) if failed else None,
    )
    return known._replace(advice=_advice(job))


def meaning_of_failure(failure: FileFailure) -> Meaning:
    """Return what it means that a file was given up."""
    tries = f"after {failure.attempts} {'attempt' if failure.attempts == 1 else 'attempts'}"
    return Meaning(
        "This recording was given up",
        (f"Run {failure.run} of the job tried it, and gave it up {tries}.",),
        whose="speech2cosmos",
        reason=(failure.code, failure.message),
        advice=Advice(retry_of(failure.job_id, failure.file_id), "tries it again"),
    )


def retry_of(job_id: str, file_id: str | None = None) -> str:
    """Return the command that tries a job, or one file of it, again."""
    return f"speech2cosmos retry {job_id}{f' {file_id}' if file_id else ''}"


def files_in(job: Job) -> str:
    """Return how many files are in: `3 of 5`, or `3` until all are listed."""
    files = job.files
    return f"{files.ingested:,}" if files.expected is None else f"{files.ingested:,} of {files.expected:,}"


def _headline(job: Job) -> str:
    files = job.files
    several = "files are" if files.expected != 1 else "file is"
    return {
        Status.PENDING: "Waiting for Speech",
        Status.INGESTING: "Speech has finished; its files are being listed"
        if files.expected is None
        else f"{files_in(job)} {several} in",
        Status.COMPLETED: "The file is in" if files.ingested == 1 else f"All {files.ingested:,} files are in",
        Status.COMPLETED_WITH_ERRORS: f"{files_in(job)} {several} in",
        Status.FAILED: "Speech could not transcribe this job"
        if _at_speech(job)
        else "speech2cosmos could not follow this job",
        Status.NOT_FOUND: "Speech does not know this job",
        Status.EXPIRED: "speech2cosmos gave this job up",
    }[job.status]


def _sentences(job: Job) -> list[str]:
    said: list[str] = []
    if job.status is Status.PENDING:
        said.append(f"Speech says {job.speech_status}." if job.speech_status else "Speech was not asked yet.")
        if job.missing_since:
            said.append("Speech does not know the job yet. If it was just created, it will.")
    lost = job.report.failed_transcriptions_count if job.report else None
    if job.files.failed:
        said.append(f"{job.files.failed:,} {'was' if job.files.failed == 1 else 'were'} given up by speech2cosmos.")
    if lost:
        said.append(f"Speech could not transcribe {lost:,} of its sources.")
    if job.status is Status.FAILED and _at_speech(job):
        said.append("Trying again does not change its answer: remove the cause, and create a new transcription.")
    if job.status is Status.NOT_FOUND:
        said.append("It was deleted, its time to live is over, or it belongs to another Speech resource.")
    return said


def _at_speech(job: Job) -> bool:
    return job.failure is not None and job.failure.origin == "Speech"


def _advice(job: Job) -> Advice | None:
    match job.status:
        case Status.FAILED if _at_speech(job):
            return Advice(f"speech2cosmos speech status {job.id}", "shows all that Speech says of it")
        case Status.FAILED | Status.NOT_FOUND | Status.EXPIRED:
            return Advice(retry_of(job.id), "tries it again")
        case Status.COMPLETED_WITH_ERRORS if job.files.failed or not job.report:
            return Advice(retry_of(job.id), "tries what was given up again")
        case _:
            return None
