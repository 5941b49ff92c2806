"""A file that was given up comes in after all: requeued, replayed, or delivered late."""

from shared.domain.ingesting import came_in_late
from shared.domain.job import Job, Status
from shared.domain.split import FileKey
from shared.errors import Transient
from shared.pipeline.ports import Clock, Jobs, Transcripts
from shared.pipeline.signals import Log, Signal

log = Log(__name__)


def came_in(jobs: Jobs, transcripts: Transcripts, clock: Clock, key: FileKey, in_run: int) -> None:
    """Let the job count again, then delete the failure, of a file that `in_run` wrote; 1 RU if it has no failure.

    In this order a crash between the two leaves a failure, and the next delivery of the message comes here again.
    Raises Transient.
    """
    failure = transcripts.failure(key)
    if failure is None:
        return
    seen: list[Job] = []

    def change(job: Job) -> Job | None:
        if job.run < failure.run:
            # The failure's run is the job's or an earlier one: a replica that lags behind has answered.
            raise Transient(f"job {job.id}: run {failure.run} is not to be seen in Cosmos DB yet")
        if seen and job.status is Status.INGESTING:
            return None  # somebody wrote it since the file is in, which is as good: see docs/decisions/0011
        seen.append(job)
        return came_in_late(job, failure.run, in_run, clock.now())

    jobs.update(key.job_id, change)
    if any(job.run == failure.run and in_run < job.reprocess_from for job in seen):
        return  # what was given up is the writing anew, and that is still to come
    transcripts.clear_failure(key)
    log.warning(
        "job %s file %s: is in after all, its failure is deleted", key.job_id, key.file_id, signal=Signal.REPAIRED
    )
