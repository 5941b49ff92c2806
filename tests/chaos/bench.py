"""The stack with a layer of faults in front of Speech, Cosmos DB, Blob and Queue storage, and the ways past it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from azure.cosmos import ContainerProxy
from azure.storage.blob import BlobServiceClient, ContainerClient
from azure.storage.queue import QueueClient
from msgspec.structs import replace

from local.faults import FaultLayer
from local.speech import FileSpec, JobSpec, Settings, SpeechControl
from local.stack import REPOSITORY, Ports, Stack, start_stack
from shared.adapters.cosmos.client import query
from shared.bootstrap import App
from shared.domain.containers import JOBS, TRANSCRIPTS
from shared.domain.job import END_STATES, Job
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE
from tests.chaos.judge import RUNS, State, Verdict, compare, state_of
from tests.chaos.kinds import Kind
from tests.chaos.reader import Reader

SETTINGS = {
    "NOT_FOUND_MINUTES": "0",
    "POLL_MIN_SECONDS": "0",
    "POLL_SCHEDULE": "* * * * * *",
    "REQUEUE_MINUTES": "1",
    "RETRY_MIN_SECONDS": "1",
    "MISSING_MINUTES": "1",
    "LOCAL_QUEUE_LOCK_SECONDS": "5",
}
"""What waits for minutes in Azure waits for seconds here."""

VISIBILITY = "AzureFunctionsJobHost__extensions__queues__visibilityTimeout"
"""The pause before a failed message is delivered again."""

QUEUES = (JOBS_QUEUE, RESULTS_QUEUE, JOBS_QUEUE + POISON_SUFFIX, RESULTS_QUEUE + POISON_SUFFIX)

WAIT_SECONDS = 300.0
"""How long anything may take that has to happen. No case asserts by it that something is fast."""

LONG_SECONDS = 1_800.0
"""The same for thousands of files."""

NO_LIMIT = Settings(requests_per_window=10**9)
"""Speech without its limit of requests, where that is not the fault that is tried."""

_LOOK_SECONDS = 0.2
_COMMAND = "from shared.cli.main import main; main()"
_SIGNAL = re.compile(rb'\{"signal":"(\w+)"')

_T = TypeVar("_T")


class NotInTime(Exception):
    """Something that had to happen did not. The text says what, and shows the end of the host's log."""


class CommandFailed(Exception):
    """The command line did not end with 0; the text is what it printed."""


