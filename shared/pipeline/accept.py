"""accept_job: what the user enqueued becomes the job's document, or those of several jobs."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from shared.domain.enqueued import Enqueued, decode_enqueued, without_first
from shared.domain.job import Job
from shared.domain.messages import JOBS_QUEUE
from shared.domain.transitions import enqueue
from shared.errors import Conflict, InvalidMessage, Transient
from shared.pipeline.ports import Clock, Jobs
from shared.pipeline.signals import Log, Signal, about
from shared.pipeline.throttle import unless_throttled

log = Log(__name__)


@dataclass(frozen=True)
class AcceptJob:
    """Use case of the queue that users send to. `queue`: its name, for the log."""

    jobs: Jobs
    clock: Clock
    queue: str = JOBS_QUEUE

    def __call__(self, body: bytes, attempt: int = 1, sent_at: datetime | None = None) -> str | None:
        """Create each job's document, or start it over, or do nothing if it is under way or done.

        Return the text to send anew after throttling: the message, of an array the entries that are left.
        `attempt` counts the deliveries of the message from 1. `sent_at` is when it was put on the queue: with it, a
        message that is delivered again changes nothing for the jobs that it began, even if they have ended meanwhile.
        Raises InvalidMessage that says what is wrong with the message, before any of its jobs is begun; Transient.
        """
        try:
            jobs = decode_enqueued(body)
        except InvalidMessage as error:
            log.error("queue %s: %s", self.queue, error, signal=Signal.FAILED, attempt=attempt, error=error.code)
            raise
        failed: list[Exception] = []
        for done, enqueued in enumerate(jobs):
            with about(enqueued.job_id):
                try:
                    if not unless_throttled(self.clock, attempt, partial(self._accept, enqueued, sent_at)):
                        if failed:
                            break  # the whole message comes again, since a job that failed stands before this one
                        return without_first(body, done)
                except Transient:
                    raise  # of a service, so the other jobs would fail too
                except Exception as error:  # noqa: BLE001 - a bulkhead: one job never stops another
                    failed.append(error)
        if failed:
            raise failed[0]  # the others are accepted; the message comes again, and at last is kept as rejected
        return None

    def _accept(self, enqueued: Enqueued, sent_at: datetime | None) -> None:
        now = self.clock.now()
        if self.jobs.get(enqueued.job_id) is None and self._created(enqueued, now):
            return
        read: list[tuple[Job, Job | None]] = []  # the document as each try read it, and what it was to become

        def change(job: Job) -> Job | None:
            changed = enqueue(job, enqueued, now, sent_at)
            if changed is None and (enqueued.reprocess or enqueued.replay):
                # The read may be stale: the job may have ended since. A write under the ETag shows it.
                changed = job
            read.append((job, changed))
            return changed

        written = self.jobs.update(enqueued.job_id, change)
        if not read or (written is None and read[-1][1] is not None):
            raise Transient(f"job {enqueued.job_id} is there and cannot be read yet, or was deleted just now")
        status = read[-1][0].status
        if written is None or written == read[-1][0]:
            log.info("job %s: enqueued again while %s: nothing to do", enqueued.job_id, status)
        else:
            log.info(
                "job %s: starts over after %s, run %d",
                *(enqueued.job_id, status, written.run),
                signal=Signal.ACCEPTED,
            )

    def _created(self, enqueued: Enqueued, now: datetime) -> bool:
        """Create the job's document; False if there is one, which the read before did not show."""
        fresh = enqueue(None, enqueued, now)
        assert fresh is not None, "the table lets every new job begin"  # noqa: S101 - narrows the type
        try:
            self.jobs.create(fresh)
        except Conflict:
            log.info("job %s: was created since it was read, or the read was stale: read again", enqueued.job_id)
            return False
        log.info("job %s: accepted", enqueued.job_id, signal=Signal.ACCEPTED)
        return True
