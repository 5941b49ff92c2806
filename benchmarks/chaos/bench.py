"""The stack with a layer of faults in front of Speech, Cosmos DB and Blob storage, and the judge's way past it."""

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from azure.storage.blob import BlobServiceClient, ContainerClient
from azure.storage.queue import QueueClient
from msgspec.structs import replace

from benchmarks.chaos.judge import State, Verdict, compare, state_of
from benchmarks.chaos.reader import Reader
from local.faults import FaultLayer
from local.speech import JobSpec, SpeechControl
from local.speech.spec import file_id
from local.stack import Ports, Stack, start_stack
from shared.bootstrap import App
from shared.domain.job import END_STATES, Job
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE

SETTINGS = {
    "NOT_FOUND_MINUTES": "0",
    "POLL_MIN_SECONDS": "0",
    "POLL_SCHEDULE": "* * * * * *",
    "REQUEUE_MINUTES": "1",
    "LOCAL_QUEUE_LOCK_SECONDS": "5",
}
"""What waits for minutes in Azure waits for seconds here."""

QUEUES = (JOBS_QUEUE, RESULTS_QUEUE, JOBS_QUEUE + POISON_SUFFIX, RESULTS_QUEUE + POISON_SUFFIX)

_LOOK_SECONDS = 0.2

_T = TypeVar("_T")


class NotInTime(Exception):
    """Something that had to happen did not; the text says what, and shows the end of the host's log."""


@dataclass(frozen=True)
class Bench:
    """A running stack. `faults.fronts` has `speech`, `cosmos`, `blob`, `queue`; `app`, `speech`, `raw` go past them."""

    stack: Stack
    faults: FaultLayer
    app: App
    speech: SpeechControl
    raw: ContainerClient
    originals: dict[str, str] = field(default_factory=dict)

    def copy(self, spec: JobSpec) -> JobSpec:
        """Let Speech have another job of the same kind, with the same contents, which `spec` must have put there."""
        job_id = str(uuid4())
        files = tuple(replace(file, id=file_id(job_id, file.name)) for file in spec.files)
        copied = replace(spec, id=job_id, files=files)
        self.originals[job_id] = self.originals.get(spec.id, spec.id)
        self.speech.put_job(copied)
        return copied

    def enqueue(self, *messages: str, queue: str = JOBS_QUEUE) -> None:
        """Send messages as they are."""
        with self.queue(queue) as client:
            for message in messages:
                client.send_message(message)

    def queue(self, name: str) -> QueueClient:
        """Return a queue's client; a context manager."""
        return QueueClient.from_connection_string(self.stack.direct["AzureWebJobsStorage"], name)

    def until(self, holds: Callable[[], _T | None], what: str, seconds: float) -> _T:
        """Wait until `holds()` is true and return it; raise NotInTime."""
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            if time.monotonic() > deadline:
                log = (self.stack.state / "logs" / "host.log").read_text(errors="replace")
                raise NotInTime(f"{what}: not within {seconds:.0f} s; the host's log ends:\n{log[-4000:]}")
            time.sleep(_LOOK_SECONDS)
        return found

    def ended(self, job_id: str, seconds: float = 120.0) -> Job:
        """Wait until the job has ended and return its document."""

        def look() -> Job | None:
            job = self.app.jobs.get(job_id)
            return job if job is not None and job.status in END_STATES else None

        return self.until(look, f"job {job_id} ends", seconds)

    def quiet(self, seconds: float = 60.0) -> None:
        """Wait until no queue holds a message, visible or not."""

        def empty() -> bool:
            counts = []
            for name in QUEUES:
                with self.queue(name) as client:
                    counts.append(client.get_queue_properties().approximate_message_count)
            return not any(counts)

        self.until(empty, "the queues run empty", seconds)

    def state(self, spec: JobSpec) -> State:
        """Read all that is stored of a job."""
        return state_of(self.app, self.raw, spec, self.originals.get(spec.id, spec.id))

    def verdict(self, expected: State, spec: JobSpec) -> Verdict:
        """Compare what is stored of a job with what should be."""
        return compare(expected, self.state(spec))

    def reader(self, specs: Iterable[JobSpec]) -> Reader:
        """Return a reader that follows the heads of the jobs' files; a context manager."""
        direct = self.stack.direct
        files = [(spec.id, file.id) for spec in specs for file in spec.files]
        return Reader(direct["COSMOS_ENDPOINT"], direct["COSMOS_KEY"], direct["COSMOS_DATABASE"], files)


@contextmanager
def bench(settings: Mapping[str, str] | None = None, *, seed: int = 1) -> Iterator[Bench]:
    """Start a stack of its own on free ports, in a folder of its own, and stop it when the block ends."""
    with ExitStack() as cleanup:
        faults = cleanup.enter_context(FaultLayer(seed))
        state = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        stack = start_stack(
            state,
            {"PATH": os.environ["PATH"], **SETTINGS, **(settings or {})},
            ports=Ports((0, 0, 0), 0, 0, 0),
            front=lambda service, origin: faults.front(service, origin).origin,
        )
        cleanup.callback(stack.stop)
        direct = stack.direct
        blobs = cleanup.enter_context(BlobServiceClient.from_connection_string(direct["AzureWebJobsStorage"]))
        speech = cleanup.enter_context(SpeechControl(direct["SPEECH_ENDPOINT"], stack.azurite))
        raw = blobs.get_container_client(direct["RAW_CONTAINER"])
        yield Bench(stack, faults, App.from_env(direct), speech, raw)
