"""The scenario: enqueue everything at once, let a tenth of all answers fail, wait, judge."""

import logging
from collections.abc import Iterator, Mapping
from statistics import median

from msgspec.structs import replace

from benchmarks.chaos.bench import Bench, bench
from benchmarks.chaos.command import given_up, speech2cosmos
from benchmarks.chaos.deliveries import Deliveries
from benchmarks.chaos.judge import State, Verdict
from benchmarks.chaos.kinds import WAIT_SECONDS
from benchmarks.chaos.ledger import Row, Sample
from benchmarks.chaos.load.contents import Work, work
from benchmarks.chaos.load.judge import judge_great, judge_jobs
from benchmarks.chaos.load.watch import HostWatch
from benchmarks.chaos.log import HostLog
from benchmarks.chaos.reader import Seen
from local.faults import Answer, Drop, Fault, Lost, Reset, Rule
from local.speech import JobSpec
from shared.adapters.cosmos.client import query
from shared.domain.containers import JOBS
from shared.domain.job import END_STATES

GROUP = "load"

SETTINGS = {"POLL_SCHEDULE": "*/10 * * * * *", "REQUEUE_MINUTES": "30", "LOCAL_QUEUE_LOCK_SECONDS": "60"}
"""As in Azure, but for the schedule: jobs that wait for their turn do not stand still."""

FAULTS: tuple[Fault, ...] = (Answer(500), Answer(503), Answer(429), Answer(408), Drop(), Lost(), Reset())

VARIETIES = 300
FOLLOWED = 500
"""Files that the reader follows, of each kind."""

REQUESTS_IN_A_SECOND = 9
"""What the app asks Speech; see shared/adapters/speech.py."""

log = logging.getLogger(__name__)


def run(
    files: int = 10_000, jobs: int = 2_000, chance: float = 0.1, varieties: int = VARIETIES, seed: int = 17
) -> Iterator[Row | Sample]:
    """Run the scenario. Speech's limit makes it last 25 minutes and more. `chance`: of any answer to fail."""
    todo = work(files, jobs, varieties)
    with bench(SETTINGS, seed=seed) as running:
        yield from measured(running, todo, prepare(running, todo), chance)


def measured(running: Bench, todo: Work, states: Mapping[str, State], chance: float) -> Iterator[Row | Sample]:
    """Enqueue all jobs at once under faults, and yield samples and rows."""
    log_, deliveries = HostLog(running), Deliveries(running.faults.fronts["queue"])
    for service in ("speech", "cosmos", "blob"):
        each = 1 - (1 - chance) ** (1 / len(FAULTS))  # a rule is asked where those before it let pass
        running.faults.fronts[service].rules += [Rule(fault, chance=each) for fault in FAULTS]
    followed = [todo.great, *(spec for spec, _ in todo.jobs)]
    with HostWatch(running) as watch, running.reader(_some(followed)) as reader:
        running.enqueue(todo.great.id, *(spec.id for spec, _ in todo.jobs))
        requeued = _wait(running, todo)
    met = sum(rule.met for front in running.faults.fronts.values() for rule in front.rules)
    running.faults.clear()
    yield from watch.samples
    fault = f"{chance:.0%} of all answers of Speech, Cosmos DB and Blob storage failing"
    files, jobs = len(todo.great.files) - 1, len(todo.jobs)
    great = judge_great(running, todo, states)
    yield _row(f"one job of {files:,} files at the same time, {fault}", files, great, reader.seen, _memory(watch))
    small = judge_jobs(running, todo, states)
    more = f"{requeued} files given up, sent again by `poison requeue`" if requeued else ""
    yield _row(f"{jobs:,} jobs at once, {fault}", jobs, small, Seen(), more)
    repairs = log_.signals("repaired")
    yield Row(
        group=GROUP,
        fault="their messages",
        cases=deliveries.first,
        repaired=deliveries.again + repairs,
        note=f"{met:,} answers failed; {log_.signals('retry'):,} requests repeated within an invocation; "
        f"{deliveries.again:,} deliveries after the first, {watch.written_again:,} files written again by them; "
        f"{repairs} repairs by the app",
    )


def prepare(running: Bench, todo: Work) -> dict[str, State]:
    """Let Speech have all jobs, run the templates undisturbed, and return what is stored of each by its id."""
    for spec in todo.templates:
        running.speech.put_job(spec, {file.blob: todo.contents[file.blob] for file in spec.files})
    running.enqueue(*(spec.id for spec in todo.templates))
    for spec in todo.templates:
        running.ended(spec.id, WAIT_SECONDS)
    running.quiet(WAIT_SECONDS)
    report = todo.great.files[-1]
    running.speech.put_job(todo.great, {report.blob: todo.contents[report.blob]})
    for spec, template in todo.jobs:
        running.speech.put_job(spec)
        running.originals[spec.id] = template.id
    return {spec.id: running.state(spec) for spec in todo.templates}


def _some(specs: list[JobSpec]) -> Iterator[JobSpec]:
    """Yield the jobs with as many files as the reader follows; it reads past the faults, and each read costs."""
    for spec in specs[: FOLLOWED + 1]:
        yield replace(spec, files=spec.files[:FOLLOWED])


def _wait(running: Bench, todo: Work) -> int:
    """Wait until all has ended; return how many files had to be sent again by the command."""
    requests = 2 * len(todo.great.files) + 6 * len(todo.jobs)
    seconds = WAIT_SECONDS + 3 * requests / REQUESTS_IN_A_SECOND
    running.until(lambda: _ended(running) == len(todo.templates) + len(todo.jobs) + 1, "all jobs end", seconds)
    running.quiet(WAIT_SECONDS)
    lost = given_up(running, {todo.great.id, *(spec.id for spec, _ in todo.jobs)})
    if lost:
        speech2cosmos(running, "poison", "requeue", "--all")
        running.quiet(WAIT_SECONDS)
        running.until(
            lambda: _ended(running) == len(todo.templates) + len(todo.jobs) + 1, "all end again", WAIT_SECONDS
        )
    return len(lost)


def _ended(running: Bench) -> int:
    states = ", ".join(f"'{status}'" for status in sorted(END_STATES))
    container = running.app.database.get_container_client(JOBS.name)
    text = f"SELECT VALUE COUNT(1) FROM c WHERE c.type = 'job' AND c.status IN ({states})"  # noqa: S608 - our own words
    return sum(query(container, text))


def _row(fault: str, cases: int, verdict: Verdict, seen: Seen, more: str) -> Row:
    for words in [*verdict.words, *seen.words]:
        log.error("%s: %s", fault, words)
    notes = [*([f"{seen.reads:,} reads"] if seen.reads else []), *([more] if more else []), *verdict.words[:3]]
    return Row(
        group=GROUP,
        fault=fault,
        cases=cases,
        lost=verdict.lost,
        duplicated=verdict.duplicated,
        half_visible=seen.half_visible,
        note="; ".join(notes),
    )


def _memory(watch: HostWatch) -> str:
    """Say how much memory the host had; the first quarter is left out, in which connections and caches are made."""
    samples = [sample for sample in watch.samples if sample.memory]
    quarter = len(samples) // 4
    begun, ended = (_median(part) for part in (samples[quarter : 2 * quarter], samples[-quarter:]))
    restarts = f"; the host was started {len(watch.hosts)} times" if len(watch.hosts) > 1 else ""
    return f"the host had {begun:.0f} MB in the second quarter of the time and {ended:.0f} MB in the last{restarts}"


def _median(samples: list[Sample]) -> float:
    return median(sample.memory for sample in samples) / 1e6 if samples else 0.0
