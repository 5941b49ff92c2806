"""record_poison: what was given up is kept, with the reason, where it is looked for."""

from dataclasses import dataclass
from functools import partial

from shared.domain.documents import utc
from shared.domain.job import Rejected
from shared.domain.messages import (
    JOBS_QUEUE,
    Enqueued,
    FetchFile,
    ListJobFiles,
    Work,
    decode_enqueued,
    decode_work,
    kept_text_of,
    message_hash,
)
from shared.domain.split import FileKey
from shared.domain.transitions import listing_given_up, while_ingesting
from shared.domain.urls import HostRule
from shared.errors import InvalidMessage
from shared.pipeline.give_up import give_up
from shared.pipeline.ingest import Ingest
from shared.pipeline.ports import Clock, Jobs, Transcripts
from shared.pipeline.signals import Log, Signal, about
from shared.pipeline.throttle import unless_throttled

log = Log(__name__)

KEPT_BYTES = 4096
"""How much of a rejected message is kept."""

_NO_WORDS = "every attempt ended before it could say why: the process was killed or ran out of time"


@dataclass(frozen=True)
class RecordPoison:
    """Use case of the poison queues. `jobs_queue`: the queue that users send to; any other holds the app's messages."""

    jobs: Jobs
    transcripts: Transcripts
    ingest: Ingest
    clock: Clock
    hosts: HostRule
    max_attempts: int
    jobs_queue: str = JOBS_QUEUE

    def __call__(self, queue: str, body: bytes, attempt: int = 1) -> bool:
        """Write why the message of `queue` was given up: a `rejected` document, a file's or a job's failure.

        Return False after throttling: the message is to be sent anew. `attempt` counts its deliveries from 1.
        """
        try:
            message = decode_enqueued(body, self.hosts) if queue == self.jobs_queue else decode_work(body)
        except InvalidMessage as error:
            code, reason = error.code, str(error)
            return unless_throttled(self.clock, attempt, lambda: self._reject(queue, body, code, reason))
        with about(message.job_id, message.file_id if isinstance(message, FetchFile) else None):
            return unless_throttled(self.clock, attempt, lambda: self._record(queue, body, message))

    def _record(self, queue: str, body: bytes, message: Enqueued | Work) -> None:
        match message:
            case FetchFile():
                self._file(message)
            case ListJobFiles():
                self._listing(message)
            case _:
                reason = f"job {message.job_id} could not be accepted {self.max_attempts} times; the log says why"
                self._reject(queue, body, "GivenUp", reason)

    def _reject(self, queue: str, body: bytes, code: str, reason: str) -> None:
        text = kept_text_of(body)
        kept = text.encode()[:KEPT_BYTES].decode("utf-8", "ignore")
        log.error("queue %s: rejected a message: %s", queue, reason, signal=Signal.REJECTED, error=code)
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
        if self.ingest.is_in_after_all(message):
            return
        recorded = self.transcripts.failure(key)
        if recorded is not None and recorded.run >= message.run:
            return
        give_up(self.ingest, message, "GivenUp", _NO_WORDS, attempts=self.max_attempts, raw=None)

    def _listing(self, message: ListJobFiles) -> None:
        words = f"listing its files failed {self.max_attempts} times: {_NO_WORDS}"
        change = while_ingesting(message.run, partial(listing_given_up, words=words))
        written = self.jobs.update(message.job_id, change)
        if written is not None and written.failure is not None:
            log.error("job %s: %s", message.job_id, written.failure.message, signal=Signal.GIVEN_UP)
