"""Whole processes: the functions host killed again and again, storage started anew under load."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from random import Random

import pytest

from local.stack import serves
from tests.chaos.bench import Bench, started
from tests.chaos.kinds import Kind, light, of_files, result, samples
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

KILLS, JOBS, LONGEST_SECONDS = 20, 30, 4.0
"""How often a process ends while how many jobs are enqueued, and the longest time between two ends."""


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with started() as running:
        running.undisturbed(*kinds())
        yield running


def kinds() -> list[Kind]:
    return [*light(), samples()["stereo-hour"], of_files("sixty files", *(result(seed, 0.01) for seed in range(60)))]


def ends_under_load(bench: Bench, row: Row, end: Callable[[], None], pauses: Random) -> None:
    """Enqueue jobs, a few before each end of a process; judge when all have ended."""
    jobs = bench.puts(kinds(), JOBS)
    specs = [spec for _, spec in jobs]
    before = bench.signals()
    with bench.reader(specs) as reader:
        for number in range(KILLS):
            bench.enqueue(*specs[number * JOBS // KILLS : (number + 1) * JOBS // KILLS])
            time.sleep(pauses.uniform(0, LONGEST_SECONDS))
            end()
        bench.ended(*specs)
    row.cases = KILLS
    row.judge(bench.verdict(jobs), reader.seen)
    repaired = (bench.signals() - before)["repaired"]
    row.notes.append(f"{JOBS} jobs, {sum(len(spec.files) for spec in specs)} files; {repaired} repairs by the timer")


def test_the_functions_host_is_killed_under_load(bench: Bench, row: Row) -> None:
    def kill() -> None:
        bench.until(lambda: serves(bench.stack.functions_url), "the host is well")
        killed = bench.stack.pids["host"]
        os.killpg(killed, signal.SIGKILL)
        bench.until(lambda: bench.stack.pids["host"] != killed, "the host is started again")

    ends_under_load(bench, row, kill, Random(11))  # noqa: S311 - chance for a test


def test_queues_and_blobs_are_started_anew_under_load(bench: Bench, row: Row) -> None:
    ends_under_load(bench, row, bench.stack.restart_azurite, Random(12))  # noqa: S311 - chance for a test