@dataclass(frozen=True)
class Bench:
    """A running stack. `faults.fronts` has `speech`, `cosmos`, `blob`, `queue`; `app`, `speech`, `raw` go past them.

    `expected`: what an undisturbed run of a kind of job stores, by the kind's name.
    """

    stack: Stack
    faults: FaultLayer
    app: App
    speech: SpeechControl
    raw: ContainerClient
    expected: dict[str, State] = field(default_factory=dict)

    def put(self, kind: Kind, **changes: object) -> JobSpec:
        """Let Speech have a job of this kind with contents of its own; `changes` are members of JobSpec."""
        job_id = str(changes.pop("id", uuid4()))
        files = tuple(FileSpec.of(job_id, name) for name in kind.files)
        spec = JobSpec(**{"id": job_id, "display_name": kind.name, "files": files, **kind.of, **changes})
        self.speech.put_job(spec, {file.blob: kind.files[file.name] for file in files})
        return replace(spec, files=tuple(replace(file, size=len(kind.files[file.name])) for file in files))

    def puts(self, kinds: Sequence[Kind], count: int) -> list[tuple[Kind, JobSpec]]:
        """Let Speech have `count` jobs, of each kind in turn."""
        some = [kinds[number % len(kinds)] for number in range(count)]
        return [(kind, self.put(kind)) for kind in some]

    def enqueue(self, *messages: str | JobSpec, queue: str = JOBS_QUEUE) -> None:
        """Send messages as they are, or the ids of jobs."""
        with self.queue(queue) as client:
            for message in messages:
                client.send_message(message.id if isinstance(message, JobSpec) else message)

    def queue(self, name: str) -> QueueClient:
        """Return a queue's client; a context manager."""
        return QueueClient.from_connection_string(self.stack.direct["AzureWebJobsStorage"], name)

    def until(self, holds: Callable[[], _T | None], what: str, seconds: float = WAIT_SECONDS) -> _T:
        """Wait until `holds()` is true and return it. Raises NotInTime."""
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            if time.monotonic() > deadline:
                log = (self.stack.state / "logs" / "host.log").read_text(errors="replace")
                raise NotInTime(f"{what}: not within {seconds:.0f} s; the host's log ends:\n{log[-4000:]}")
            time.sleep(_LOOK_SECONDS)
        return found

    def job(self, spec: JobSpec) -> Job | None:
        """Read a job's document."""
        return self.app.jobs.get(spec.id)

    def ended(self, *specs: JobSpec, seconds: float = WAIT_SECONDS) -> None:
        """Wait until the jobs have ended and no queue holds a message."""

        def all_ended() -> bool:
            jobs = (self.job(spec) for spec in specs)
            return all(job is not None and job.status in END_STATES for job in jobs)

        for _ in range(2):  # a message that was still on its way may take up a job again
            self.until(all_ended, f"{len(specs)} jobs end", seconds)
            self.quiet()
        self.until(all_ended, f"{len(specs)} jobs have ended")

    def count(self, where: str) -> int:
        """Count the jobs' documents for which the condition holds."""
        return sum(query(self.container(JOBS.name), f"SELECT VALUE COUNT(1) FROM c WHERE c.type = 'job' AND {where}"))  # noqa: S608 - our own words

    def quiet(self) -> None:
        """Wait until no queue holds a message, visible or not."""

        def empty() -> bool:
            counts = []
            for name in QUEUES:
                with self.queue(name) as client:
                    counts.append(client.get_queue_properties().approximate_message_count)
            return not any(counts)

        self.until(empty, "the queues run empty")

    def undisturbed(self, *kinds: Kind) -> None:
        """Run a job of each kind without faults, hold it against the reference, and keep what is stored of it."""
        specs = {kind.name: self.put(kind) for kind in kinds if kind.name not in self.expected}
        self.enqueue(*specs.values())
        self.ended(*specs.values())
        for kind in kinds:
            if kind.name in specs:
                self.expected[kind.name] = self.state(specs[kind.name])
                kind.check(self.expected[kind.name])

    def state(self, spec: JobSpec) -> State:
        """Read all that is stored of a job."""
        return state_of(self.app, self.raw, spec)

    def verdict(self, jobs: Iterable[tuple[Kind, JobSpec]], *, again: bool = False) -> Verdict:
        """Compare what is stored of jobs with what should be; `again`: they were started over, in whatever run."""
        verdict = Verdict()
        for kind, spec in jobs:
            expected, found = self.expected[kind.name], self.state(spec)
            found_words = compare(expected.without(RUNS), found.without(RUNS)) if again else compare(expected, found)
            verdict += found_words.named(f"{kind.name} {spec.id}")
        return verdict

    def reader(self, specs: Iterable[JobSpec]) -> Reader:
        """Return a reader that follows the heads of the jobs' files; a context manager."""
        direct = self.stack.direct
        files = [(spec.id, file.id) for spec in specs for file in spec.files]
        return Reader(direct["COSMOS_ENDPOINT"], direct["COSMOS_KEY"], direct["COSMOS_DATABASE"], files)

    def container(self, name: str = TRANSCRIPTS.name) -> ContainerProxy:
        """Return a container, past all faults."""
        return self.app.database.get_container_client(name)

    def given_up(self, specs: Collection[JobSpec]) -> int:
        """Count the files of these jobs that are given up."""
        items = (item for spec in specs for item in self.app.transcripts.items(spec.id))
        return sum(item["type"] == "fileFailure" for item in items)

    def command(self, *arguments: str) -> str:
        """Run `speech2cosmos` as an operator does, past all faults; return what it printed. Raises CommandFailed."""
        ran = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-c", _COMMAND, *arguments],
            cwd=REPOSITORY,
            env={"PATH": os.environ["PATH"], **self.stack.direct},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=WAIT_SECONDS,
        )
        if ran.returncode:
            raise CommandFailed(f"speech2cosmos {' '.join(arguments)}: {ran.returncode}: {ran.stdout}")
        return ran.stdout

    def signals(self) -> Counter[str]:
        """Count the signals (shared/pipeline/signals.py) in the host's log."""
        log = (self.stack.state / "logs" / "host.log").read_bytes()
        return Counter(found.decode() for found in _SIGNAL.findall(log))


def array(specs: Iterable[JobSpec]) -> str:
    """Return one message that enqueues jobs."""
    return json.dumps([spec.id for spec in specs])


@contextmanager
def started(settings: Mapping[str, str] | None = None, *, seed: int = 1) -> Iterator[Bench]:
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
