"""The life of a job, or of some, in a database of its own: what the queues and the timer do, with kills as planned."""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.context import ForkServerContext
from uuid import uuid4

import msgspec
from azure.cosmos import CosmosClient
from azure.storage.queue import QueueClient, QueueMessage

from benchmarks.chaos.bench import QUEUES, Bench
from benchmarks.chaos.crash.deliverer import Delivery
from benchmarks.chaos.crash.looking import missing_parts
from benchmarks.chaos.crash.plan import Plan
from benchmarks.chaos.crash.use_cases import FUNCTIONS, TICK, use_case_of, work_of
from benchmarks.chaos.crash.victim import Deliverer, Killed, Watch
from local.provision import provision_cosmos
from local.speech import JobSpec
from shared.bootstrap import MAX_DEQUEUE_COUNT, App
from shared.domain.documents import utc
from shared.domain.job import END_STATES, Job, Status
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE, Work

log = logging.getLogger(__name__)

TICKS = 12
"""After so many ticks a job that has not ended will not, and a tick that fails will not succeed."""

_SHOWN = 500
_LOCK_SECONDS = 3600
_AT_ONCE = 32
_LONG = timedelta(hours=1)


@dataclass
class Told:
    """What there is to tell of a life, by use case.

    `effects`: the requests of each invocation, in the order in which the invocations were first made.
    """

    effects: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))
    kills: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    half_visible: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """What all lives share."""

    bench: Bench
    context: ForkServerContext
    watch: Watch
    queues: dict[str, QueueClient]
    cosmos: CosmosClient


