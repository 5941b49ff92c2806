"""The tiles of the workbook and the queries of docs/, on a day of the app."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.errors import Transient
from tests.kql.azure import run
from tests.kql.faults import file_fails_five_times, throttled
from tests.kql.queries import documented, tiles
from tests.kql.telemetry import WatchedWorld
from tests.pipeline.world import NONE_AT_ALL, result

DAY = timedelta(days=1)
GOOD, UNSEEN = "22222222-2222-4333-8444-555555555555", "33333333-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def world() -> Iterator[WatchedWorld]:
    """Give a day with a completed job, a job with a given-up file, throttling, and a job that stays pending."""
    world = WatchedWorld(NONE_AT_ALL)
    with world.watched():
        world.put_job({"a": result("hello"), "b": result("hello", "world")}, job_id=GOOD)
        world.run(GOOD)
        world.clock.move(hours=1)
        file_fails_five_times(world)
        world.tick()
        world.clock.move(hours=1)
        throttled(world, quarters=1)
        world.speech.broken[UNSEEN] = Transient("503")
        world.enqueue(UNSEEN)
        world.clock.move(hours=3)
        world.tick()
        yield world


def shown(world: WatchedWorld, tile: str) -> list[dict[str, Any]]:
    """Return the rows of a tile, for the day."""
    return run(tiles()[tile], world.rows, at=world.clock.now(), look_back=DAY)


def totals(rows: list[dict[str, Any]], by: str, of: str) -> dict[Any, Any]:
    """Add up a column by the values of another, over all times."""
    found: dict[Any, Any] = {}
    for row in rows:
        found[row[by]] = found.get(row[by], 0) + row[of]
    return found


def test_jobs_are_counted_by_end_state(world: WatchedWorld) -> None:
    assert totals(shown(world, "jobs"), "State", "Jobs") == {"accepted": 3, "completed": 1, "completedWithErrors": 1}


def test_files_and_megabytes_are_those_written(world: WatchedWorld) -> None:
    rows = shown(world, "files")
    size = len(result("hello")) + len(result("hello", "world"))
    assert sum(row["Files"] for row in rows) == 2
    assert sum(row["Megabytes"] for row in rows) == pytest.approx(size / 1e6)


def test_runs_and_failures_are_counted_by_function(world: WatchedWorld) -> None:
    requests = world.rows["AppRequests"]
    runs = {name: sum(row["Name"] == name for row in requests) for name in {row["Name"] for row in requests}}
    failed = {name: sum(row["Name"] == name and not row["Success"] for row in requests) for name in runs}
    assert totals(shown(world, "runs"), "Name", "Runs") == runs
    table = shown(world, "durations")
    assert {row["Name"]: (row["Runs"], row["Failed"]) for row in table} == {
        name: (count, failed[name]) for name, count in runs.items()
    }
    assert failed["fetch_results"] == 4
    assert [row["Runs"] for row in table] == sorted(runs.values(), reverse=True)


def test_the_age_of_the_oldest_pending_job_is_shown_in_hours(world: WatchedWorld) -> None:
    assert max(row["Hours"] for row in shown(world, "pending")) == pytest.approx(3.0)


def test_throttling_is_counted_by_function(world: WatchedWorld) -> None:
    assert totals(shown(world, "throttling"), "OperationName", "Lines") == {"fetch_results": 14}


def test_warnings_errors_and_signals_are_counted(world: WatchedWorld) -> None:
    trouble = totals(shown(world, "trouble"), "Level", "Lines")
    assert trouble.keys() == {"warning", "error"}
    signals = totals(shown(world, "signals"), "Signal", "Times")
    assert signals == {"failed": 6, "givenUp": 1, "throttled": 14}
    assert sum(signals.values()) == sum(trouble.values())
    assert len(shown(world, "lines")) == trouble["error"]


def test_every_tile_has_rows_for_a_busy_day_and_none_for_an_empty_one(world: WatchedWorld) -> None:
    assert {name for name in tiles() if not shown(world, name)} == set()
    empty = {name: run(query, {}, at=datetime.now(UTC), look_back=DAY) for name, query in tiles().items()}
    assert [name for name, found in empty.items() if found] == []


@pytest.mark.parametrize("place", documented())
def test_the_queries_of_the_pages_run(world: WatchedWorld, place: str) -> None:
    run(documented()[place], world.rows, at=world.clock.now(), look_back=7 * DAY)
