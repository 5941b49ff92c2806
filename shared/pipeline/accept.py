"""accept_job: what the user enqueued becomes the job's document."""

from dataclasses import dataclass

from shared.domain.messages import JOBS_QUEUE, Enqueued, decode_enqueued
from shared.domain.transitions import enqueue
from shared.domain.urls import HostRule
from shared.errors import Conflict, InvalidMessage
from shared.pipeline.ports import Clock, Jobs
from shared.pipeline.signals import Log, Signal, about
from shared.pipeline.throttle import unless_throttled

log = Log(__name__)


@dataclass(frozen=True)
class AcceptJob:
    """Use case of the queue that users send to. `queue`: its name, for the log."""

    jobs: Jobs
    clock: Clock
    hosts: HostRule
    queue: str = JOBS_QUEUE

    def __call__(self, body: bytes, attempt: int = 1) -> bool:
        """Create the job's document, or start it over, or do nothing if it is under way or done.

        Return False after throttling: the message is to be sent anew. `attempt` counts its deliveries from 1.
        Raises InvalidMessage that says what is wrong with the message; Transient.
        """
        try:
            enqueued = decode_enqueued(body, self.hosts)
        except InvalidMessage as error:
            log.error("queue %s: %s", self.queue, error, signal=Signal.FAILED, attempt=attempt, error=error.code)
            raise
        with about(enqueued.job_id):
            return unless_throttled(self.clock, attempt, lambda: self._accept(enqueued))

    def _accept(self, enqueued: Enqueued) -> None:
        now = self.clock.now()
        known = self.jobs.get(enqueued.job_id)
        if known is None:
            fresh = enqueue(None, enqueued, now)
            assert fresh is not None, "the table lets every new job begin"  # noqa: S101 - narrows the type
            try:
                self.jobs.create(fresh)
            except Conflict:
                log.info("job %s: accepted by another delivery of the same id", enqueued.job_id)
            else:
                log.info("job %s: accepted", enqueued.job_id, signal=Signal.ACCEPTED)
            return
        written = self.jobs.update(enqueued.job_id, lambda job: enqueue(job, enqueued, now))
        if written is None:
            log.info("job %s: enqueued again while %s: nothing to do", enqueued.job_id, known.status)
        else:
            log.info(
                "job %s: starts over after %s, run %d",
                *(enqueued.job_id, known.status, written.run),
                signal=Signal.ACCEPTED,
            )
