"""10,000 files in one job, 10,000 jobs at once, both while a tenth of all answers fails; 10,000 jobs at a stop."""

import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import uuid4

import msgspec
import pytest

from local.faults import Answer, Drop, Fault, Lost, Reset, Rule
from local.speech import JobSpec
from shared.domain.containers import JOBS
from shared.domain.documents import utc
from shared.domain.job import FileCounts, Status
from tests.chaos.bench import LONG_SECONDS, Bench, array, started
from tests.chaos.crowd import THREADS, Crowd, first_files, gather
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

SETTINGS = {"POLL_SCHEDULE": "*/5 * * * * *", "REQUEUE_MINUTES": "30", "LOCAL_QUEUE_LOCK_SECONDS": "60"}
FAULTS: tuple[Fault, ...] = (Answer(500), Answer(503), Answer(408), Drop(), Lost(), Reset())
"""Without 429: Speech gives it for too many requests, so the app would ask less and less. See test_hosts.py."""

CHANCE = 0.1
VARIETIES = 100
FOLLOWED = 300
"""Files that the reader follows: each read costs."""

THOUSANDS = 10_000
ENDED = 200
"""Of 10,000 jobs, how many Speech ends during the run. Each of these takes two requests, of which Speech answers ten a
second."""

IN_A_MESSAGE = 500


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with started(SETTINGS, seed=17) as running:
        yield gather(running, VARIETIES)


@contextmanager
def a_tenth_fails(bench: Bench) -> Iterator[None]:
    """Let a tenth of all answers of Speech, Cosmos DB and Blob storage fail in one of six ways."""
    for service in ("speech", "cosmos", "blob"):
        each = 1 - (1 - CHANCE) ** (1 / len(FAULTS))  # a rule is asked where those before it let pass
        bench.faults.fronts[service].rules += [Rule(fault, chance=each) for fault in FAULTS]
    yield
    bench.faults.clear()


def test_a_job_of_10000_files_while_a_tenth_of_all_answers_fails(crowd: Crowd, row: Row) -> None:
    bench, spec = crowd.bench, crowd.great(THOUSANDS)
    with a_tenth_fails(bench), bench.reader([first_files(spec, FOLLOWED)]) as reader, _memory(bench) as used:
        bench.enqueue(spec)
        bench.ended(spec, seconds=LONG_SECONDS)
    row.cases = THOUSANDS
    row.judge(crowd.judge_great(spec), reader.seen)
    quarter = len(used) // 4
    begun, ended = median(used[quarter : 2 * quarter]), median(used[-quarter:])
    row.notes.append(f"the host had {begun:.0f} MB in the second quarter of the time and {ended:.0f} MB in the last")


@contextmanager
def _memory(bench: Bench) -> Iterator[list[float]]:
    """Sample the resident memory of the host, in MB."""
    used: list[float] = []
    stop = threading.Event()

    def sample() -> None:
        while not stop.wait(1.0):
            command = ["ps", "-o", "rss=", "-p", str(bench.stack.pids["host"])]
            used.append(int(subprocess.run(command, capture_output=True, check=False).stdout or 0) / 1000)  # noqa: S603 - our own command

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield used
    finally:
        stop.set()
        thread.join()


def test_10000_jobs_at_once_of_which_Speech_ends_200_while_a_tenth_of_all_answers_fails(  # noqa: N802 - a name
    crowd: Crowd, row: Row
) -> None:
    bench = crowd.bench
    running = crowd.small(THOUSANDS - ENDED, run_seconds=1e9)
    ending = crowd.small(ENDED)
    begun = time.monotonic()
    with a_tenth_fails(bench), bench.reader(ending[:FOLLOWED]) as reader:
        mixed = [spec for number in range(ENDED) for spec in (*running[number::ENDED], ending[number])]
        bench.enqueue(*(array(mixed[at : at + IN_A_MESSAGE]) for at in range(0, THOUSANDS, IN_A_MESSAGE)))
        bench.ended(*ending, seconds=LONG_SECONDS)
    seconds = time.monotonic() - begun
    row.cases = THOUSANDS
    row.judge(crowd.judge_small(ending), reader.seen)
    pending = bench.count("c.status = 'pending'")
    row.expect(pending == len(running), f"{pending} jobs are pending, not {len(running)}")
    row.notes.append(f"the {ENDED} that ended were all in after {seconds:.0f} s")

    def delete(spec: JobSpec) -> None:
        bench.speech.delete_job(spec.id)
        bench.container(JOBS.name).delete_item(spec.id, spec.id)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(delete, running))


def test_a_job_ends_within_three_ticks_beside_10000_without_progress(crowd: Crowd, row: Row) -> None:
    # The last case: its jobs without progress stay behind.
    bench = crowd.bench
    known = bench.job(crowd.templates[0])
    assert known is not None
    waiting = msgspec.structs.replace(
        known,
        status=Status.INGESTING,
        ended_at=None,
        moved_at=utc(datetime.now(UTC) - timedelta(minutes=10)),
        files=FileCounts(2, 0, 0),
    )

    def put(_: int) -> str:
        body = msgspec.to_builtins(msgspec.structs.replace(waiting, id=str(uuid4())))
        bench.container(JOBS.name).create_item({**body, "type": "job", "schemaVersion": 1})
        return str(body["id"])

    with ThreadPoolExecutor(THREADS) as pool:
        ids = list(pool.map(put, range(THOUSANDS)))
    jobs = crowd.small(5)
    bench.enqueue(*jobs)
    ticks = []
    for spec in jobs:
        bench.until(lambda spec=spec: _all_in(bench, spec.id), "the files are in")  # type: ignore[misc]
        before = _ticks(bench)
        bench.ended(spec, seconds=LONG_SECONDS)
        ticks.append(_ticks(bench) - before)
    row.cases = len(ids)
    row.judge(crowd.judge_small(jobs))
    row.expect(max(ticks) <= 3, f"ended after {ticks} ticks")
    row.notes.append(f"{len(jobs)} jobs ended {ticks} ticks after their last file was in")


def _all_in(bench: Bench, job_id: str) -> bool:
    job = bench.app.jobs.get(job_id)
    return job is not None and job.report is not None and bench.app.transcripts.tally(job).ingested == 1


def _ticks(bench: Bench) -> int:
    log = (bench.stack.state / "logs" / "host.log").read_text(errors="replace")
    return log.count("Executed 'poll_jobs'")
