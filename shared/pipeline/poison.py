"""record_poison: what was given up is kept, with the reason, where it is looked for."""

import logging
from dataclasses import dataclass

import msgspec

from shared.domain.documents import utc
from shared.domain.job import Failure, Job, Rejected, Status
from shared.domain.messages import (
    JOBS_QUEUE,
    FetchFile,
    ListJobFiles,
    decode_enqueued,
    decode_work,
    message_hash,
    text_of,
)
from shared.domain.split import FileKey
from shared.domain.urls import HostRule
from shared.errors import InvalidMessage
from shared.pipeline.give_up import give_up
from shared.pipeline.ingest import Ingest
from shared.pipeline.ports import Clock, Jobs, Transcripts

log = logging.getLogger(__name__)

KEPT_BYTES = 4096
"""How much of a rejected message is kept."""

_NO_WORDS = "every attempt ended before it could say why: the process was killed or ran out of time"


@dataclass(frozen=True)
class RecordPoison:
    """Use case of the poison queues."""

    jobs: Jobs
    transcripts: Transcripts
    ingest: Ingest
    clock: Clock
    hosts: HostRule
    max_attempts: int

    def __call__(self, queue: str, body: bytes) -> None:
        """Write why the message of `queue` was given up: a `rejected` document, a file's or a job's failure."""
        try:
            message = decode_enqueued(body, self.hosts) if queue == JOBS_QUEUE else decode_work(body)
        except InvalidMessage as error:
            self._reject(queue, body, error.code, str(error))
            return
        match message:
            case FetchFile():
                self._file(message)
            case ListJobFiles():
                self._listing(message)
            case _:
                reason = f"job {message.job_id} could not be accepted {self.max_attempts} times; the log says why"
                self._reject(queue, body, "GivenUp", reason)

    def _reject(self, queue: str, body: bytes, code: str, reason: str) -> None:
        text = text_of(body)
        kept = text.encode()[:KEPT_BYTES].decode("utf-8", "ignore")
        log.error("queue %s: rejected a message: %s", queue, reason)
        self.jobs.reject(
            Rejected(
                id=f"rejected_{message_hash(queue, text)}",
                queue=queue,
                message=kept,
                code=code,
                reason=reason,
                rejected_at=utc(self.clock.now()),
            )
        )

    def _file(self, message: FetchFile) -> None:
        key = FileKey(message.job_id, message.file_id)
        recorded = self.transcripts.failure(key)
        if recorded is not None and recorded.run >= message.run:
            return
        give_up(self.ingest, message, "GivenUp", _NO_WORDS, attempts=self.max_attempts, raw=None)

    def _listing(self, message: ListJobFiles) -> None:
        words = f"listing its files failed {self.max_attempts} times; it is tried again after REQUEUE_MINUTES"
        failure = Failure("ListingGivenUp", words, "speech2cosmos")

        def change(job: Job) -> Job | None:
            wanted = job.status is Status.INGESTING and job.run == message.run
            return msgspec.structs.replace(job, failure=failure) if wanted else None

        if self.jobs.update(message.job_id, change) is not None:
            log.error("job %s: %s", message.job_id, words)
