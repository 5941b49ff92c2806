"""The use cases over the fakes, and a queue that behaves like the platform's."""

from collections import deque
from collections.abc import Iterable
from typing import Any

import msgspec

from shared.domain.documents import FAILURE_ID, FileDocument, FileFailure, FileKey
from shared.domain.enqueued import EnqueueRequest
from shared.domain.job import Job
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, FetchFile, FetchPage, ListJobFiles, Work, encode
from shared.domain.patience import Patience
from shared.domain.speech_api import KIND_REPORT, KIND_TRANSCRIPTION
from shared.domain.split import SplitOptions
from shared.errors import InvalidMessage, Speech2CosmosError
from shared.pipeline.accept import AcceptJob
from shared.pipeline.fetch import FetchResults
from shared.pipeline.ingest import Ingest
from shared.pipeline.poll import PollJobs
from shared.pipeline.record_poison import RecordPoison
from shared.pipeline.settle import SettleJobs
from shared.pipeline.tick import Tick
from tests.pipeline.fake_blobs import FakeArchive, FakeContents
from tests.pipeline.fake_speech import CONTENT, FakeSpeech, SpeechJob
from tests.pipeline.fake_transcripts import FakeTranscripts
from tests.pipeline.fakes import FakeClock, FakeJobs
from tests.pipeline.script import Script

JOB = "11111111-2222-4333-8444-555555555555"
ATTEMPTS = 5

NONE_AT_ALL = Patience(give_up_hours=0)
"""A message that fails five times is given up, without retries by listing."""


class World:
    """One app on one machine. `queue` is `transcription-results`: each message with the number of its deliveries."""

    def __init__(self, *, get_limit: int = 10, patience: Patience | None = None) -> None:
        self.script = Script()
        self.clock = FakeClock()
        self.jobs = FakeJobs(self.script)
        self.transcripts = FakeTranscripts(self.script, self.clock)
        self.speech = FakeSpeech(self.script)
        self.contents = FakeContents(self.script)
        self.archive = FakeArchive(self.script)
        patience = patience or Patience()
        self.ingest = self.ingest_with(SplitOptions())
        self.accept = AcceptJob(self.jobs, self.clock)
        self.poll = PollJobs(self.jobs, self.speech, self.clock, patience, get_limit)
        self.settle = SettleJobs(self.jobs, self.transcripts, self.clock, patience)
        ports = (self.jobs, self.transcripts, self.speech, self.ingest, self.clock)
        self.fetch = FetchResults(*ports, ATTEMPTS, patience)
        self.poison = RecordPoison(
            *(self.jobs, self.transcripts, self.ingest, self.clock, self.accept, ATTEMPTS, patience)
        )
        self.queue: deque[tuple[Work, int]] = deque()

    def ingest_with(self, options: SplitOptions) -> Ingest:
        """Return the use case over these fakes, splitting as `options` say."""
        ports = (self.jobs, self.transcripts, self.speech, self.contents, self.archive, self.clock)
        return Ingest(*ports, options)

    def put_job(
        self, files: dict[str, bytes], *, job_id: str = JOB, report: bytes | None = None, reported: bool = True
    ) -> SpeechJob:
        """Add a succeeded job to Speech. `files` maps ids to contents.

        A given `report` is listed first. Otherwise a report that counts the files is listed last, unless `reported` is
        False.
        """
        kinds = [(name, KIND_TRANSCRIPTION) for name in files]
        contents = dict(files)
        if report is not None:
            kinds.insert(0, ("report", KIND_REPORT))
        elif reported:
            kinds.append(("report", KIND_REPORT))
            report = report_file(*["Succeeded"] * len(files))
        if report is not None:
            contents["report"] = report
        self.contents.blobs.update({f"{CONTENT}/{job_id}/{name}": body for name, body in contents.items()})
        job = SpeechJob(job_id, files=kinds)
        self.speech.add(job)
        return job

    def enqueue(self, job_id: str = JOB, *, reprocess: bool = False, replay: bool = False) -> None:
        """Accept a user's message about a job."""
        body = msgspec.json.encode(EnqueueRequest(job_id, reprocess, replay))
        try:
            self.accept(body)
        except InvalidMessage:
            self.poison(JOBS_QUEUE, body)

    def tick(self) -> list[Work]:
        """Run the timer's function once; return what it sent."""
        sent: list[Work] = [*Tick(self.jobs, self.clock, self.poll, self.settle)()]
        self.send(sent)
        return sent

    def send(self, messages: Iterable[Work]) -> None:
        """Put messages on the queue."""
        self.queue.extend((message, 1) for message in messages)

    def deliver(self, place: int = 0) -> None:
        """Deliver one message. If it fails, it is delivered again; after the last delivery it is poison."""
        message, attempt = self.queue[place]
        del self.queue[place]
        try:
            self.send(self.fetch(message, attempt))
        except Speech2CosmosError:
            if attempt < ATTEMPTS:
                self.queue.append((message, attempt + 1))
            else:
                self.poison(RESULTS_QUEUE, encode(message).encode())

    def apart(self) -> None:
        """Replace each FetchPage in the queue by one message per file."""
        waiting = list(self.queue)
        self.queue.clear()
        for message, attempt in waiting:
            alone = message.alone() if isinstance(message, FetchPage) else [message]
            self.queue.extend((each, attempt) for each in alone)

    def drain(self) -> None:
        """Deliver messages until none is left."""
        while self.queue:
            self.deliver()

    def run(self, job_id: str = JOB, *, reprocess: bool = False, replay: bool = False) -> Job:
        """Take a job through its whole life: enqueued, polled, fetched, settled."""
        self.enqueue(job_id, reprocess=reprocess, replay=replay)
        self.tick()
        self.drain()
        self.tick()
        self.drain()
        return self.job(job_id)

    def job(self, job_id: str = JOB) -> Job:
        """Return the job's document."""
        return self.jobs.documents[job_id][0]

    def file(self, file_id: str, job_id: str = JOB) -> dict[str, FileDocument]:
        """Return the documents of a file."""
        return self.transcripts.documents(FileKey(job_id, file_id))

    def failure(self, file_id: str, job_id: str = JOB) -> FileFailure | None:
        """Return the file's failure."""
        found = self.file(file_id, job_id).get(FAILURE_ID)
        assert found is None or isinstance(found, FileFailure)
        return found

    def state(self) -> dict[str, Any]:
        """Return everything that readers see, without times of day and numbers of deliveries."""
        files = {
            f"{key.job_id}/{key.file_id}/{name}": _timeless(document)
            for key in self.transcripts.partitions
            for name, document in self.transcripts.documents(key).items()
        }
        jobs = {job.id: _timeless(job) for job, _ in self.jobs.documents.values()}
        return {"files": files, "jobs": jobs, "raw": dict(self.archive.blobs)}


