"""Keeps erased recordings erased: what a late delivery writes beside a tombstone is removed (docs/decisions/0062)."""

from dataclasses import dataclass

from shared.domain.documents import FileKey
from shared.domain.forgotten import ForgottenJob, StoredJob, forgotten_file
from shared.domain.job import Job
from shared.domain.messages import FetchFile
from shared.pipeline.ports import Clock, Jobs, RawArchive, Transcripts
from shared.pipeline.signals import Log, Signal

log = Log(__name__)


@dataclass(frozen=True)
class Erased:
    """Removes parts, failure and raw results of recordings that were erased. Repeating it changes nothing."""

    jobs: Jobs
    transcripts: Transcripts
    archive: RawArchive
    clock: Clock

    def beside(self, key: FileKey, run: int) -> None:
        """Remove what lies beside a file's tombstone, which has this run.

        Does nothing if the job was reprocessed since: then it may belong to a delivery that writes the file again.
        Raises Transient.
        """
        job = self.jobs.find(key.job_id)
        if isinstance(job, Job) and job.reprocess_from > run:
            return
        log.info("job %s file %s: was erased on request", key.job_id, key.file_id)
        self._clear(key)

    def with_its_job(self, message: FetchFile, job: StoredJob | None) -> bool:
        """Return whether the whole job of a late message was erased. If it was, erase what was written of the file.

        `job`: as it is stored. A file of which nothing was known at the erasure has no tombstone. It gets one if a late
        delivery wrote a head.
        Raises Conflict if a delivery writes the head meanwhile, and Transient.
        """
        if not isinstance(job, ForgottenJob) or job.run < message.run:
            return False
        key = FileKey(message.job_id, message.file_id)
        stored = self.transcripts.head(key)
        if stored is not None and not stored.forgotten:
            log.warning(
                "job %s file %s: was written after its job was erased: erased again",
                *(key.job_id, key.file_id),
                signal=Signal.REPAIRED,
                repair="erased",
            )
            self.transcripts.forget(forgotten_file(key, job.run, self.clock.now()), stored.etag)
        else:
            log.info("job %s file %s: was erased on request", key.job_id, key.file_id)
        self._clear(key)
        return True

    def _clear(self, key: FileKey) -> None:
        self.transcripts.clear(key)
        self.archive.remove(f"{key.job_id}/{key.file_id}/")
