"""A job with contents of its own, and what every kind of meeting needs to do with it."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from msgspec.structs import replace

from benchmarks.chaos.bench import Bench, NotInTime
from benchmarks.chaos.judge import State
from benchmarks.chaos.neutral import neutral
from benchmarks.chaos.together.crew import Crew, ticking
from local.faults import Drop, Exchange, Rule
from local.speech import JobSpec
from local.speech.spec import FileSpec
from shared.domain.job import END_STATES
from shared.domain.messages import FetchFile, FetchPage, ListJobFiles, Work
from shared.errors import Transient
from shared.pipeline.settle import SettleJobs

Files = Mapping[str, bytes]
"""Contents by the file's name; `report.json` is the report."""

_END_SECONDS = 60.0


class Tomorrow:
    """A clock by which every part that no head names is old enough to be retired."""

    def now(self) -> datetime:
        """Return the time of day in a day and an hour."""
        return datetime.now(UTC) + timedelta(days=1, hours=1)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Scene:
    """One job at Speech, and `workers` that will handle its messages at once."""

    def __init__(self, bench: Bench, crew: Crew, files: Files, workers: int) -> None:
        self.crew = crew
        self.workers = workers
        self.left = 0
        """Parts that no head named, found a day later."""
        self._bench = bench
        job_id = str(uuid4())
        specs = tuple(replace(FileSpec.of(job_id, name), size=1) for name in files)
        self.spec = JobSpec(id=job_id, display_name="together", files=specs, page_size=2)
        self.put(files)

    @property
    def body(self) -> bytes:
        """The message that enqueues the job."""
        return self.spec.id.encode()

    def put(self, files: Files) -> None:
        """Let files have these contents; each time they get another ETag."""
        blobs = {file.name: file.blob for file in self.spec.files}
        self._bench.speech.put_job(self.spec, {blobs[name]: content for name, content in files.items()})

    def work(self) -> list[Work]:
        """Poll, undisturbed, until the job's files are to be listed; return the message that says so."""
        found: list[Work] = []

        def look() -> list[Work]:
            found.extend(each for each in self.crew.timer.poll_jobs() if each.job_id == self.spec.id)
            return found

        return self._bench.until(look, f"job {self.spec.id} is ingested", _END_SECONDS)

    def listed(self) -> list[FetchFile]:
        """Accept the job unless it is, and list its files, undisturbed."""
        self.crew.timer.accept_job(self.body)
        return self.files(self.work())

    def files(self, messages: list[Work]) -> list[FetchFile]:
        """List a job's files to the last page, undisturbed."""
        found: list[FetchFile] = []
        while messages:
            sent = [each for message in messages for each in self.crew.timer.fetch_results(message, 1)]
            found += [file for each in sent if isinstance(each, FetchPage) for file in each.alone()]
            messages = [each for each in sent if isinstance(each, ListJobFiles)]
        return found

    def settle(self, timers: int = 1) -> None:
        """Let the timer run, `timers` at once, and handle what it sends, until the job has ended."""
        deadline = time.monotonic() + _END_SECONDS
        while (job := self._bench.app.jobs.get(self.spec.id)) is None or job.status not in END_STATES:
            if time.monotonic() > deadline:
                raise NotInTime(f"job {self.spec.id} has not ended after {_END_SECONDS:.0f} s: {job}")
            self.crew.handle(self.crew.at_once([ticking] * timers), self.workers)

    def while_settling(self, act: Callable[[], object]) -> None:
        """Act while a timer settles again and again, which the platform's own never does so fast."""
        stop = threading.Event()
        sent: list[Work] = []

        def settle() -> None:
            while not stop.wait(0.01):
                sent.extend(self.crew.timer.settle_jobs())

        timer = threading.Thread(target=settle)
        timer.start()
        try:
            act()
        finally:
            stop.set()
            timer.join()
        self.crew.handle(sent, self.workers)

    def dying(self, message: FetchFile) -> None:
        """Deliver a message to a worker that writes all parts but the last, and not the head: they stay behind."""
        rule = Rule(Drop(), method="POST", when=_has_a_head)
        front = self._bench.faults.fronts["cosmos"]
        front.rules.insert(0, rule)
        try:
            self.crew.apps[0].fetch_results(message, 1)
        except Transient:
            return
        finally:
            front.rules.remove(rule)
        raise NotInTime("a worker wrote a head that it could not send")

    def state(self) -> State:
        """Read what is stored, a day later, when the job was tidied."""
        before = len(self._bench.state(self.spec).documents)
        app = self.crew.timer
        for _ in SettleJobs(app.jobs, app.transcripts, Tomorrow(), app.patience)():
            raise NotInTime("a job that has ended is listed again")
        found = self._bench.state(self.spec)
        self.left += before - len(found.documents)
        return neutral(found)


def _has_a_head(exchange: Exchange) -> bool:
    return b'"type":"transcript"' in exchange.body
