"""Timer triggers and their schedules."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from local.azurite import Azurite
from local.host.backoff import Backoff
from local.host.monitor import Monitor
from local.host.schedules import parse_schedule
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


def test_a_timer_with_seconds_runs_once_in_each_of_them_and_not_late(app: RunningApp) -> None:
    runs = eventually(lambda: app.trace("each_second")[3:] and app.trace("each_second"))
    seconds = [int(run["time"]) for run in runs]
    assert [later - earlier for earlier, later in pairwise(seconds)] == [1] * (len(seconds) - 1)
    assert not any(run["past_due"] for run in runs)


def test_a_timer_that_takes_longer_than_its_interval_never_overlaps_itself(app: RunningApp) -> None:
    eventually(lambda: app.trace("slow ends")[1:])
    begun, ended = app.trace("slow begins"), app.trace("slow ends")
    assert all(end["time"] <= begin["time"] for end, begin in zip(ended, begun[1:], strict=False))


def test_a_timer_that_fails_is_logged_and_its_schedule_goes_on(app: RunningApp) -> None:
    eventually(lambda: app.trace("failing")[2:])
    assert "Executed 'failing' (Failed" in app.log()
    assert "ValueError: this timer always fails" in app.log()


def test_a_timer_that_runs_on_startup_does_so_and_its_outputs_are_sent(app: RunningApp) -> None:
    eventually(lambda: app.texts("-out") == ["started"])


def test_a_run_that_was_missed_while_no_host_ran_is_made_up_for_as_past_due(app: RunningApp) -> None:
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


def test_the_wait_for_messages_doubles_up_to_the_maximum_and_begins_anew_after_one() -> None:
    backoff = Backoff(maximum=2.0)
    waits = [backoff.next_seconds() for _ in range(8)]
    assert waits[0] == 0.1
    assert waits == sorted(waits)
    assert waits[-1] == 2.0
    assert 0.2 < waits[2] < 0.8
    backoff.after_message()
    assert backoff.next_seconds() == 0.1
