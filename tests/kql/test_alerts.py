"""Each alert fires on its fault, stays open while the fault lasts, and does not fire without one."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Transient
from tests.kql.azure import Rows, firing
from tests.kql.faults import (
    FAULTS,
    QUARTER_MINUTES,
    Fault,
    each_minute,
    every_run_fails,
    failed_run,
    file_is_no_result,
    poll_is_refused,
    speech_never_ends,
    throttled,
)
from tests.kql.queries import rules, span
from tests.kql.telemetry import WatchedWorld
from tests.pipeline.world import JOB, report_file, result

RULES = rules()


@pytest.fixture
def world() -> Iterator[WatchedWorld]:
    world = WatchedWorld()
    with world.watched():
        yield world


def firing_now(world: WatchedWorld) -> set[str]:
    """Return the causes of all alerts that fire now."""
    return of_all(world.rows, at=world.clock.now())


def of_all(rows: Rows, at: datetime) -> set[str]:
    return {cause for rule in RULES.values() for cause in firing(rule, rows, at=at)}


def test_each_cause_has_a_fault() -> None:
    assert {cause.partition(" of ")[0] for cause in FAULTS} == {
        cause.partition(" of")[0] for rule in RULES.values() for cause in rule.causes
    }


@pytest.mark.parametrize(
    ("name", "fault"),
    [(name, fault) for name, faults in FAULTS.items() for fault in faults],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_an_alert_fires_on_its_fault(world: WatchedWorld, name: str, fault: Fault) -> None:
    fault(world)
    assert name in firing_now(world)


def test_no_alert_fires_without_rows() -> None:
    assert of_all({}, at=datetime.now(UTC)) == set()


def test_no_alert_fires_in_a_run_without_faults(world: WatchedWorld) -> None:
    world.put_job({"a": result("hello"), "b": result("world")}, report=report_file("Succeeded", "Succeeded"))
    world.speech.jobs[JOB].statuses = ["NotStarted", "Running", "Running", "Succeeded"]
    world.enqueue()

    def tick() -> None:
        world.tick()
        world.drain()

    for _ in range(3):
        each_minute(world, 1, tick)
        assert firing_now(world) == set()
    assert world.job().status == "completed"


def test_refusals_in_the_first_minutes_of_a_deployment_fire_no_alert(world: WatchedWorld) -> None:
    """Roles take effect some minutes after they are assigned."""
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.speech.broken[JOB] = Transient("401")

    def minute() -> None:
        world.tick()
        failed_run(world)

    each_minute(world, 1, minute)
    assert firing_now(world) == set()


@pytest.mark.parametrize(
    ("name", "fault", "quarters"),
    [
        ("failures of fetch_results", every_run_fails, 1),
        ("poll-trouble", poll_is_refused, 1),
        ("throttled", throttled, 3),
    ],
)
def test_a_fault_a_quarter_of_an_hour_too_short_does_not_fire(
    world: WatchedWorld, name: str, fault: Callable[[WatchedWorld, int], None], quarters: int
) -> None:
    fault(world, quarters)
    assert name not in firing_now(world)


@pytest.mark.parametrize(
    ("name", "fault"),
    [("failures of fetch_results", every_run_fails), ("poll-trouble", poll_is_refused), ("throttled", throttled)],
)
def test_an_alert_closes_a_quarter_of_an_hour_after_the_fault(world: WatchedWorld, name: str, fault: Fault) -> None:
    fault(world)
    world.clock.move(minutes=QUARTER_MINUTES)
    assert name not in firing_now(world)


def test_failures_of_several_functions_are_not_added_up(world: WatchedWorld) -> None:
    every_run_fails(world)
    of_two = [{**row, "Name": f"function_{number % 2}"} for number, row in enumerate(world.rows["AppRequests"])]
    assert of_all({"AppRequests": of_two}, at=world.clock.now()) == set()


@pytest.mark.parametrize("hours", [26, 47, 49, 60, 71])
def test_the_alert_on_the_oldest_pending_job_stays_open_while_it_is_pending(world: WatchedWorld, hours: int) -> None:
    speech_never_ends(world, hours)
    assert "oldest-pending" in firing_now(world)


def test_the_alert_on_the_oldest_pending_job_closes_when_it_ends(world: WatchedWorld) -> None:
    speech_never_ends(world, 24)
    assert "oldest-pending" not in firing_now(world)
    world.clock.move(hours=2)
    world.tick()
    assert "oldest-pending" in firing_now(world)
    world.speech.jobs[JOB].statuses = ["Succeeded"]
    each_minute(world, 2, world.tick)
    assert "oldest-pending" not in firing_now(world)


def test_the_alert_on_the_oldest_pending_job_includes_jobs_never_polled(world: WatchedWorld) -> None:
    world.enqueue()
    world.clock.move(hours=26)
    world.tick()
    assert "oldest-pending" in firing_now(world)


@pytest.mark.parametrize(("minutes", "missing"), [(1, False), (14, False), (16, True), (60, True), (47 * 60, True)])
def test_the_alert_on_a_missing_poll_fires_after_a_quarter_of_an_hour(
    world: WatchedWorld, minutes: int, *, missing: bool
) -> None:
    world.tick()
    world.clock.move(minutes=minutes)
    assert ("poll-missing" in firing_now(world)) is missing


def test_the_alert_on_a_missing_poll_stays_open_for_days(world: WatchedWorld) -> None:
    """No rule looks back further than two days. If the last execution is older, only the rule itself can stay open."""
    world.tick()
    world.clock.move(hours=49)
    assert "poll-missing" not in firing_now(world)
    assert {cause for rule in RULES.values() if not rule.resolves for cause in rule.causes} == {"poll-missing"}


def test_a_run_of_another_function_does_not_count_as_a_poll(world: WatchedWorld) -> None:
    world.tick()
    each_minute(world, 2, world.enqueue)
    assert "poll-missing" in firing_now(world)


def test_every_rule_looks_back_no_further_than_azure_allows() -> None:
    """https://learn.microsoft.com/azure/templates/microsoft.insights/scheduledqueryrules: two days at most."""
    assert max(rule.window for rule in RULES.values()) <= timedelta(days=2)


def test_no_query_reads_rows_from_before_its_window() -> None:
    for rule in RULES.values():
        for number, unit in re.findall(r"ago\((\d+)([mh])\)", rule.query):
            assert span(f"PT{number}{unit.upper()}") <= rule.window


def test_an_evaluation_that_comes_late_misses_no_event(world: WatchedWorld) -> None:
    """The window of an evaluation ends when it is due, and `ago` counts from when its query runs."""
    file_is_no_result(world)
    world.clock.move(minutes=QUARTER_MINUTES, seconds=90)
    assert "given-up" in firing_now(world)


def test_an_alert_names_each_function_that_fails(world: WatchedWorld) -> None:
    every_run_fails(world)
    rows = [{**row, "Name": name} for row in world.rows["AppRequests"] for name in ("accept_job", "fetch_results")]
    found = of_all({"AppRequests": rows}, at=world.clock.now())
    assert found == {"failures of accept_job", "failures of fetch_results"}
