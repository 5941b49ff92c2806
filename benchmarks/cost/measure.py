"""Measures what the pipeline uses to ingest a job, and to wait for many."""

import logging
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from benchmarks.cost.charges import delete_charge, read_charge
from benchmarks.cost.measured import JobUsage, Measured, WaitingUsage
from benchmarks.cost.pipeline import START, Bench, bench
from benchmarks.cost.services import SpeechJob
from benchmarks.cost.workloads import SAMPLE, WORKLOADS, Workload
from benchmarks.machine import machine
from local.cosmos import Cosmos, start_cosmos
from shared.bootstrap import quiet_sdks
from shared.domain.containers import CONTAINERS
from shared.domain.job import Job, Status
from shared.domain.messages import FetchFile, FetchPage, ListJobFiles, Work
from shared.domain.parts import encoded_size
from shared.pipeline.settle import TIDY_AFTER

TRANSCRIBED_AFTER = timedelta(minutes=30)
"""How long Speech takes for a job. The number of polls depends on it a little."""

NEVER = timedelta(days=365)
TICKS_AN_HOUR = 60
MOST_TICKS = 4 * TICKS_AN_HOUR
"""A job is waited for no longer."""

WAITING_JOBS = (10, 1000)

FOREIGN = 200_000
"""Number of other jobs' documents beside which the sample is measured again."""


def measure() -> Measured:
    """Measure all workloads, an idle hour, hours in which jobs wait, and the sample beside FOREIGN documents.

    It takes ten minutes, mostly to store these. They lie in one physical partition, as in an account below 50 GB.
    """
    with tempfile.TemporaryDirectory() as folder:
        cosmos = start_cosmos(log=Path(folder) / "cosmos.log", port=0, partitions=1)
        try:
            return Measured(
                date=f"{datetime.now(UTC):%Y-%m-%d}",
                machine=machine(),
                jobs=[measure_job(cosmos, workload) for workload in WORKLOADS],
                idle=measure_waiting(cosmos, 0),
                full_tick_request_units=measure_full_tick(cosmos),
                waiting=[measure_waiting(cosmos, jobs) for jobs in WAITING_JOBS],
                foreign=FOREIGN,
                beside_foreign=measure_beside(cosmos, FOREIGN),
            )
        finally:
            cosmos.stop()


def measure_job(cosmos: Cosmos, workload: Workload) -> JobUsage:
    """Ingest a job, from its id in the queue until its orphaned parts were looked for. Idle ticks are included."""
    with bench(cosmos, workload) as made:
        with _counted_lines() as lines:
            runs, messages, seconds = _taken_in(made, workload)
        stored = [item for container in made.database.containers.values() for item in container.items.values()]
        sizes = [encoded_size(item) for item in stored]
        return JobUsage(
            name=workload.name,
            hours=workload.hours,
            recordings=workload.recordings,
            files=made.contents.requests,
            documents=len(sizes),
            document_bytes=sum(sizes),
            largest_document_bytes=max(sizes),
            result_bytes=made.contents.received,
            blob_writes=made.blobs.writes,
            blob_bytes=made.blobs.stored,
            request_units=_units(made),
            composite_request_units=round(made.meter.composite_request_units, 2),
            requests=dict(made.meter.requests),
            speech_requests=dict(made.speech.requests),
            runs=runs,
            messages=messages,
            log_lines=lines[0],
            expiry_request_units=round(_expiry(made), 2),
            conversation_request_units=round(_conversations(made), 2),
            processor_seconds=round(seconds, 2),
        )


def measure_beside(cosmos: Cosmos, foreign: int) -> dict[str, float]:
    """Ingest the sample job beside this many documents of other jobs; return its request units by phase."""
    with bench(cosmos, SAMPLE, foreign) as made:
        _taken_in(made, SAMPLE)
        return _units(made)


def _units(made: Bench) -> dict[str, float]:
    return {name: round(units, 2) for name, units in made.meter.request_units.items()}


def _taken_in(made: Bench, workload: Workload) -> tuple[dict[str, int], int, float]:
    """Ingest a job; return executions by kind, messages with the user's own, and processor seconds of fetch_results."""
    job_id = _id(0)
    made.speech.jobs[job_id] = SpeechJob(job_id, START, START + TRANSCRIBED_AFTER, workload.contents())
    with made.meter.phase("accept"):
        made.accept(job_id.encode())
    work, ticks = _until_listed(made)
    runs, messages, seconds = _fetched(made, work, alone=workload.alone)
    ticks += _until_completed(made, job_id)
    made.clock.time += TIDY_AFTER
    with made.meter.phase("tidy"):
        list(made.timer.settle())
    return {"accept_job": 1, "poll_jobs": ticks, **runs}, messages, seconds


