"""accept_job: creates the documents of the jobs that a user enqueued, or starts these jobs over."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from shared.domain.enqueued import Enqueued, decode_enqueued, without_first
from shared.domain.forgotten import StoredJob
from shared.domain.messages import JOBS_QUEUE
from shared.domain.transitions import enqueue
from shared.errors import Conflict, InvalidMessage, Transient
from shared.pipeline.ports import Clock, Jobs
from shared.pipeline.signals import Log, Signal, about
from shared.pipeline.throttle import unless_throttled

log = Log(__name__)


@dataclass(frozen=True)
class AcceptJob:
    """Use case of the queue that users send to. `queue`: the queue's name, for the log."""

    jobs: Jobs
    clock: Clock
    queue: str = JOBS_QUEUE

    def __call__(self, body: bytes, attempt: int = 1, sent_at: datetime | None = None) -> str | None:
        """Create each job's document, or start the job over; do nothing for a job that is under way or done.

        Returns None, or after throttling the text to send again: of an array only the remaining entries.

        `attempt`: the number of this delivery, from 1. `sent_at`: when the message was sent to the queue. With it a
        second delivery is idempotent, even if the jobs that the first one started have ended since.

        Raises InvalidMessage before any job is started, and Transient.
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
                            break  # the whole message is delivered again, because it has a failed job before this one
                        return without_first(body, done)
                except Transient:
                    raise  # a service failed, so the other jobs would fail too
                except Exception as error:  # noqa: BLE001 - a bulkhead: one job never stops another
                    failed.append(error)
        if failed:
            raise failed[0]  # the others are accepted; after the last delivery the message is recorded as rejected
        return None

    def _accept(self, enqueued: Enqueued, sent_at: datetime | None) -> None:
        now = self.clock.now()
        if self.jobs.find(enqueued.job_id) is None and self._created(enqueued, now):
            return
        read: list[tuple[StoredJob, StoredJob | None]] = []  # for each try: as read, and as to be written

        def change(job: StoredJob) -> StoredJob | None:
            changed: StoredJob | None = enqueue(job, enqueued, now, sent_at)
            if changed is None and (enqueued.reprocess or enqueued.replay):
                # The read may be stale, and the job may have ended since. A write with the ETag detects this.
                changed = job
            read.append((job, changed))
            return changed

        written = self.jobs.exchange(enqueued.job_id, change)
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
        """Create the job's document. Returns False if it exists already, although the read before found none."""
        fresh = enqueue(None, enqueued, now)
        assert fresh is not None, "the state table accepts every new job"  # noqa: S101 - narrows the type
        try:
            self.jobs.create(fresh)
        except Conflict:
            log.info("job %s: was created since it was read, or the read was stale: read again", enqueued.job_id)
            return False
        log.info("job %s: accepted", enqueued.job_id, signal=Signal.ACCEPTED)
        return True
