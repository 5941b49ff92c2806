"""The local stack for benchmarks of the whole way: its services run all the time, and a functions host for each run."""

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import msgspec
from azure.cosmos import CosmosClient

from local.processes import Service, start
from local.provision import provision_cosmos
from local.speech import FileSpec, JobSpec, Settings, SpeechControl
from local.stack import OWN_HOST, REPOSITORY, Front, Ports, Stack, start_stack
from shared.adapters.connections import CERTIFICATES
from shared.bootstrap import App
from shared.cli.enqueue import enqueue
from shared.domain.documents import utc
from shared.domain.job import Job, Status
from shared.domain.messages import FetchPage, ListJobFiles, Work, encode

NEVER = "0 0 0 31 12 *"
"""Schedule of the timer where nothing waits for it."""

NO_LIMIT = Settings(requests_per_window=1_000_000)
"""The plain client does not pace its requests, so the simulator does not refuse any."""

RUN_SECONDS = 180.0
"""Limit of one run. On 2 cores the longest takes 30 s."""

_QUEUES = "AzureFunctionsJobHost__extensions__queues__"
NO_CERTIFICATES = dict.fromkeys(CERTIFICATES, "")
"""As in Azure, where the environment has none for requests to search for."""

_LOOK_SECONDS = 0.05
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class AtOnce(NamedTuple):
    """How many messages of a queue a host handles at once: `batch` at a time, when no more than `threshold` are left.

    The worker has as many threads.
    """

    batch: int
    threshold: int

    @property
    def most(self) -> int:
        """The greatest number of invocations at the same time."""
        return self.batch + self.threshold

    @property
    def settings(self) -> dict[str, str]:
        """The settings that override host.json."""
        return {
            f"{_QUEUES}batchSize": str(self.batch),
            f"{_QUEUES}newBatchThreshold": str(self.threshold),
            "PYTHON_THREADPOOL_THREAD_COUNT": str(self.most),
        }


def of_host_json() -> AtOnce:
    """Return the numbers of host.json."""
    queues = msgspec.json.decode((REPOSITORY / "host.json").read_bytes())["extensions"]["queues"]
    return AtOnce(int(queues["batchSize"]), int(queues["newBatchThreshold"]))


class HostFailed(Exception):
    """The host did not do its work. The message has the end of its log."""


@dataclass
class Host:
    """A functions host with one worker, which are one process here."""

    service: Service
    _read: int = 0

    def lines(self) -> str:
        """Return what the host has logged since the last `forget`."""
        return self.service.log.read_text()[self._read :]

    def forget(self) -> None:
        """Leave what is logged so far out of `lines`."""
        self._read = len(self.service.log.read_text())

    def until(self, done: Callable[[str], bool], what: str, seconds: float = RUN_SECONDS) -> str:
        """Wait until `done(lines)`; return the lines. Raises HostFailed."""
        deadline = time.monotonic() + seconds
        while not done(lines := self.lines()):
            if not self.service.alive() or time.monotonic() > deadline:
                raise HostFailed(f"{what}: not after {seconds:.0f} s; the log ends:\n{lines[-3000:]}")
            time.sleep(_LOOK_SECONDS)
        return lines

    @property
    def peak_mib(self) -> float:
        """The greatest resident memory of the process so far."""
        status = Path(f"/proc/{self.service.pid}/status").read_text()
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        assert found is not None, "Linux says it of every process"  # noqa: S101 - narrows the type
        return int(found[1]) / 1024


@dataclass(frozen=True)
class Bench:
    """The services, what controls Speech, and a client of Cosmos DB that makes the database anew."""

    stack: Stack
    speech: SpeechControl

    def app(self, settings: Mapping[str, str] = {}) -> App:
        """Return the app in this process, with the stack's settings and the given ones."""
        return App.from_env({**self.stack.settings, **settings})

    def empty_database(self, *jobs: Job) -> None:
        """Make the database anew, with these jobs."""
        values = self.stack.settings
        endpoint, key, name = (values[each] for each in ("COSMOS_ENDPOINT", "COSMOS_KEY", "COSMOS_DATABASE"))
        CosmosClient(endpoint, key).delete_database(name)
        provision_cosmos(endpoint, key, name)
        app = self.app()
        for job in jobs:
            app.jobs.create(job)

    def send(self, messages: Sequence[Work]) -> None:
        """Send messages to the results queue."""
        app = self.app()
        tuple(enqueue(app.settings, app.settings.results_queue, map(encode, messages)))

    @contextmanager
    def host(self, settings: Mapping[str, str]) -> Iterator[Host]:
        """Give a running host."""
        log = self.stack.state / "logs" / "host.log"
        log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "local.host", "--root", str(REPOSITORY), "--port", "0"]
        env = {**NO_CERTIFICATES, **self.stack.settings, **settings}
        service = start("host", command, log=log, env=env, cwd=REPOSITORY)
        try:
            host = Host(service)
            host.until(lambda lines: "Host started" in lines, "the host starts")
            yield host
        finally:
            service.stop()

    def cpu_seconds(self, host: Host) -> dict[str, float]:
        """Return the seconds of processor time that each service, and the host, has used so far."""
        return {name: _cpu(pid) for name, pid in {**self.stack.pids, "host": host.service.pid}.items()}


@contextmanager
def bench(settings: Mapping[str, str], front: Front = lambda _, origin: origin) -> Iterator[Bench]:
    """Give the services of a new stack, without a host. `front`: as start_stack has it. Raises ServiceDied."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        stack = start_stack(Path(folder), {OWN_HOST: "off", **settings}, ports=Ports((0, 0, 0), 0, 0, 0), front=front)
        try:
            with SpeechControl(stack.settings["SPEECH_ENDPOINT"], stack.azurite) as speech:
                yield Bench(stack, speech)
        finally:
            stack.stop()


@dataclass(frozen=True)
class Pages:
    """A job that Speech has finished, and the messages that fetch its files."""

    job: Job
    messages: list[FetchPage]
    content_bytes: int


def put_job(made: Bench, content: bytes, files: int, per_message: int) -> Pages:
    """Let Speech have a finished job whose files have the same content, and list them as the app does.

    `per_message`: files of a message; those of the listing are cut if they have more.
    """
    job_id = str(uuid4())
    blob = f"TranscriptionData/{job_id}.json"
    specs = tuple(FileSpec.of(job_id, f"contenturl_{number}.json", blob) for number in range(files))
    made.speech.put_job(JobSpec(id=job_id, files=specs), {blob: content})
    now = utc(datetime.now(UTC))
    job = Job(id=job_id, status=Status.INGESTING, accepted_at=now, moved_at=now, poll_count=1)
    made.empty_database(job)
    app = made.app()
    left, messages = [ListJobFiles(job_id, run=1)], list[FetchPage]()
    while left:
        for sent in app.fetch_results(left.pop(), 1):
            if isinstance(sent, FetchPage):
                messages += _cut(sent, per_message)
            elif isinstance(sent, ListJobFiles):
                left.append(sent)
    return Pages(job, messages, len(content))


def _cut(message: FetchPage, most: int) -> Iterator[FetchPage]:
    for begin in range(0, len(message.files), most):
        yield msgspec.structs.replace(message, files=message.files[begin : begin + most])


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / _TICKS_A_SECOND