class Life:
    """Jobs in a database of their own. Stories call its methods; `plan` says who is killed, None: nobody."""

    def __init__(self, place: Place, database: str, settings: Mapping[str, str], plan: Plan | None) -> None:
        self.place = place
        self.told = Told()
        self.stage = ""
        """What the story has come to: part of the names of use cases that are not as usual then."""
        self.deleted: set[str] = set()
        """Parts, as `job/file/id`, that the story itself deleted: no kill is to blame that they are missing."""
        self.divert: Callable[[Work | None], bool] = lambda _: False
        """Says which work is given up instead of done."""
        self.specs: list[JobSpec] = []
        direct = {**place.bench.stack.direct, "COSMOS_DATABASE": database}
        self.app = App.from_env(direct)
        self.settings = settings
        self._settings = {**place.bench.stack.settings, **settings, "COSMOS_DATABASE": database}
        self._plan = plan
        self._order: dict[str, list[str]] = defaultdict(list)
        self._had: set[tuple[str, str]] = set()
        self._warm: Deliverer | None = None

    def copy(self, spec: JobSpec) -> JobSpec:
        """Let Speech have another job like this one."""
        copied = self.place.bench.copy(spec)
        self.specs.append(copied)
        return copied

    def stranger(self) -> JobSpec:
        """Return a job that Speech does not know."""
        self.specs.append(JobSpec(id=str(uuid4())))
        return self.specs[-1]

    def send(self, text: str, queue: str = JOBS_QUEUE) -> None:
        """Put a message into a queue."""
        self.place.queues[queue].send_message(text)

    def tick(self, finds: str) -> None:
        """Let the timer's function run until it ends well; `finds`: what there is for it to do."""
        use_case = f"{TICK}: {finds}"
        for _ in range(TICKS):
            error = self._invoke(use_case, use_case, Delivery(TICK), None)
            if error is None:
                return
            _note(use_case, error)
        self.told.words.append(f"{use_case}: failed {TICKS} times")

    def deliver(self) -> int:
        """Deliver what is in the queues, and what comes of it; return how many messages that was."""
        count = 0
        while found := [(name, message) for name in QUEUES for message in self._received(name)]:
            for name, message in found:
                self._settle(name, message)
            count += len(found)
        return count

    def finish(self, finds: str = "files are all in") -> None:
        """Let the timer run, and the queues, until all jobs have ended."""
        for _ in range(TICKS):
            delivered, before = self.deliver(), self.jobs()
            if all(job is not None and job.status in END_STATES for job in before):
                return
            self.tick(finds + self.stage)
            if not delivered and not self.deliver() and self.jobs() == before:
                self.pass_time()
        self.told.words.append(f"not ended after {TICKS} ticks: {[job and job.status for job in self.jobs()]}")

    def jobs(self) -> list[Job | None]:
        """Read the jobs' documents."""
        return [self.app.jobs.get(spec.id) for spec in self.specs]

    def change(self, spec: JobSpec, **values: object) -> None:
        """Change a job's document by hand."""
        self.app.jobs.update(spec.id, lambda job: msgspec.structs.replace(job, **values))

    def pass_time(self) -> None:
        """Move back what jobs wait by: an hour has passed."""
        earlier = utc(datetime.now(UTC) - _LONG)
        for spec, job in zip(self.specs, self.jobs(), strict=True):
            if job is not None and job.status is Status.INGESTING:
                self.change(spec, moved_at=earlier)
            elif job is not None and job.status is Status.PENDING:
                self.change(spec, next_poll_at=earlier, polled_at=job.polled_at and earlier)

    def left_in_queues(self) -> int:
        """Count the messages that nobody took."""
        counts = (queue.get_queue_properties().approximate_message_count for queue in self.place.queues.values())
        return sum(count or 0 for count in counts)

    def close(self) -> None:
        """End the process that is still there, and let Speech forget the jobs."""
        if self._warm is not None:
            self._warm.__exit__()
        known = self.place.bench.originals
        for spec in self.specs:
            if spec.id in known:
                self.place.bench.speech.delete_job(spec.id)

    def _received(self, queue: str) -> list[QueueMessage]:
        client = self.place.queues[queue]
        pages = client.receive_messages(messages_per_page=_AT_ONCE, visibility_timeout=_LOCK_SECONDS).by_page()
        return list(next(pages, iter(())))

    def _settle(self, queue: str, message: QueueMessage) -> None:
        text = str(message.content)
        use_case, work = use_case_of(queue, text, self.stage), work_of(text)
        if queue == RESULTS_QUEUE and self.divert(work):
            self._give_up(queue, message)
            return
        for attempt in range(1, MAX_DEQUEUE_COUNT + 1):
            delivery = Delivery(FUNCTIONS[queue], str(message.id), str(message.pop_receipt), text, attempt)
            error = self._invoke(use_case, text, delivery, work)
            if error is None:
                return
            _note(use_case, error)
        self.told.words.append(f"{use_case}: failed {MAX_DEQUEUE_COUNT} times")
        self.place.queues[queue].delete_message(message)

    def _give_up(self, queue: str, message: QueueMessage) -> None:
        self.place.queues[queue + POISON_SUFFIX].send_message(str(message.content))
        self.place.queues[queue].delete_message(message)

    def _invoke(self, use_case: str, key: str, delivery: Delivery, work: Work | None) -> str | None:
        """Make an invocation; return why it has to be made again, or None."""
        watch = self.place.watch
        moment = self._moment(use_case, key)
        deliverer = self._fresh() if self._plan is None or moment is not None else self._warm_one()
        watch.begin(deliverer.pid, moment)
        try:
            error = deliverer.deliver(delivery)
        except Killed:
            if not watch.killed:
                raise
            return self._died(use_case, key, work)
        finally:
            if deliverer is not self._warm:
                deliverer.__exit__()
        known = self.told.effects[use_case].get(key, [])
        self.told.effects[use_case][key] = max(known, watch.effects, key=len)
        return error

    def _moment(self, use_case: str, key: str) -> int | None:
        order = self._order[use_case]
        if key not in order:
            order.append(key)
        if self._plan is None or (use_case, key) in self._had:
            return None
        return self._plan.moment(use_case, order.index(key))

    def _died(self, use_case: str, key: str, work: Work | None) -> str | None:
        self._had.add((use_case, key))
        self.told.kills[use_case] += 1
        missing = [part for part in missing_parts(self.app, self.specs, work) if part not in self.deleted]
        if missing:
            self.told.half_visible[use_case] += len(missing)
            self.told.words.append(f"{use_case}: named and not there: {missing}")
        if self.place.watch.has("DELETE", "queue"):
            return None
        self.told.again[use_case] += 1
        return ""

    def _fresh(self) -> Deliverer:
        log_file = self.place.bench.stack.state / "logs" / "deliverer.log"
        return Deliverer(self.place.context, self._settings, log_file)

    def _warm_one(self) -> Deliverer:
        if self._warm is None:
            self._warm = self._fresh()
        return self._warm


@contextmanager
def life(place: Place, settings: Mapping[str, str], plan: Plan | None) -> Iterator[Life]:
    """Begin a life in a new database, which is deleted in the end."""
    database = f"life-{uuid4()}"
    direct = place.bench.stack.direct
    with ExitStack() as cleanup:
        provision_cosmos(direct["COSMOS_ENDPOINT"], direct["COSMOS_KEY"], database)
        cleanup.callback(partial(place.cosmos.delete_database, database))
        begun = Life(place, database, settings, plan)
        cleanup.callback(begun.close)
        yield begun


def _note(use_case: str, error: str) -> None:
    if error:
        log.warning("%s: %s", use_case, error[:_SHOWN])
