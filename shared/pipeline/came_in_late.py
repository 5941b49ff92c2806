"""A file that was given up is in after all: its message was sent again, or delivered late, or its job replayed."""

from shared.domain.ingesting import came_in_late
from shared.domain.job import NO_RUN, Job, Status
from shared.domain.split import FileKey
from shared.errors import Transient
from shared.pipeline.ports import Clock, Jobs, Transcripts
from shared.pipeline.signals import Log, Signal

log = Log(__name__)


def came_in(jobs: Jobs, transcripts: Transcripts, clock: Clock, key: FileKey, in_run: int) -> None:
    """Make the job count again, then delete the failure of a file that `in_run` wrote. Without a failure it is 1 RU.

    In this order a crash between the two steps leaves the failure, and the next delivery repeats both.
    Raises Transient.
    """
    failed_run = transcripts.failure_run(key)
    if failed_run is None:
        return
    seen: list[Job] = []

    def run_of(job: Job) -> int:
        # A failure that cannot be read may be of any run. If it is not of this one, the job is counted once in vain.
        return job.run if failed_run == NO_RUN else failed_run

    def change(job: Job) -> Job | None:
        if job.run < failed_run:
            # The failure's run is the job's or an earlier one, so this read is stale.
            raise Transient(f"job {job.id}: run {failed_run} is not to be seen in Cosmos DB yet")
        if seen and job.status is Status.INGESTING:
            return None  # another writer updated it after the file was in, which is enough: docs/decisions/0011
        seen.append(job)
        return came_in_late(job, run_of(job), in_run, clock.now())

    jobs.update(key.job_id, change)
    if any(job.run == run_of(job) and in_run < job.reprocess_from for job in seen):
        return  # the reprocess was given up, and the file is still to be written again
    transcripts.clear_failure(key)
    log.warning(
        "job %s file %s: is in after all, its failure is deleted", key.job_id, key.file_id, signal=Signal.REPAIRED
    )