def fetch_message(file_id: str, *, kind: str = KIND_TRANSCRIPTION, run: int = 1, reprocess_from: int = 0) -> FetchFile:
    """Return the message of one file of JOB."""
    return FetchFile(JOB, file_id, kind, run, reprocess_from, f"{file_id}.json")


def list_message(*, run: int = 1) -> ListJobFiles:
    """Return the message that begins to list the files of JOB."""
    return ListJobFiles(JOB, run)


def result(*texts: str) -> bytes:
    """Return a result file with one phrase for each text, alternating between channels 0 and 1."""
    phrases = [
        {
            "recognitionStatus": "Success",
            "channel": number % 2,
            "offsetInTicks": number * 10_000_000,
            "durationInTicks": 9_000_000,
            "nBest": [{"confidence": 0.5, "lexical": text, "itn": text, "maskedITN": text, "display": text}],
        }
        for number, text in enumerate(texts)
    ]
    whole = {"source": "https://audio.example/a.wav?sig=secret", "durationInTicks": len(texts) * 10_000_000}
    return msgspec.json.encode({**whole, "recognizedPhrases": phrases})


def large_result(seed: str = "a") -> bytes:
    """Return a result whose documents need more than one batch."""
    return result(*(f"{seed}{number} ".ljust(60_000, "x") for number in range(8)))


def report_file(*statuses: str) -> bytes:
    """Return a report with one detail for each status."""
    details = [{"source": f"https://audio.example/{n}.wav?sig=s", "status": s} for n, s in enumerate(statuses)]
    good = statuses.count("Succeeded")
    counts = {"successfulTranscriptionsCount": good, "failedTranscriptionsCount": len(statuses) - good}
    return msgspec.json.encode({**counts, "details": details})


_TIMES = (
    "ingestedAt",
    "failedAt",
    "attempts",
    "acceptedAt",
    "polledAt",
    "nextPollAt",
    "movedAt",
    "listedAt",
    "endedAt",
    "tidiedAt",
)


def _timeless(document: FileDocument | Job) -> dict[str, Any]:
    return {key: value for key, value in msgspec.to_builtins(document).items() if key not in _TIMES}
