"""Fetches the files of a FetchPage one after the other, with the links that their page has."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from shared.domain.messages import FetchFile, FetchPage, Work
from shared.domain.patience import Patience
from shared.domain.speech_api import TranscriptionFile
from shared.domain.stored_files import Outcome
from shared.errors import Permanent, Throttled, Transient, UnknownValue
from shared.pipeline.ingest import Ingest
from shared.pipeline.opening import Known
from shared.pipeline.ports import Clock, Speech, Transcripts
from shared.pipeline.put_off import put_off_file
from shared.pipeline.signals import Log, Signal, about, words_of
from shared.pipeline.throttle import wait_as_told

log = Log(__name__)

FETCH_FOR = timedelta(minutes=5)
"""After this time the remaining files become a new message. host.json ends an invocation after 30 minutes, and a single
file may take 20 minutes (contents.py)."""

Fetch = Callable[[FetchFile, Known, int], None]
"""Fetches a file. Its arguments: the message, what its page told of it, and the number of the delivery."""


@dataclass(frozen=True)
class FilesOfPage:
    """What fetch_results does with a FetchPage."""

    transcripts: Transcripts
    speech: Speech
    ingest: Ingest
    clock: Clock
    max_attempts: int
    patience: Patience

    def __call__(self, message: FetchPage, attempt: int, fetch: Fetch) -> list[Work]:
        """Fetch the files that are neither in nor given up, and return messages for those that remain.

        A file that fails gets a message of its own and does not affect the others. Raises Transient or Throttled if
        Cosmos DB or Speech fails before the first file.

        The last delivery fetches no file, because one of them may have killed the process in the earlier deliveries. It
        returns a message for each file, so that such a file fails alone. If Speech does not answer, it notes the retry
        in the job's document instead.
        """
        outcomes = self.transcripts.outcomes(message.job_id, [file.id for file in message.files])
        if any(each.forgotten for each in outcomes.values()) and self._erased(message):
            return []
        left = [each for each in message.alone() if not self._done(each, outcomes.get(each.file_id, Outcome()))]
        if not left:
            return []
        is_last = attempt >= self.max_attempts
        try:
            links = self._links(message)
        except Transient as error:
            if not is_last or isinstance(error, Throttled):
                raise
            for file in left:
                with about(file.job_id, file.file_id):
                    put_off_file(self.ingest, self.patience, file, str(error), attempts=attempt, raw=None)
            return []
        if is_last:
            return [*left]
        known = {each.file_id: Known(links.get(each.file_id), is_new=each.file_id not in outcomes) for each in left}
        return self._fetched(message, left, lambda file: fetch(file, known[file.file_id], attempt))

    def _done(self, file: FetchFile, outcome: Outcome) -> bool:
        failed = outcome.failed_run is not None and outcome.failed_run >= file.run
        is_in = outcome.in_run is not None and outcome.in_run >= file.reprocess_from
        if is_in and outcome.failed_run is None and not outcome.forgotten:
            return True
        # The query finds no report: the job's document names it. And a failure of a file that is in has to go, and all
        # that lies beside a tombstone.
        if (file.is_report or outcome.in_run is not None) and self.ingest.is_in_after_all(file):
            return True
        return failed

    def _erased(self, message: FetchPage) -> bool:
        """Return whether the whole job was erased. Remove what late deliveries wrote of its files."""
        job = self.ingest.jobs.find(message.job_id)
        return all(self.ingest.erased.with_its_job(file, job) for file in message.alone())

    def _links(self, message: FetchPage) -> dict[str, TranscriptionFile]:
        """Request the page again and return its files by their ids. A file that it lacks gets a request of its own.

        No document promises that a page still exists later, or that it then has the same files.
        """
        try:
            page = self.speech.files(message.job_id, message.page)
        except Permanent as error:
            log.info("job %s: a page of its files cannot be listed again: %s", message.job_id, error)
            return {}
        found = {}
        for file in page.values:
            try:
                found[file.file_id] = file
            except UnknownValue:
                continue  # an entry without an id is none of these files
        return found

    def _fetched(self, message: FetchPage, left: list[FetchFile], fetch: Callable[[FetchFile], None]) -> list[Work]:
        deadline = self.clock.now() + FETCH_FOR
        alone: list[Work] = []
        for place, file in enumerate(left):
            if place and self.clock.now() >= deadline:
                log.info("job %s: %d files of a page go on in a new message", message.job_id, len(left) - place)
                return [*alone, _rest(message, left[place:])]
            with about(file.job_id, file.file_id):
                try:
                    fetch(file)
                except Throttled as error:
                    wait_as_told(self.clock, error)
                    # The throttled file comes last, so that the others need not wait if only this one is throttled.
                    return [*alone, _rest(message, [*left[place + 1 :], file])]
                except Exception as error:  # noqa: BLE001 - a bulkhead: the file's own message raises it
                    _tell(file, error)
                    alone.append(file)
        return alone


def _rest(message: FetchPage, files: list[FetchFile]) -> FetchPage:
    by_id = {file.id: file for file in message.files}
    return replace(message, files=[by_id[file.file_id] for file in files])


def _tell(file: FetchFile, error: Exception) -> None:
    kind = type(error).__name__
    log.warning(
        "job %s file %s: failed in its page, will be retried in a message of its own: %s: %s",
        *(file.job_id, file.file_id, kind, words_of(error)),
        signal=Signal.FAILED,
        error=kind,
    )
