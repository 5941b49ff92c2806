"""The requests and request units of a tick, whatever number of jobs waits. docs/benchmarks.md shows more of them."""

from collections.abc import Iterator

import msgspec
import pytest

from benchmarks.bench.results import load
from benchmarks.bench.waiting import BESIDE_JOBS, FOREIGN, Data, Tick, measure_ticks
from benchmarks.bench.waiting_jobs import NotStored, store
from benchmarks.bench.waiting_page import LIMIT, MOST_WITH_ONE_FINISHED, NO_GROWTH
from benchmarks.cost.pipeline import bench
from local.cosmos import Cosmos, start_cosmos


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    """Give a server with one physical partition per container, as the page assumes."""
    running = start_cosmos(log=tmp_path_factory.mktemp("single") / "cosmos.log", port=0, partitions=1)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def thousand(single: Cosmos) -> list[Tick]:
    return measure_ticks(single, BESIDE_JOBS)


def test_with_a_thousand_waiting_jobs_one_that_finished_takes_three_requests(thousand: list[Tick]) -> None:
    (one,) = (tick for tick in thousand if tick.finished == 1)
    assert one.found == 1
    assert one.requests - one.looks <= MOST_WITH_ONE_FINISHED


def test_a_tick_makes_fifty_hourly_looks_and_the_first_tick_of_a_process_one_less(single: Cosmos) -> None:
    """A new process sends 30 requests in 10 s, and then 6 a second, until the 13 s of the step are over."""
    first, tick = measure_ticks(single, 4000, (0,))
    assert tick.looks == tick.gets == 50
    assert first.looks == first.gets == 30 + 19


def test_a_hundred_jobs_that_finish_at_once_take_no_request_each(thousand: list[Tick]) -> None:
    _, none, _, hundred = thousand
    assert hundred.found == hundred.finished == 100
    assert hundred.requests <= none.requests + MOST_WITH_ONE_FINISHED


@pytest.mark.parametrize("jobs", [10, 100, 1000])
def test_the_ticks_are_those_of_the_page(single: Cosmos, thousand: list[Tick], jobs: int) -> None:
    """If this fails, the ticks have changed: `make bench ONLY=waiting` measures them again."""
    kept = msgspec.convert(load()["waiting"].data, Data)
    measured = thousand if jobs == BESIDE_JOBS else measure_ticks(single, jobs)
    assert [tick for tick in kept.ticks if tick.waiting == jobs] == measured


def test_the_requests_stay_below_the_limit_of_speech(thousand: list[Tick]) -> None:
    assert max(tick.in_window for tick in thousand) <= LIMIT


def test_a_tick_costs_the_same_with_ten_thousand_and_a_hundred_thousand_waiting_jobs() -> None:
    ticks = msgspec.convert(load()["waiting"].data, Data).ticks
    most, fewer = ([tick.request_units for tick in ticks if tick.waiting == jobs] for jobs in (100_000, 10_000))
    assert len(most) == 4
    assert most == pytest.approx(fewer, NO_GROWTH)


def test_a_document_that_the_server_refuses_is_an_error(single: Cosmos) -> None:
    with bench(single) as made:
        link = made.database.containers["jobs"].link
        with pytest.raises(NotStored, match="409"):
            store(single, link, [{"id": "one"}, {"id": "one"}])


def test_a_tick_costs_the_same_whatever_else_is_stored(single: Cosmos) -> None:
    alone, beside = (measure_ticks(single, 100, foreign=foreign) for foreign in (0, FOREIGN // 10))
    assert [tick.request_units for tick in beside] == pytest.approx([tick.request_units for tick in alone], NO_GROWTH)
    assert [tick.requests for tick in beside] == [tick.requests for tick in alone]
