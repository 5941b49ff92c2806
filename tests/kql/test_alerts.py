"""Each alert fires on its fault, stays open while the fault lasts, and does not fire without one."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Transient
from tests.kql.azure import fires
from tests.kql.faults import (
    FAULTS,
    Fault,
    each_minute,
    every_run_fails,
    failed_run,
    poll_is_refused,
    speech_never_ends,
    throttled,
)
from tests.kql.queries import Rule, rules
from tests.kql.telemetry import WatchedWorld
from tests.pipeline.world import JOB, report_file, result

RULES = rules()


@pytest.fixture
def world() -> Iterator[WatchedWorld]:
    world = WatchedWorld()
    with world.watched():
        yield world


def firing(world: WatchedWorld) -> set[str]:
    """Return the alerts that fire now."""
    return {name for name, rule in RULES.items() if fires(rule, world.rows, at=world.clock.now())}


def fires_now(world: WatchedWorld, name: str) -> bool:
    return fires(RULES[name], world.rows, at=world.clock.now())


def test_each_alert_has_a_fault() -> None:
    assert FAULTS.keys() == RULES.keys()


@pytest.mark.parametrize(
    ("name", "fault"),
    [(name, fault) for name, faults in FAULTS.items() for fault in faults],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_an_alert_fires_on_its_fault(world: WatchedWorld, name: str, fault: Fault) -> None:
    fault(world)
    assert fires_now(world, name)


def test_no_alert_fires_without_rows() -> None:
    assert [name for name, rule in RULES.items() if fires(rule, {}, at=datetime.now(UTC))] == []


def test_no_alert_fires_in_a_run_without_faults(world: WatchedWorld) -> None:
    world.put_job({"a": result("hello"), "b": result("world")}, report=report_file("Succeeded", "Succeeded"))
    world.speech.jobs[JOB].statuses = ["NotStarted", "Running", "Running", "Succeeded"]
    world.enqueue()

    def tick() -> None:
        world.tick()
        world.drain()

    for _ in range(3):
        each_minute(world, 1, tick)
        assert firing(world) == set()
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
    assert firing(world) == set()


@pytest.mark.parametrize(
    ("name", "fault", "quarters"),
    [("failures", every_run_fails, 1), ("poll-trouble", poll_is_refused, 1), ("throttled", throttled, 3)],
)
def test_a_fault_a_quarter_of_an_hour_too_short_does_not_fire(
    world: WatchedWorld, name: str, fault: Callable[[WatchedWorld, int], None], quarters: int
) -> None:
    fault(world, quarters)
    assert not fires_now(world, name)


def test_failures_of_several_functions_are_not_added_up(world: WatchedWorld) -> None:
    every_run_fails(world)
    of_two = [{**row, "Name": f"function_{number % 2}"} for number, row in enumerate(world.rows["AppRequests"])]
    assert not fires(RULES["failures"], {"AppRequests": of_two}, at=world.clock.now())


@pytest.mark.parametrize("hours", [26, 47, 49, 60, 71])
def test_the_alert_on_the_oldest_pending_job_stays_open_while_it_is_pending(world: WatchedWorld, hours: int) -> None:
    speech_never_ends(world, hours)
    assert fires_now(world, "oldest-pending")


def test_the_alert_on_the_oldest_pending_job_closes_when_it_ends(world: WatchedWorld) -> None:
    speech_never_ends(world, 24)
    assert not fires_now(world, "oldest-pending")
    world.clock.move(hours=2)
    world.tick()
    assert fires_now(world, "oldest-pending")
    world.speech.jobs[JOB].statuses = ["Succeeded"]
    each_minute(world, 2, world.tick)
    assert not fires_now(world, "oldest-pending")


def test_the_alert_on_the_oldest_pending_job_includes_jobs_never_polled(world: WatchedWorld) -> None:
    world.enqueue()
    world.clock.move(hours=26)
    world.tick()
    assert fires_now(world, "oldest-pending")


@pytest.mark.parametrize(("minutes", "missing"), [(1, False), (14, False), (16, True), (60, True), (47 * 60, True)])
def test_the_alert_on_a_missing_poll_fires_after_a_quarter_of_an_hour(
    world: WatchedWorld, minutes: int, *, missing: bool
) -> None:
    world.tick()
    world.clock.move(minutes=minutes)
    assert fires_now(world, "poll-missing") is missing


def test_the_alert_on_a_missing_poll_stays_open_for_days(world: WatchedWorld) -> None:
    """No rule looks back further than two days. If the last execution is older, only the rule itself can stay open."""
    world.tick()
    world.clock.move(hours=49)
    assert not fires_now(world, "poll-missing")
    assert [name for name, rule in RULES.items() if not rule.resolves] == ["poll-missing"]


def test_a_run_of_another_function_does_not_count_as_a_poll(world: WatchedWorld) -> None:
    world.tick()
    each_minute(world, 2, world.enqueue)
    assert fires_now(world, "poll-missing")


def test_every_rule_looks_back_no_further_than_azure_allows() -> None:
    """https://learn.microsoft.com/azure/templates/microsoft.insights/scheduledqueryrules: two days at most."""

    def look_back(rule: Rule) -> timedelta:
        return rule.window * rule.periods

    assert {name for name, rule in RULES.items() if look_back(rule) > timedelta(days=2)} == set()
