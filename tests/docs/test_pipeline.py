"""The pipeline in one process, which the examples of the contract come from."""

from datetime import UTC, datetime, timedelta

import pytest

from local.docs.pipeline import DELIVERY, TICK, TICKS, NotSettledError, Pipeline, SteppingClock
from local.docs.run import RUNNING_JOB, Run, Servers
from local.samples.catalog import REFERENCE_JOB

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def test_the_clock_moves_only_in_sleep() -> None:
    clock = SteppingClock(START)
    assert clock.now() == clock.now() == START
    clock.sleep(90)
    assert clock.now() == START + timedelta(seconds=90)


def test_a_job_that_does_not_end_is_an_error_with_its_status(servers: Servers, ran: Run) -> None:
    assert [each["status"] for each in ran.ended if each["id"] == RUNNING_JOB] == ["pending"]
    with servers.app_settings() as settings:
        pipeline = Pipeline(settings, START)
        pipeline.enqueue(RUNNING_JOB)
        with pytest.raises(NotSettledError, match=f"{RUNNING_JOB}: pending, {REFERENCE_JOB}: not accepted"):
            pipeline.until_ended(RUNNING_JOB, REFERENCE_JOB)
    assert pipeline.clock.now() == START + DELIVERY + TICKS * TICK
