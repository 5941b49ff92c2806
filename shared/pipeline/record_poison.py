"""record_poison: handles a message whose five deliveries failed. It notes a retry, or records why it gave up."""

from dataclasses import dataclass
from functools import partial

from shared.domain.documents import utc
from shared.domain.enqueued import decode_enqueued
from shared.domain.job import Rejected
from shared.domain.message_text import kept_text_of, message_hash
from shared.domain.messages import JOBS_QUEUE, FetchFile, FetchPage, ListJobFiles, Work, decode_work
from shared.domain.patience import Patience
from shared.errors import InvalidMessage, Permanent
from shared.pipeline.accept import AcceptJob
from shared.pipeline.ingest import Ingest
from shared.pipeline.ports import Clock, Jobs, Transcripts
from shared.pipeline.put_off import put_off_file, put_off_listing
from shared.pipeline.signals import Log, Signal, about
from shared.pipeline.throttle import unless_throttled

log = Log(__name__)

_NO_WORDS = "every attempt ended before it could say why: the process was killed or ran out of time"


@dataclass(frozen=True)
class RecordPoison:
    """Use case of the poison queues. `jobs_queue`: the queue that users send to; other queues have the app's messages.

    A message of a poison queue has no last delivery: if it fails, the host delivers it again after ten minutes
    (docs/decisions/0028-the-hosts-own-listener.md). So a message that raises Transient here waits until Cosmos DB
    answers.
    """

    jobs: Jobs
    transcripts: Transcripts
    ingest: Ingest
    clock: Clock
    accept: AcceptJob
    max_attempts: int
    patience: Patience
    jobs_queue: str = JOBS_QUEUE

    def __call__(self, queue: str, body: bytes, attempt: int = 1) -> bool:
        """Handle a message of the poison queue of `queue`. `attempt`: the number of this delivery, from 1.

        A user's message is accepted now. For a message of the app a retry is noted, or its file or job is given up. A
        message that cannot be understood becomes a `rejected` document.

        Returns False after throttling: the message has to be sent again. Logs and raises Transient and unexpected
        errors: the message is delivered again later.
        """
        try:
            message = decode_enqueued(body) if queue == self.jobs_queue else decode_work(body)
        except InvalidMessage as error:
            return unless_throttled(self.clock, attempt, partial(self._reject, queue, body, error))
        if isinstance(message, list):
            return self._accepted(queue, body, attempt)
        with about(message.job_id, message.file_id if isinstance(message, FetchFile) else None):
            return unless_throttled(self.clock, attempt, partial(self._recorded, queue, body, message))

    def _accepted(self, queue: str, body: bytes, attempt: int) -> bool:
        try:
            return self.accept(body, attempt) is None
        except Permanent as error:
            return unless_throttled(self.clock, attempt, partial(self._reject, queue, body, error))

    def _recorded(self, queue: str, body: bytes, message: Work) -> None:
        try:
            self._put_off(message)
        except Permanent as error:
            # Such as an unreadable document. The message is kept, so that an operator can send it again after a repair.
            self._reject(queue, body, Permanent(f"it cannot be recorded with its job: {error}", "NotRecorded"))

    def _put_off(self, message: Work) -> None:
        match message:
            case FetchFile():
                self._file(message)
            case FetchPage():
                for file in message.alone():
                    with about(file.job_id, file.file_id):
                        self._file(file)
            case ListJobFiles():
                words = f"listing its files failed {self.max_attempts} times: {_NO_WORDS}"
                put_off_listing(self.jobs, self.clock, self.patience, message, words)

    def _file(self, message: FetchFile) -> None:
        if self.ingest.erased.with_its_job(message, self.jobs.find(message.job_id)):
            return
        put_off_file(self.ingest, self.patience, message, _NO_WORDS, attempts=self.max_attempts, raw=None)

    def _reject(self, queue: str, body: bytes, why: Permanent) -> None:
        text = kept_text_of(body)
        log.error("queue %s: rejected a message: %s", queue, why, signal=Signal.REJECTED, error=why.code)
        self.jobs.reject(
            Rejected(
                id=f"rejected_{message_hash(queue, text)}",
                queue=queue,
                message=text,
                code=why.code,
                reason=str(why),
                entry=why.entry if isinstance(why, InvalidMessage) else None,
                entry_index=why.index if isinstance(why, InvalidMessage) else None,
                rejected_at=utc(self.clock.now()),
            )
        )
