"""A database of its own for a test: documents that the test writes, and an app that takes up what is sent."""

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec
from azure.storage.queue import QueueClient

from local.samples.catalog import DATA
from local.samples.generate import report
from local.speech import FileSpec, JobSpec, Speech
from shared.bootstrap import App
from shared.domain.documents import FAILURE_ID, FileFailure
from shared.domain.job import Job, Rejected, Status
from shared.domain.message_text import message_hash
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, FetchFile, Work, decode_work, encode
from shared.domain.speech_api import KIND_TRANSCRIPTION

JOB = "00000000-0000-4000-8000-0000000000a1"
OTHER = "00000000-0000-4000-8000-0000000000a2"
REPLAY = msgspec.json.encode({"id": OTHER, "replay": True}).decode()
"""The message that starts OTHER over."""
EARLY, LATE = "2026-11-02T12:00:00.000000Z", "2026-11-02T13:00:00.000000Z"
WORDS = "Speech answered 503:\x1b[2J try\nagain"


class Given:
    """Writes documents of jobs and of given-up files, listings and messages, and reads the queues."""

    def __init__(self, settings: Mapping[str, str], speech: Speech) -> None:
        self.settings = settings
        self.app = App.from_env(settings)
        self.speech = speech

    def job(self, job_id: str = JOB, **members: object) -> Job:
        """Write a job's document."""
        job = Job(id=job_id, status=Status.COMPLETED_WITH_ERRORS, accepted_at=EARLY, moved_at=EARLY, ended_at=EARLY)
        job = msgspec.structs.replace(job, **members)
        self.app.jobs.create(job)
        return job

    def file(self, file_id: str, job_id: str = JOB, **members: object) -> FileFailure:
        """Write the failure of a file."""
        message = FetchFile(job_id, file_id, KIND_TRANSCRIPTION, run=1)
        plain = FileFailure(
            id=FAILURE_ID,
            job_id=job_id,
            file_id=file_id,
            run=1,
            kind=KIND_TRANSCRIPTION,
            name=f"{file_id}.json",
            code="GivenUp",
            message=WORDS,
            attempts=5,
            raw=None,
            failed_at=EARLY,
            queue_message=encode(message),
        )
        failure = msgspec.structs.replace(plain, **members)
        self.app.transcripts.put_failure(failure)
        return failure

    def message(self, text: str, *, code: str = "GivenUp", queue: str = JOBS_QUEUE, kept: int = 4096) -> Rejected:
        """Write a rejected message with the first `kept` characters of its text."""
        rejected = Rejected(
            id=f"rejected_{message_hash(queue, text)}",
            queue=queue,
            message=text[:kept],
            code=code,
            reason="it could not be accepted",
            rejected_at=LATE,
        )
        self.app.jobs.reject(rejected)
        return rejected

    def queue(self, name: str) -> QueueClient:
        """Return a queue of the app."""
        storage = self.app.settings.storage
        assert storage is not None
        return QueueClient.from_connection_string(storage.get_secret_value(), name)

    def sent(self, name: str = RESULTS_QUEUE) -> list[str]:
        """Receive and delete the messages of a queue."""
        with self.queue(name) as queue:
            found = []
            for each in queue.receive_messages(max_messages=32):
                found.append(each.content)
                queue.delete_message(each)
            return sorted(found)

    def served(self, files: int = 1, *, there: int | None = None, job_id: str | None = None) -> JobSpec:
        """Have Speech serve a job that has succeeded; the contents of its first `there` files exist."""
        job_id = job_id or str(uuid.uuid4())
        specs = [FileSpec.of(job_id, f"contenturl_{number}.json") for number in range(files)]
        listed = FileSpec.of(job_id, "report.json")
        content = (DATA / "diarized-mono.json").read_bytes()
        sources = [{"source": spec.name, "status": "Succeeded"} for spec in specs]
        contents = {listed.blob: report(sources), **{spec.blob: content for spec in specs[:there]}}
        # The size is listed, so that the simulator serves a file whose content does not exist.
        lost = [msgspec.structs.replace(spec, size=1) for spec in specs[there:]] if there is not None else []
        spec = JobSpec(id=job_id, files=(*specs[:there], *lost, listed))
        self.speech.control.put_job(spec, contents)
        return spec

    def work(self) -> None:
        """Do what the functions do with all that was sent, until there is nothing more to do."""
        while self._once():
            pass

    def _once(self) -> bool:
        jobs = self.sent(JOBS_QUEUE)
        for text in jobs:
            self.app.accept_job(text.encode())
        work: list[Work] = [decode_work(text.encode()) for text in self.sent()]
        did = bool(jobs or work)
        work += self.app.poll_jobs()
        work += self.app.settle_jobs()
        did = did or bool(work)
        while work:
            work += self.app.fetch_results(work.pop(0), 1)
        self.app.settle_jobs()
        return did

    @contextmanager
    def working(self) -> Iterator[None]:
        """Work in another thread, until the block ends."""
        stop = threading.Event()

        def go_on() -> None:
            while not stop.wait(0.05):
                self.work()

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
