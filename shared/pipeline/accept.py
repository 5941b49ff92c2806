"""accept_job: what the user enqueued becomes the job's document."""

import logging
from dataclasses import dataclass

from shared.domain.messages import JOBS_QUEUE, decode_enqueued
from shared.domain.transitions import enqueue
from shared.domain.urls import HostRule
from shared.errors import Conflict, InvalidMessage
from shared.pipeline.ports import Clock, Jobs

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AcceptJob:
    """Use case of queue `transcription-jobs`."""

    jobs: Jobs
    clock: Clock
    hosts: HostRule

    def __call__(self, body: bytes) -> None:
        """Create the job's document, or start it over, or do nothing if it is under way or done.

        Raises InvalidMessage that says what is wrong with the message; Transient.
        """
        try:
            enqueued = decode_enqueued(body, self.hosts)
        except InvalidMessage as error:
            log.error("queue %s: %s", JOBS_QUEUE, error)  # noqa: TRY400 - ours; the text says it all
            raise
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
                log.info("job %s: accepted", enqueued.job_id)
            return
        written = self.jobs.update(enqueued.job_id, lambda job: enqueue(job, enqueued, now))
        if written is None:
            log.info("job %s: enqueued again while %s: nothing to do", enqueued.job_id, known.status)
        else:
            log.info("job %s: starts over after %s, run %d", enqueued.job_id, known.status, written.run)
