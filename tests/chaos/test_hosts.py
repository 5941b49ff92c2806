"""1, 4 and 16 functions hosts on 5,000 small files: few refused requests, and no host keeps another from its work."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from local.processes import Service, free_port, start
from local.speech import Settings
from local.stack import REPOSITORY, serves
from tests.chaos.bench import LONG_SECONDS, Bench, started
from tests.chaos.crowd import gather
from tests.chaos.judge import Verdict
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

FILES = 5_000
VARIETIES = 50
REFUSED_STATUS = 429
MOST_REFUSED = FILES // 100
LONGEST = 2.0
"""In times of what one host takes."""

SETTINGS = {"POLL_SCHEDULE": "*/5 * * * * *", "REQUEUE_MINUTES": "30", "RAW_ARCHIVE": "false"}
"""Without the copies of the files: all hosts share two cores with the stand-ins here, which in Azure they do not."""

NEVER = {"POLL_SCHEDULE": "0 0 0 1 1 *"}
"""The timer runs on one instance at a time in Azure; here on the first host."""


@dataclass(frozen=True)
class Measured:
    """What one run took, and what is wrong with what is stored."""

    seconds: float
    requests: int
    refused: int
    verdict: Verdict


@pytest.fixture(scope="module")
def alone() -> Measured:
    """Give what one host takes."""
    return measured(1, counts_refused=False)


def measured(hosts: int, *, counts_refused: bool) -> Measured:
    """Let so many hosts fetch all files of a job."""
    with started(SETTINGS) as bench, more_hosts(bench, hosts - 1):
        crowd = gather(bench, VARIETIES)
        spec = crowd.great(FILES)
        bench.speech.configure(Settings(counts_refused=counts_refused))
        bench.speech.reset_counts()
        begun = time.monotonic()
        bench.enqueue(spec)
        bench.ended(spec, seconds=LONG_SECONDS)
        seconds = time.monotonic() - begun
        asked = bench.speech.requests()
        return Measured(
            seconds, sum(asked.counts.values()), asked.statuses.get(REFUSED_STATUS, 0), crowd.judge_great(spec)
        )


@contextmanager
def more_hosts(bench: Bench, count: int) -> Iterator[None]:
    """Start hosts of the same app beside the stack's own."""
    ports = [free_port() for _ in range(count)]
    with ExitStack() as cleanup:
        for port in ports:
            cleanup.callback(_host(bench, port).stop)
        for port in ports:
            bench.until(lambda port=port: serves(f"http://127.0.0.1:{port}"), f"the host at {port} is well")  # type: ignore[misc]
        yield


def _host(bench: Bench, port: int) -> Service:
    command: Sequence[str] = [sys.executable, "-m", "local.host", "--root", str(REPOSITORY), "--port", str(port)]
    log = bench.stack.state / "logs" / f"host{port}.log"
    return start("host", command, log=log, env={**bench.stack.settings, **NEVER}, cwd=REPOSITORY)


def test_1_host(alone: Measured, row: Row) -> None:
    judge(row, alone, alone)


@pytest.mark.parametrize(
    ("hosts", "counts_refused"),
    [(4, False), (16, False), (16, True)],
    ids=["4", "16", "16, and Speech counts refused requests too"],
)
def test_hosts(alone: Measured, row: Row, hosts: int, *, counts_refused: bool) -> None:
    judge(row, measured(hosts, counts_refused=counts_refused), alone)


def judge(row: Row, found: Measured, alone: Measured) -> None:
    row.cases = FILES
    row.judge(found.verdict)
    row.expect(found.refused <= MOST_REFUSED, f"{found.refused} requests were refused, more than {MOST_REFUSED}")
    row.expect(found.seconds <= LONGEST * alone.seconds, f"{found.seconds:.0f} s, one host took {alone.seconds:.0f} s")
    row.notes.append(
        f"{found.seconds:.0f} s, {found.requests / FILES:.2f} requests to Speech a file, {found.refused} refused"
    )
