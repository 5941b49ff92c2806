"""record_poison: what was given up is kept, with the reason, where it is looked for."""

from dataclasses import dataclass
from functools import partial

from shared.domain.documents import utc
from shared.domain.enqueued import Enqueued, decode_enqueued
from shared.domain.job import Rejected
from shared.domain.message_text import kept_text_of, message_hash
from shared.domain.messages import JOBS_QUEUE, FetchFile, FetchPage, ListJobFiles, Work, decode_work
from shared.domain.split import FileKey
from shared.domain.transitions import listing_given_up, while_ingesting
from shared.errors import InvalidMessage, Permanent
from shared.pipeline.give_up import give_up
from shared.pipeline.ingest import Ingest
from shared.pipeline.ports import Clock, Jobs, Transcripts
from shared.pipeline.signals import Log, Signal, about
from shared.pipeline.throttle import unless_throttled

log = Log(__name__)

_NO_WORDS = "every attempt ended before it could say why: the process was killed or ran out of time"


@dataclass(frozen=True)
class RecordPoison:
    """Use case of the poison queues. `jobs_queue`: the queue that users send to; any other holds the app's messages."""

    jobs: Jobs
    transcripts: Transcripts
    ingest: Ingest
    clock: Clock
    max_attempts: int
    jobs_queue: str = JOBS_QUEUE

    def __call__(self, queue: str, body: bytes, attempt: int = 1) -> bool:
        """Write why the message of `queue` was given up: a `rejected` document, a file's or a job's failure.

        Return False after throttling: the message is to be sent anew. `attempt` counts its deliveries from 1.
        """
        try:
            message = decode_enqueued(body) if queue == self.jobs_queue else decode_work(body)
        except InvalidMessage as error:
            return unless_throttled(self.clock, attempt, partial(self._reject, queue, body, error))
        if isinstance(message, list):
            with about(message[0].job_id if len(message) == 1 else None):
                why = self._not_accepted(message)
                return unless_throttled(self.clock, attempt, partial(self._reject, queue, body, why))
        with about(message.job_id, message.file_id if isinstance(message, FetchFile) else None):
            return unless_throttled(self.clock, attempt, lambda: self._record(message))

    def _not_accepted(self, jobs: list[Enqueued]) -> Permanent:
        which = f"job {jobs[0].job_id}" if len(jobs) == 1 else f"at least one of {len(jobs)} jobs"
        return Permanent(f"{which} could not be accepted {self.max_attempts} times; the log says why", "GivenUp")

    def _record(self, message: Work) -> None:
        match message:
            case FetchFile():
                self._file(message)
            case FetchPage():
                for file in message.alone():
                    with about(file.job_id, file.file_id):
                        self._file(file)
            case ListJobFiles():
                self._listing(message)

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
