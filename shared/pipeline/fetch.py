"""fetch_results: one message is one page of a job's files, or one file."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from shared.domain.job import LISTING_GIVEN_UP, Job, Status
from shared.domain.messages import FetchFile, ListJobFiles, Work
from shared.domain.speech_api import KIND_REPORT, KIND_TRANSCRIPTION, FilePage, TranscriptionFile
from shared.domain.split import FileKey
from shared.domain.transitions import listed, troubled, vanished, while_ingesting
from shared.errors import NotFound, Permanent, Throttled, Transient, UnknownValue
from shared.pipeline.give_up import give_up
from shared.pipeline.ingest import Ingest, Trace
from shared.pipeline.milestones import tell_end
from shared.pipeline.ports import Clock, Jobs, Speech, Transcripts
from shared.pipeline.signals import Log, Signal, about
from shared.pipeline.throttle import delivered

log = Log(__name__)

MOST_PAGES = 10_000
"""Of one list: Speech takes at most 10,000 audio files a job, and next links that go in a circle have to end."""


@dataclass(frozen=True)
class FetchResults:
    """Use case of queue `transcription-results`."""

    jobs: Jobs
    transcripts: Transcripts
    speech: Speech
    ingest: Ingest
    clock: Clock
    max_attempts: int

    def __call__(self, message: Work, attempt: int) -> list[Work]:
        """Do what the message says; return the messages to send. `attempt` counts its deliveries from 1.

        A file that can never be read is recorded at once. Throttling is no failed attempt: the message is sent anew.
        Raises Transient, after it recorded the last words if no attempt is left.
        """
        file_id = message.file_id if isinstance(message, FetchFile) else None
        with about(message.job_id, file_id):
            return delivered(self.clock, attempt, lambda: self._do(message, attempt), [message])

    def _do(self, message: Work, attempt: int) -> list[Work]:
        if isinstance(message, ListJobFiles):
            return self._listed(message, attempt)
        self._fetch(message, attempt)
        return []

    def _listed(self, message: ListJobFiles, attempt: int) -> list[Work]:
        try:
            return self._list(message)
        except Throttled:
            raise
        except Transient as error:
            if attempt >= self.max_attempts:
                why = Permanent(f"listing its files failed {attempt} times: {error}", LISTING_GIVEN_UP)
                self.jobs.update(message.job_id, while_ingesting(message.run, partial(troubled, error=why)))
            raise

    def _list(self, message: ListJobFiles) -> list[Work]:
        job = self.jobs.get(message.job_id)
        if job is None or (job.run, job.status) == (message.run, Status.PENDING) or job.run < message.run:
            # The poll wrote the job before it sent this: a replica that lags behind has answered.
            raise Transient(f"job {message.job_id}: run {message.run} is not to be seen in Cosmos DB yet")
        if job.run != message.run or job.status is not Status.INGESTING:
            log.info("job %s: the list of run %d is no longer wanted", message.job_id, message.run)
            return []
        try:
            page = self.speech.files(job.id, message.page)
            files = [_fetch_message(job, file) for file in page.values]
            following = _following(message, page)
        except Permanent as error:
            log.error("job %s: its files cannot be listed: %s", job.id, error, signal=Signal.TROUBLED, error=error.code)
            change = partial(_unlistable, error=error, now=self.clock.now())
            tell_end(self.jobs.update(job.id, while_ingesting(job.run, change)))
            return []
        reports = message.reports + sum(file.kind == KIND_REPORT for file in files)
        expected = message.expected + sum(file.kind != KIND_REPORT for file in files)
        if following is not None:
            return [msgspec.structs.replace(following, expected=expected, reports=reports), *files]
        now = self.clock.now()
        self.jobs.update(job.id, while_ingesting(job.run, lambda current: listed(current, expected, reports, now)))
        log.info("job %s: %d files and %d reports listed", job.id, expected, reports)
        return list(files)

    def _fetch(self, message: FetchFile, attempt: int) -> None:
        trace = Trace()
        try:
            match message.kind:
                case str(kind) if kind == KIND_TRANSCRIPTION:
                    self.ingest.transcript(message, trace)
                case str(kind) if kind == KIND_REPORT:
                    self.ingest.report(message, trace)
                case kind:
                    raise UnknownValue(
                        f"Speech says the file's kind is {kind[:100]!r}, which this version does not know"
                    )
        except Throttled:
            raise
        except Permanent as error:
            give_up(self.ingest, message, error.code, str(error), attempts=attempt, raw=trace.raw)
            self._remove_parts(message, trace)
        except Transient as error:
            if attempt >= self.max_attempts:
                give_up(self.ingest, message, "GivenUp", str(error), attempts=attempt, raw=trace.raw)
            raise

    def _remove_parts(self, message: FetchFile, trace: Trace) -> None:
        # The same bytes fail in every delivery, so no other one is about to name these parts. After a Transient error
        # another delivery may be: its leftovers are retired when they are a day old.
        if trace.revision is not None and self.ingest.named_revision(message) != trace.revision:
            self.transcripts.remove(FileKey(message.job_id, message.file_id), trace.revision)


def _fetch_message(job: Job, file: TranscriptionFile) -> FetchFile:
    return FetchFile(job.id, file.file_id, file.kind, job.run, job.reprocess_from, file.name)


def _following(message: ListJobFiles, page: FilePage) -> ListJobFiles | None:
    """Return the message for the next page; None after the last. Raises UnknownValue if the list does not end."""
    name = page.next_page
    if name is None:
        return None
    if name == message.page:
        raise UnknownValue("Speech's next link leads back to the page that was just listed")
    if message.pages >= MOST_PAGES:
        raise UnknownValue(f"the list of files has more than {MOST_PAGES} pages")
    return msgspec.structs.replace(message, page=name, pages=message.pages + 1)


def _unlistable(job: Job, *, error: Permanent, now: datetime) -> Job:
    return vanished(job, str(error), now) if isinstance(error, NotFound) else troubled(job, error)
