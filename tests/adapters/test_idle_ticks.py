"""Ticks over a Cosmos server in which no job, or only one, is stored."""

from datetime import timedelta

import pytest
from azure.cosmos import DatabaseProxy

from shared.domain.documents import utc
from shared.domain.job import Retry, RetryCode, Status
from tests.adapters.documents import new_job
from tests.adapters.timer import Timer


@pytest.fixture
def timer(database: DatabaseProxy) -> Timer:
    timer = Timer(database)
    timer.tick()
    assert timer.jobs.poll_mark().idle
    return timer


@pytest.mark.parametrize("status", Status)
def test_a_tick_after_an_idle_one_finds_a_job_unless_it_ended(timer: Timer, status: Status) -> None:
    timer.jobs.create(new_job(status=status))
    open_ = status in {Status.PENDING, Status.INGESTING}
    assert timer.jobs.any_to_do(utc(timer.clock.now())) is open_


@pytest.mark.parametrize(("minutes", "found"), [(-1, True), (0, True), (1, False)])
def test_a_failed_job_counts_when_its_report_is_to_be_listed(timer: Timer, minutes: int, *, found: bool) -> None:
    now = timer.clock.now()
    at = utc(now + timedelta(minutes=minutes))
    timer.jobs.create(new_job(status=Status.FAILED, retry=Retry(utc(now), at, RetryCode.REPORT_UNREAD, "no report")))
    assert timer.jobs.any_to_do(utc(now)) is found


def test_a_job_that_cannot_be_read_ends_idleness(timer: Timer, caplog: pytest.LogCaptureFixture) -> None:
    timer.container.upsert_item({"id": "odd", "status": "ingesting", "movedAt": "2026-11-02T12:00:00.000000Z"})
    timer.tick()
    assert "odd" in caplog.text


def test_an_idle_tick_tidies_what_ended_a_day_ago(timer: Timer) -> None:
    ended = utc(timer.clock.now())
    job = new_job(status=Status.COMPLETED, ended_at=ended)
    timer.jobs.create(job)
    timer.clock.move(hours=23)
    timer.tick()
    assert timer.jobs.poll_mark().idle
    timer.clock.move(hours=2)
    timer.tick()
    found = timer.jobs.get(job.id)
    assert found is not None
    assert found.tidied_at is not None


def test_the_memory_is_not_written_while_there_is_no_job(timer: Timer) -> None:
    before = timer.container.read_item("_poll", "_poll")["_etag"]
    for _ in range(3):
        timer.clock.move(hours=1)
        timer.tick()
    assert timer.container.read_item("_poll", "_poll")["_etag"] == before
