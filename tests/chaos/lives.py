"""The life of some jobs in a database of their own, in which every invocation is killed once, before its n-th write."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerContext
from uuid import uuid4

import msgspec
from azure.cosmos import CosmosClient
from azure.storage.queue import QueueClient, QueueMessage

from local.provision import provision_cosmos
from local.speech import JobSpec
from shared.bootstrap import MAX_DEQUEUE_COUNT, App
from shared.domain.documents import HEAD_ID, utc
from shared.domain.job import END_STATES, Job, Status
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE
from tests.chaos.bench import QUEUES, Bench
from tests.chaos.dying import Deliverer, Delivery, Killed, Watch
from tests.chaos.judge import State, state_of
from tests.chaos.kinds import Kind
from tests.chaos.reader import parts_of

FUNCTIONS = {
    JOBS_QUEUE: "accept_job",
    RESULTS_QUEUE: "fetch_results",
    JOBS_QUEUE + POISON_SUFFIX: "record_poison_jobs",
    RESULTS_QUEUE + POISON_SUFFIX: "record_poison_results",
}
TICK = "poll_jobs"

TICKS = 12
"""After so many ticks a job that has not ended will not, and a tick that fails will not succeed."""

_LOCK_SECONDS = 3600
_AT_ONCE = 32
_LONG = timedelta(hours=2)


@dataclass(frozen=True)
class Place:
    """What all lives share."""

    bench: Bench
    context: ForkServerContext
    watch: Watch
    queues: Mapping[str, QueueClient]
    cosmos: CosmosClient


@dataclass
class Life:
    """Jobs in a database of their own; stories call its methods. `write`: see Watch; None: nobody is killed."""

    place: Place
    database: str
    settings: Mapping[str, str]
    write: int | None
    stage: str = ""
    """How far the story is: a tick is killed once in each stage."""
    specs: list[JobSpec] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    """Parts that heads named when somebody was killed, and that were not there."""
    problems: list[str] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    """Parts, as `job/file/id`, that the story deleted: no kill is to blame."""
    divert: Callable[[str], bool] = lambda _: False
    """Says which messages are given up instead of delivered."""

    def __post_init__(self) -> None:
        self.app = App.from_env({**self.place.bench.stack.direct, "COSMOS_DATABASE": self.database})
        self._had: set[str] = set()
        self._warm: Deliverer | None = None
        self._spare = self._new()

    def put(self, kind: Kind, **changes: object) -> JobSpec:
        """Let Speech have a job."""
        self.specs.append(self.place.bench.put(kind, **changes))
        return self.specs[-1]

    def stranger(self) -> JobSpec:
        """Return a job that Speech does not know."""
        self.specs.append(JobSpec(id=str(uuid4())))
        return self.specs[-1]

    def begin(self, kind: Kind, **changes: object) -> JobSpec:
        """Let Speech have a job and enqueue it."""
        spec = self.put(kind, **changes)
        self.send(spec.id)
        self.deliver()
        return spec

    def send(self, text: str, queue: str = JOBS_QUEUE) -> None:
        """Put a message into a queue."""
        self.place.queues[queue].send_message(text)

    def tick(self) -> None:
        """Run the timer's function until it ends well."""
        for _ in range(TICKS):
            if self._invoke(f"{TICK}{self.stage}", Delivery(TICK)) is None:
                return
        self.problems.append(f"the tick {self.stage} failed {TICKS} times")

    def deliver(self) -> int:
        """Deliver what is in the queues, and what comes of it; return how many messages that was."""
        count = 0
        while found := [(name, message) for name in QUEUES for message in self._received(name)]:
            for name, message in found:
                self._settle(name, message)
            count += len(found)
        return count

    def finish(self) -> None:
        """Run the timer and the queues until all jobs have ended."""
        for _ in range(TICKS):
            delivered, before = self.deliver(), self.jobs()
            if all(job is not None and job.status in END_STATES for job in before):
                return
            self.tick()
            if not delivered and not self.deliver() and self.jobs() == before:
                self.pass_time()
        self.problems.append(f"not ended after {TICKS} ticks: {[job and job.status for job in self.jobs()]}")

    def jobs(self) -> list[Job | None]:
        """Read the jobs' documents."""
        return [self.app.jobs.get(spec.id) for spec in self.specs]

    def change(self, spec: JobSpec, **values: object) -> None:
        """Change a job's document by hand."""
        self.app.jobs.update(spec.id, lambda job: msgspec.structs.replace(job, **values))

    def pass_time(self) -> None:
        """Let hours pass for all jobs that are being ingested."""
        long_ago = utc(datetime.now(UTC) - _LONG)
        for spec, job in zip(self.specs, self.jobs(), strict=True):
            if job is not None and job.status is Status.INGESTING:
                self.change(spec, moved_at=long_ago)

    def stored(self) -> list[State]:
        """Read all that is stored: one state for each job, and one of the messages that were rejected."""
        states = [state_of(self.app, self.place.bench.raw, spec) for spec in self.specs]
        rejected = {each.id: msgspec.to_builtins(each) for each in self.app.jobs.rejected()}
        for each in rejected.values():
            del each["rejectedAt"]
        return [*states, State(None, rejected, {})]

    def close(self) -> None:
        """End the processes, and count messages that nobody took."""
        for each in filter(None, (self._warm, self._spare)):
            each.end()
        left = sum(queue.get_queue_properties().approximate_message_count or 0 for queue in self.place.queues.values())
        self.problems += [f"{left} messages are left in the queues"] if left else []

    def _received(self, queue: str) -> list[QueueMessage]:
        client = self.place.queues[queue]
        pages = client.receive_messages(messages_per_page=_AT_ONCE, visibility_timeout=_LOCK_SECONDS).by_page()
        return list(next(pages, iter(())))

    def _settle(self, queue: str, message: QueueMessage) -> None:
        text, client = str(message.content), self.place.queues[queue]
        if queue == RESULTS_QUEUE and self.divert(text):
            self.place.queues[queue + POISON_SUFFIX].send_message(text)
            client.delete_message(message)
            return
        for attempt in range(1, MAX_DEQUEUE_COUNT + 1):
            delivery = Delivery(FUNCTIONS[queue], str(message.id), str(message.pop_receipt), text, attempt)
            if self._invoke(f"{FUNCTIONS[queue]} {text}", delivery) is None:
                return
        self.problems.append(f"{FUNCTIONS[queue]} failed {MAX_DEQUEUE_COUNT} times: {text[:80]}")
        client.delete_message(message)

    def _invoke(self, key: str, delivery: Delivery) -> str | None:
        """Make an invocation; return why it has to be made again, or None."""
        watch = self.place.watch
        write = None if key in self._had else self.write
        deliverer = self._warm_one() if write is None and self.write is not None else self._fresh()
        watch.begin(deliverer.pid, write)
        try:
            return deliverer.deliver(delivery)
        except Killed:
            if not watch.killed:
                raise
            self._had.add(key)
            self.kills[delivery.function] += 1
            self.missing += [part for part in self._missing() if part not in self.deleted]
            return "killed"
        finally:
            if deliverer is not self._warm:
                deliverer.end()

    def _missing(self) -> list[str]:
        """Follow each head as a reader does; return which parts are not there, or of another revision."""
        missing = []
        for spec, job in zip(self.specs, self.jobs(), strict=True):
            items = self.app.transcripts.items(spec.id)
            revisions = {(each["fileId"], each["id"]): each.get("revision") for each in items}
            named = [(each["fileId"], each["revision"], parts_of(each)) for each in items if each["id"] == HEAD_ID]
            if job is not None and job.report is not None:
                named.append((job.report.file_id, job.report.revision, list(job.report.parts)))
            missing += [
                f"{spec.id}/{file}/{part}"
                for file, revision, parts in named
                for part in parts
                if revisions.get((file, part)) != revision
            ]
        return missing

    def _new(self) -> Deliverer:
        settings = {**self.place.bench.stack.settings, **self.settings, "COSMOS_DATABASE": self.database}
        return Deliverer(self.place.context, settings, self.place.bench.stack.state / "logs" / "deliverer.log")

    def _fresh(self) -> Deliverer:
        """Return the process that was started while the one before worked, and start the next."""
        fresh, self._spare = self._spare, self._new()
        return fresh

    def _warm_one(self) -> Deliverer:
        if self._warm is None:
            self._warm = self._fresh()
        return self._warm


@contextmanager
def life(place: Place, settings: Mapping[str, str], write: int | None) -> Iterator[Life]:
    """Begin a life in a new database, which is deleted in the end."""
    database = f"life-{uuid4()}"
    direct = place.bench.stack.direct
    provision_cosmos(direct["COSMOS_ENDPOINT"], direct["COSMOS_KEY"], database)
    begun = Life(place, database, settings, write)
    try:
        yield begun
    finally:
        begun.close()
        place.cosmos.delete_database(database)