def measure_waiting(cosmos: Cosmos, jobs: int) -> WaitingUsage:
    """Let this many jobs wait; count the usage of their second hour, when each has been polled."""
    with bench(cosmos) as made:
        for number in range(jobs):
            job_id = _id(number)
            made.speech.jobs[job_id] = SpeechJob(job_id, START, START + NEVER)
            made.accept(job_id.encode())
        for _ in range(TICKS_AN_HOUR):
            made.tick()
        units, asked = sum(made.meter.request_units.values()), Counter(made.speech.requests)
        with _counted_lines() as lines:
            for _ in range(TICKS_AN_HOUR):
                made.tick()
        return WaitingUsage(
            jobs=jobs,
            request_units=round(sum(made.meter.request_units.values()) - units, 2),
            speech_requests=dict(made.speech.requests - asked),
            log_lines=lines[0],
        )


def measure_full_tick(cosmos: Cosmos) -> float:
    """Return the RU of a tick that sends all its queries and finds no job: the mean of an hour."""
    with bench(cosmos) as made:
        made.full_tick()  # looks for strays for the first time
        before = made.meter.request_units["tick"]
        for _ in range(TICKS_AN_HOUR):
            made.full_tick()
        return round((made.meter.request_units["tick"] - before) / TICKS_AN_HOUR, 2)


def _until_listed(made: Bench) -> tuple[list[Work], int]:
    ticks, work = 0, list[Work]()
    while not work:
        ticks, work = _next(ticks, "its files are not to be listed"), made.tick()
    return work, ticks


def _fetched(made: Bench, work: list[Work], *, alone: bool) -> tuple[dict[str, int], int, float]:
    """Do the work and what follows from it; return runs by kind, messages with the user's own, processor seconds.

    `alone`: as for a workload.
    """
    runs: Counter[str] = Counter()
    messages, seconds = 1 + len(work), 0.0
    while work:
        message, *work = work
        kind = _kind(message)
        began = time.thread_time()  # the layer that counts requests has its own thread
        with made.meter.phase(kind):
            sent = made.fetch(message, 1)
        if alone:
            sent = [each for some in sent for each in (some.alone() if isinstance(some, FetchPage) else [some])]
        seconds += time.thread_time() - began
        runs[kind] += 1
        messages += len(sent)
        work += sent
    return dict(runs), messages, seconds


def _kind(message: Work) -> str:
    match message:
        case ListJobFiles():
            return "list"
        case FetchPage():
            return "page"
        case FetchFile():
            return "file"


def _until_completed(made: Bench, job_id: str) -> int:
    ticks = 0
    while _job(made, job_id).status is not Status.COMPLETED:
        made.tick()
        ticks = _next(ticks, "it is not completed")
    return ticks


def _next(ticks: int, words: str) -> int:
    if ticks >= MOST_TICKS:
        raise RuntimeError(f"{words} after {ticks} ticks; the log says why")
    return ticks + 1


def _job(made: Bench, job_id: str) -> Job:
    return msgspec.convert(made.database.containers["jobs"].items[job_id, job_id], Job)


def _expiry(made: Bench) -> float:
    """Return the RU of deleting all documents when RETENTION_DAYS are over."""
    charges = [
        delete_charge(item, container.indexes)
        for container in CONTAINERS
        for item in made.database.containers[container.name].items.values()
    ]
    return sum(charges)


def _conversations(made: Bench) -> float:
    """Return the RU of reading each recording's conversation: its head, and the parts with turns that it names."""
    items = made.database.containers["transcripts"].items
    heads = [(key, item) for key, item in items.items() if item["type"] == "transcript"]
    named = [items[(*key[:2], part)] for key, head in heads for part in head["turns"]["parts"]]
    return sum(read_charge(encoded_size(item)) for item in (*(head for _, head in heads), *named))


@contextmanager
def _counted_lines() -> Iterator[list[int]]:
    """Count the lines that are logged in the block by any logger, since the Functions worker forwards level INFO."""
    quiet_sdks()
    log, lines = logging.getLogger(), [0]

    class Counting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - the lines are counted only
            lines[0] += 1

    handler, level = Counting(logging.INFO), log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


def _id(number: int) -> str:
    return str(uuid.UUID(int=0x4000_8000_0000_0000_0000 + number))
