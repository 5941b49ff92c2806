"""After the last delivery of a message: its file or listing is put off to the job's next listing, or given up."""

from dataclasses import dataclass

from shared.domain.documents import FAILURE_ID, FileFailure, FileKey, utc
from shared.domain.forgotten import ForgottenJob, StoredJob
from shared.domain.ingesting import is_fetched, report_given_up, unlistable, while_fetched
from shared.domain.job import Failure, Job, RetryCode, Status
from shared.domain.messages import FetchFile, ListJobFiles, encode
from shared.domain.patience import Patience, given_up, is_over, put_off
from shared.domain.speech_api import KIND_REPORT
from shared.pipeline.ingest import Ingest
from shared.pipeline.milestones import tell_end
from shared.pipeline.ports import Clock, Jobs
from shared.pipeline.signals import Log, Signal

log = Log(__name__)


@dataclass(frozen=True)
class _Verdict:
    """The decision about a file. `failure`: why it is given up, or None. `at`: when its job is listed again."""

    failure: Failure | None
    at: str | None = None


def put_off_file(  # noqa: PLR0913 - the failure's own properties
    ingest: Ingest, patience: Patience, message: FetchFile, words: str, *, attempts: int, raw: str | None
) -> bool:
    """Note a retry in the job's document, or give the file up if its retries are over. Return whether it was given up.

    Does nothing for a file that is in, or that this run has given up already, and for a job that ended, started over or
    was erased. A file whose job has no document of this run is given up. Raises Transient.
    """
    if ingest.is_in_after_all(message):
        return False
    failed_run = ingest.transcripts.failure_run(FileKey(message.job_id, message.file_id))
    if failed_run is not None and failed_run >= message.run:
        return False
    verdict = _Verdict(Failure("GivenUp", words, "speech2cosmos"))

    def change(job: StoredJob) -> StoredJob | None:
        nonlocal verdict
        if job.run < message.run:
            return None
        verdict = _Verdict(None)
        if isinstance(job, ForgottenJob) or not is_fetched(job, message.run):
            return None
        now = ingest.clock.now()
        if is_over(job, RetryCode.FETCH_FAILED, patience, now):
            verdict = _Verdict(given_up(job, "GivenUp", words, now))
            return None
        changed = put_off(job, RetryCode.FETCH_FAILED, words, patience, now)
        verdict = _Verdict(None, changed.retry.at if changed.retry else None)
        return None if changed == job else changed

    ingest.jobs.exchange(message.job_id, change)
    if verdict.failure is not None:
        give_up(ingest, message, verdict.failure.code, verdict.failure.message, attempts=attempts, raw=raw)
    elif verdict.at is not None:
        log.warning(
            "job %s file %s: failed %d times, its job's files are listed again at %s: %s",
            *(message.job_id, message.file_id, attempts, verdict.at, words),
            signal=Signal.FAILED,
            attempt=attempts,
            error=RetryCode.FETCH_FAILED,
        )
    return verdict.failure is not None


def put_off_listing(jobs: Jobs, clock: Clock, patience: Patience, message: ListJobFiles, words: str) -> None:
    """Note a retry of the listing in the job's document, or let the job expire if its retries are over."""

    def change(job: Job) -> Job:
        return unlistable(job, words, patience, clock.now())

    job_id = message.job_id
    written = jobs.update(job_id, while_fetched(message.run, change))
    if written is None:
        return
    if written.retry is not None:
        log.warning(
            "job %s: its files cannot be listed, they are listed again at %s: %s",
            *(job_id, written.retry.at, words),
            signal=Signal.FAILED,
            error=written.retry.code,
        )
    elif written.status is not Status.FAILED and written.failure is not None:
        log.error("job %s: %s", job_id, written.failure.message, signal=Signal.GIVEN_UP, error=written.failure.code)
    tell_end(written)


def give_up(  # noqa: PLR0913 - the failure's own properties
    ingest: Ingest, message: FetchFile, code: str, words: str, *, attempts: int, raw: str | None
) -> None:
    """Write the file's failure document, unless the file is in or a later run has given it up too."""
    if ingest.is_in_after_all(message):
        return
    failed_run = ingest.transcripts.failure_run(FileKey(message.job_id, message.file_id))
    if failed_run is not None and failed_run > message.run:
        return
    log.error(
        "job %s file %s: given up: %s: %s",
        *(message.job_id, message.file_id, code, words),
        signal=Signal.GIVEN_UP,
        attempt=attempts,
        error=code,
    )
    ingest.transcripts.put_failure(
        FileFailure(
            id=FAILURE_ID,
            job_id=message.job_id,
            file_id=message.file_id,
            run=message.run,
            kind=message.kind,
            name=message.name,
            code=code,
            message=words,
            attempts=attempts,
            raw=raw,
            failed_at=utc(ingest.clock.now()),
            queue_message=encode(message),
        )
    )
    if message.kind == KIND_REPORT:
        ingest.jobs.update(message.job_id, report_given_up)
    # Another delivery of the same message may have written the head meanwhile, after it looked for a failure.
    ingest.is_in_after_all(message)
