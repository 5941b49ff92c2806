"""A service that cannot be reached for 1, 10 and 60 minutes: everything is in afterwards, and nobody had to act.

A minute takes a second: the timer comes each second, a failed message is delivered again after half a second, and the
pauses between retries, which are minutes in Azure, are seconds by the same factor.
"""

import time
from collections.abc import Iterator

import pytest

from tests.chaos.bench import VISIBILITY, Bench, started
from tests.chaos.kinds import light, of_files, result
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

SERVICES = {"Speech": "speech", "Cosmos DB": "cosmos", "Blob storage": "blob", "Queue storage": "queue"}
SCALE = 60
SETTINGS = {VISIBILITY: "00:00:00.5", "RETRY_MIN_SECONDS": "1"}
KINDS = (*light(), of_files("thirty files", *(result(seed, 0.01) for seed in range(30))))
JOBS = 10


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with started(SETTINGS) as running:
        running.undisturbed(*KINDS)
        yield running


@pytest.mark.parametrize("minutes", [1, 10, 60], ids=["1 minute", "10 minutes", "60 minutes"])
@pytest.mark.parametrize("service", SERVICES)
def test_unreachable(bench: Bench, row: Row, service: str, minutes: int) -> None:
    jobs = bench.puts(KINDS, JOBS)
    specs = [spec for _, spec in jobs]
    front = bench.faults.fronts[SERVICES[service]]
    with bench.reader(specs) as reader:
        bench.enqueue(*specs[: JOBS // 2])
        bench.until(lambda: any(bench.job(spec) for spec in specs), "the work has begun")
        front.refuse()
        try:
            bench.enqueue(*specs[JOBS // 2 :])
            time.sleep(minutes * 60 / SCALE)
        finally:
            front.accept()
        begun = time.monotonic()
        bench.ended(*specs)
    row.cases = 1
    row.judge(bench.verdict(jobs), reader.seen)
    row.expect(not bench.given_up(specs), "files were given up")
    later = (time.monotonic() - begun) * SCALE / 60
    row.notes.append(f"a minute takes a second; {JOBS} jobs, all ended {later:.0f} minutes after it")
