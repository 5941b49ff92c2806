"""Timer triggers and their schedules."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.functions.timer import TimerRequest

from local.azurite import Azurite
from local.host.bindings import AppFunction, TimerBinding
from local.host.monitor import Monitor
from local.host.schedules import parse_schedule
from local.host.timers import Clock, Timer
from tests.local.apps.harness import RunningApp
from tests.waiting import eventually

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday


@pytest.fixture(scope="module")
def app(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    asyncio.run(Monitor(azurite.connection_string, "missed").write(yesterday, yesterday + timedelta(hours=1)))
    running = RunningApp("timers", azurite, tmp_path_factory.mktemp("host"), {"EVERY_SECOND": "*/1 * * * * *"})
    yield running
    running.service.stop()


class Hands(Clock):
    """A clock that the test moves. Waiting takes no time, and ends `early` before its time."""

    def __init__(self, early: float = 0.0) -> None:
        self._now = NEW_YEAR
        self._early = timedelta(seconds=early)

    def now(self) -> datetime:
        """Return the time."""
        return self._now

    async def is_set_before(self, due: datetime, event: asyncio.Event) -> bool:
        """Move the clock to `due`, or a little before."""
        self._now = max(self._now, due - self._early)
        return event.is_set()

    def move(self, seconds: float) -> None:
        """Move the clock."""
        self._now += timedelta(seconds=seconds)


def seconds_of_runs(clock: Hands, *takes: float) -> list[float]:
    """Run a timer that is due each second, with a function that takes this long; return the start times."""
    stop, begun, left = asyncio.Event(), list[float](), list(takes)

    async def invoke(_: AppFunction, request: object) -> None:
        assert isinstance(request, TimerRequest)
        assert not request.past_due
        begun.append((clock.now() - NEW_YEAR).total_seconds())
        clock.move(left.pop(0))
        if not left:
            stop.set()

    binding = TimerBinding("timer", "*/1 * * * * *", run_on_startup=False, use_monitor=False)
    function = AppFunction("each_second", lambda: None, binding, (), None, wants_context=False)
    asyncio.run(Timer(function, binding, Monitor("", "each_second"), invoke, clock).run(stop))
    return begun


def test_a_timer_with_seconds_runs_once_per_second() -> None:
    assert seconds_of_runs(Hands(), 0.2, 0.2, 0.2) == [1, 2, 3]


def test_a_timer_whose_wait_ends_a_little_early_does_not_run_twice_for_the_same_time() -> None:
    assert seconds_of_runs(Hands(early=0.01), 0.001, 0.001, 0.001) == [0.99, 1.99, 2.99]


def test_a_timer_slower_than_its_interval_skips_runs_and_never_overlaps_itself() -> None:
    assert seconds_of_runs(Hands(), 2.5, 0.1, 1.0, 0.1) == [1, 4, 5, 7]


def test_a_timer_runs_on_its_schedule_and_not_late(app: RunningApp) -> None:
    runs = eventually(lambda: app.trace("each_second")[2:] and app.trace("each_second"))
    assert not any(run["past_due"] for run in runs)


def test_a_failed_timer_is_logged_and_its_schedule_continues(app: RunningApp) -> None:
    eventually(lambda: app.trace("failing")[2:])
    assert "Executed 'failing' (Failed" in app.log()
    assert "ValueError: this timer always fails" in app.log()


def test_a_timer_with_run_on_startup_runs_at_start_and_sends_its_outputs(app: RunningApp) -> None:
    eventually(lambda: app.texts("-out") == ["started"])


def test_a_run_missed_while_no_host_ran_is_run_as_past_due(app: RunningApp) -> None:
    (run,) = eventually(lambda: app.trace("missed"))
    assert run["past_due"] is True

    def kept() -> bool:
        status = asyncio.run(Monitor(app.storage, "missed").read())
        return status is not None and status.next > datetime.now(UTC)

    eventually(kept)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("*/20 * * * * *", "2026-01-01T00:00:20"),
        ("30 5 1-3 * * *", "2026-01-01T01:05:30"),
        ("0 0 9 * JAN MON-FRI", "2026-01-01T09:00:00"),
        ("*/5 * * * *", "2026-01-01T00:05:00"),
        ("01:30:00", "2026-01-01T01:30:00"),
    ],
)
def test_schedules_give_their_next_occurrence(schedule: str, expected: str) -> None:
    assert parse_schedule(schedule)(NEW_YEAR) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_day_and_day_of_week_must_both_match_as_in_ncrontab() -> None:
    # The first Monday that is the first of a month; cron would take the next Monday.
    assert parse_schedule("0 0 0 1 * MON")(NEW_YEAR) == datetime(2026, 6, 1, tzinfo=UTC)
