"""A pending job's turn in a tick: its own GET, or an entry of a list, is written. An error ends only this turn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from shared.domain.job import Job, Status
from shared.domain.messages import ListJobFiles
from shared.domain.patience import Patience
from shared.domain.speech_api import Transcription
from shared.domain.transitions import is_too_old, observe, unasked
from shared.errors import Permanent, Throttled, Transient
from shared.pipeline.milestones import tell_end
from shared.pipeline.ports import Jobs, Speech
from shared.pipeline.signals import Log, Signal, about, words_of

log = Log(__name__)

UNFORESEEN = "Unforeseen"
"""Failure code of a job whose turn raised an unexpected exception, which is a defect of this app."""


@dataclass(frozen=True)
class PendingJobs:
    """Writes Speech's answers into pending jobs. Raises only Throttled."""

    jobs: Jobs
    speech: Speech
    patience: Patience

    def ask(self, job: Job, now: datetime) -> list[ListJobFiles]:
        """Get the job from Speech and write the answer. Return the message that lists its files, if the job succeeded.

        A job older than MAX_PENDING_HOURS expires even if Speech does not answer.
        """
        with about(job.id):
            try:
                return self._observed(job.id, self.speech.transcription(job.id), now)
            except Throttled as error:
                if is_too_old(job, self.patience, now):
                    self._note(job, error, now)
                raise
            except Exception as error:  # noqa: BLE001 - a bulkhead: one job never stops another
                self._note(job, error, now)
                return []

    def take(self, job: Job, seen: Transcription, now: datetime) -> tuple[list[ListJobFiles], bool]:
        """Write a list's entry of the job. Return the message that lists its files, and whether a write succeeded.

        If the entry could not be written, the job is marked as new, so that it gets its own GET.
        """
        with about(job.id):
            try:
                return self._observed(job.id, self._with_error(job, seen), now), True
            except Throttled:
                raise
            except Exception as error:  # noqa: BLE001 - a bulkhead: one job never stops another
                return [], self._note(msgspec.structs.replace(job, poll_count=0), error, now)

    def _with_error(self, job: Job, seen: Transcription) -> Transcription:
        # No document promises that entries of the list have a failed job's error, which its own GET has.
        if seen.status != "Failed" or "error" in seen.properties:
            return seen
        try:
            return self.speech.transcription(job.id) or seen
        except Permanent as error:
            log.warning("job %s: why it failed cannot be asked: %s", job.id, error, signal=Signal.TROUBLED)
            return seen

    def _observed(self, job_id: str, seen: Transcription | None, now: datetime) -> list[ListJobFiles]:
        written = self.jobs.update(
            job_id, _pending_only(lambda job: observe(job, seen, self.patience, now, self.speech.resource))
        )
        if written is None:
            return []
        log.info("job %s: Speech says %s: %s", job_id, seen.status if seen else "404", written.status)
        if written.failure is not None:
            code = written.failure.code
            log.warning("job %s: %s: %s", job_id, code, written.failure.message, signal=Signal.TROUBLED, error=code)
        tell_end(written)
        wanted = written.status is Status.INGESTING
        return [ListJobFiles(job_id, written.run, written.reprocess_from)] if wanted else []

    def _note(self, job: Job, error: Exception, now: datetime) -> bool:
        """Write the error into the job's document. Return False if that failed too."""
        words, kind = words_of(error), type(error).__name__
        log.error("job %s: %s", job.id, words, signal=Signal.FAILED, error=kind)
        again = job.poll_count == 0 and isinstance(error, Transient)
        change = partial(self._unasked, why=_reason(error, words), as_new=again, now=now)
        try:
            tell_end(self.jobs.update(job.id, _pending_only(change)))
        except Throttled:
            raise
        except Exception as second:  # noqa: BLE001 - a bulkhead: one job never stops another
            kind, words = type(second).__name__, words_of(second)
            log.error("job %s: that cannot be written: %s", job.id, words, signal=Signal.FAILED, error=kind)
            return False
        return True

    def _unasked(self, job: Job, *, why: Permanent, as_new: bool, now: datetime) -> Job:
        written = unasked(job, why, self.patience, now)
        # The job stays new until Speech answers, because it may have ended before the watermark.
        return msgspec.structs.replace(written, poll_count=0, next_poll_at=None) if as_new else written


def _reason(error: Exception, words: str) -> Permanent:
    match error:
        case Permanent():
            return error
        case Transient():
            return Permanent(words, "SpeechUnavailable")
        case _:
            return Permanent(words, UNFORESEEN)


def _pending_only(change: Callable[[Job], Job]) -> Callable[[Job], Job | None]:
    return lambda job: change(job) if job.status is Status.PENDING else None
