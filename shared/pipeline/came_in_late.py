"""Handles a file that is in after it was given up: its message was sent again or came late, or its job was replayed."""

from shared.domain.documents import FileKey
from shared.domain.ingesting import came_in_late
from shared.domain.job import NO_RUN, Job, Status
from shared.errors import Transient
from shared.pipeline.ports import Clock, Jobs, Transcripts
from shared.pipeline.signals import Log, Signal

log = Log(__name__)


def came_in(jobs: Jobs, transcripts: Transcripts, clock: Clock, key: FileKey, in_run: int) -> None:
    """After run `in_run` wrote a file, have its job counted again, then delete the file's failure document.

    After a crash between these two steps the failure is still there, and the next delivery repeats both. A file without
    a failure costs only the read of 1 RU. Raises Transient.
    """
    failed_run = transcripts.failure_run(key)
    if failed_run is None:
        return
    seen: list[Job] = []

    def run_of(job: Job) -> int:
        # A failure that cannot be read may be of any run. The job is then counted again, at worst once too often.
        return job.run if failed_run == NO_RUN else failed_run

    def change(job: Job) -> Job | None:
        if job.run < failed_run:
            # A failure's run is never later than its job's, so this read is stale.
            raise Transient(f"job {job.id}: run {failed_run} is not to be seen in Cosmos DB yet")
        if seen and job.status is Status.INGESTING:
            return None  # another writer updated the job after the file was in, which is enough: docs/decisions/0011
        seen.append(job)
        return came_in_late(job, run_of(job), in_run, clock.now())

    jobs.update(key.job_id, change)
    if any(job.run == run_of(job) and in_run < job.reprocess_from for job in seen):
        return  # a reprocess gave the file up, so the older version that is in does not count
    transcripts.clear_failure(key)
    log.warning(
        "job %s file %s: is in now, so its failure document is deleted", key.job_id, key.file_id, signal=Signal.REPAIRED
    )
