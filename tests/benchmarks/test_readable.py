"""The benchmark of the time from a job's end to its head."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from benchmarks.bench.hostlog import Invocation
from benchmarks.bench.readable import GET_LIMITS, JOBS, LONG_MINUTES, STAGES, Data, simulate, stages
from benchmarks.bench.results import load
from local.cosmos import Cosmos, start_cosmos
from local.speech.spec import LoggedRequest

MINUTE = 60.0


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    running = start_cosmos(log=tmp_path_factory.mktemp("single") / "cosmos.log", port=0, partitions=1)
    yield running
    running.stop()


def asked(operation: str, at: float, target: str = "") -> LoggedRequest:
    """Return a request that Speech has logged at this time."""
    return LoggedRequest(
        operation=operation, method="GET", target=target, status=200, at=datetime.fromtimestamp(at, UTC)
    )


def test_the_stages_of_a_job_add_up_to_the_time_from_its_end_to_its_head() -> None:
    ticks = [Invocation("poll_jobs", began, began + 2) for began in (40.0, 100.0, 160.0)]
    log = [
        asked("get", 41, "/transcriptions/one"),  # it was still running
        asked("get", 101, "/transcriptions/two"),
        asked("get", 102, "/transcriptions/one"),
        asked("listFiles", 104, "/transcriptions/two/files"),
        asked("listFiles", 105, "/transcriptions/one/files"),
        asked("listFiles", 108, "/transcriptions/one/files"),
    ]
    found = stages("one", 70, 112, ticks, log)
    assert found == [30, 2, 3, 3, 4]
    assert sum(found) == 112 - 70
    assert len(found) == len(STAGES)


def test_a_list_tells_of_a_job_too() -> None:
    ticks = [Invocation("poll_jobs", 100.0, 102.0)]
    log = [asked("list", 101), asked("listFiles", 103, "one"), asked("listFiles", 104, "one")]
    assert stages("one", 99, 105, ticks, log) == [1, 1, 2, 1, 1]


def test_a_job_that_ends_during_a_tick_does_not_wait_for_one() -> None:
    ticks = [Invocation("poll_jobs", 100.0, 110.0)]
    log = [asked("get", 106, "one"), asked("listFiles", 111, "one"), asked("listFiles", 112, "one")]
    assert stages("one", 105, 113, ticks, log) == [0, 1, 5, 1, 1]


@pytest.mark.parametrize("limit", GET_LIMITS)
def test_the_simulated_ticks_are_those_of_the_page(single: Cosmos, limit: int) -> None:
    """If this fails, the polling has changed: `make bench ONLY=readable` measures it again."""
    minutes = LONG_MINUTES[0]
    kept = msgspec.convert(load()["readable"].data, Data).found
    found = simulate(single, minutes, limit)
    assert found in kept
    assert len(found.seconds) == JOBS
    if limit == 0:
        assert max(found.seconds) <= MINUTE, "a list in each tick finds every job that ended"
