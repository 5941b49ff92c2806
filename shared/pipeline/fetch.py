"""fetch_results: handles one message, which asks to list a page of files, to fetch files of a page, or one file."""

from dataclasses import dataclass
from functools import partial

from shared.domain.documents import FileKey
from shared.domain.messages import FetchFile, FetchPage, ListJobFiles, Work
from shared.domain.patience import Patience
from shared.domain.speech_api import KIND_REPORT, KIND_TRANSCRIPTION
from shared.errors import Permanent, Speech2CosmosError, Throttled, Transient, UnknownValue
from shared.pipeline.fetch_page import Fetch, FilesOfPage
from shared.pipeline.ingest import Ingest
from shared.pipeline.list_files import ListFiles
from shared.pipeline.opening import NOTHING_KNOWN, Known, Trace
from shared.pipeline.ports import Clock, Jobs, Speech, Transcripts
from shared.pipeline.put_off import give_up, put_off_file
from shared.pipeline.signals import Log, Signal, about
from shared.pipeline.throttle import delivered

log = Log(__name__)


@dataclass(frozen=True)
class FetchResults:
    """Use case of queue `transcription-results`."""

    jobs: Jobs
    transcripts: Transcripts
    speech: Speech
    ingest: Ingest
    clock: Clock
    max_attempts: int
    patience: Patience

    def __call__(self, message: Work, attempt: int) -> list[Work]:
        """Do what the message asks for and return the messages to send. `attempt`: the number of this delivery, from 1.

        A file that can never be read is given up at once. After throttling the message itself is returned, so that it
        is sent again with all its attempts. Raises Transient, except in the last attempt: then the job's document notes
        when its files are listed again.
        """
        file_id = message.file_id if isinstance(message, FetchFile) else None
        with about(message.job_id, file_id):
            return delivered(self.clock, attempt, lambda: self._do(message, attempt), [message])

    def _do(self, message: Work, attempt: int) -> list[Work]:
        done: list[FetchFile] = []
        try:
            return self._left(message, attempt, partial(self._fetch, done))
        finally:
            # An earlier delivery may have written a file and died before it looked for its job.
            if (done and not self._moved(message)) or (attempt > 1 and not done):
                self._look_back(message)

    def _look_back(self, message: Work) -> None:
        """Erase what was written of the files if their whole job was erased meanwhile."""
        files = _files(message)
        job = self.jobs.find(message.job_id) if files else None
        for file in files:
            with about(file.job_id, file.file_id):
                self.ingest.erased.with_its_job(file, job)

    def _left(self, message: Work, attempt: int, fetch: Fetch) -> list[Work]:
        match message:
            case ListJobFiles():
                return ListFiles(self.jobs, self.speech, self.clock, self.max_attempts, self.patience)(message, attempt)
            case FetchPage():
                ports = (self.transcripts, self.speech, self.ingest, self.clock)
                return FilesOfPage(*ports, self.max_attempts, self.patience)(message, attempt, fetch)
            case FetchFile():
                fetch(message, NOTHING_KNOWN, attempt)
                return []

    def _moved(self, message: Work) -> bool:
        """Tell the job that it moved. Return False if it is not ingesting in this run, or if that is not known."""
        try:
            return self.jobs.moved(message.job_id, message.run, self.clock.now())
        except Speech2CosmosError as error:
            # The files are written, so the delivery succeeded. The timer counts this job later, with the unmoved jobs.
            kind = type(error).__name__
            log.warning(
                "job %s: that it moved could not be written: %s",
                *(message.job_id, error),
                signal=Signal.TROUBLED,
                error=kind,
            )
            return False

    def _fetch(self, done: list[FetchFile], message: FetchFile, known: Known, attempt: int) -> None:
        """Fetch a file. Add it to `done` if a document was, or may have been, written for it."""
        trace = Trace()
        try:
            match message.kind:
                case str(kind) if kind == KIND_TRANSCRIPTION:
                    self.ingest.transcript(message, trace, known)
                case str(kind) if kind == KIND_REPORT:
                    self.ingest.report(message, trace, known)
                case kind:
                    raise UnknownValue(
                        f"Speech says the file's kind is {kind[:100]!r}, which this version does not know"
                    )
        except Throttled:
            raise
        except Permanent as error:
            give_up(self.ingest, message, error.code, str(error), attempts=attempt, raw=trace.raw)
            done.append(message)
            self._remove_parts(message, trace)
        except Transient as error:
            if attempt < self.max_attempts:
                raise
            if put_off_file(self.ingest, self.patience, message, str(error), attempts=attempt, raw=trace.raw):
                done.append(message)
        finally:
            if trace.written:
                done.append(message)

    def _remove_parts(self, message: FetchFile, trace: Trace) -> None:
        # The same bytes fail in every delivery, so no concurrent one will name these parts. After a Transient error
        # one may: orphaned parts of such a delivery are retired when they are a day old.
        if trace.revision is not None and self.ingest.named_revision(message) != trace.revision:
            self.transcripts.remove(FileKey(message.job_id, message.file_id), trace.revision)


def _files(message: Work) -> list[FetchFile]:
    match message:
        case FetchFile():
            return [message]
        case FetchPage():
            return [*message.alone()]
        case ListJobFiles():
            return []
