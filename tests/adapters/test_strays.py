"""Strays in a Cosmos server: jobs that no query of the timer finds. A search finds them, or logs unreadable ones."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.domain.job import Status
from shared.domain.polling import STRAYS_LIMIT
from tests.adapters.documents import new_job
from tests.adapters.timer import Timer

Item = dict[str, Any]


@pytest.fixture
def timer(database: DatabaseProxy) -> Timer:
    return Timer(database)


UNFOUND: dict[str, Callable[[Item], Item]] = {
    "null in each time": lambda job: {**job, "polledAt": None, "nextPollAt": None, "movedAt": None},
    "no times": lambda job: {k: v for k, v in job.items() if k not in {"polledAt", "nextPollAt", "movedAt"}},
    "null in each property": lambda job: {**dict.fromkeys(job), **{name: job[name] for name in ("id", "status")}},
    "numbers in place of texts": lambda job: {**job, "polledAt": 8, "nextPollAt": 7, "movedAt": 6, "acceptedAt": 5},
    "text in place of times": lambda job: {**job, "polledAt": "soon", "nextPollAt": "soon", "movedAt": None},
    "no count of polls": lambda job: {
        **{k: v for k, v in job.items() if k != "pollCount"},
        "polledAt": None,
        "nextPollAt": None,
        "movedAt": 1,
        "files": None,
    },
}


@pytest.mark.parametrize("odd", UNFOUND)
@pytest.mark.parametrize("status", [Status.PENDING, Status.INGESTING])
def test_a_stray_is_found_again_or_reported_as_unreadable(
    timer: Timer, odd: str, status: Status, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = [timer.whole() if status is Status.INGESTING else timer.pending() for _ in range(2)]
    for job in jobs:
        timer.container.upsert_item(UNFOUND[odd](msgspec.to_builtins(job)))
    other = timer.whole()
    found = timer.tick()
    assert timer.status(other) is Status.COMPLETED
    named = {
        job.id for job in jobs for line in caplog.records if job.id in line.message and "set aside" in line.message
    }
    readable = odd in {"null in each time", "no times"}
    assert named == (set() if readable else {job.id for job in jobs})
    if readable and status is Status.PENDING:
        assert {job.id for job in jobs} <= found
    elif readable:
        assert [timer.status(job) for job in jobs] == [Status.COMPLETED] * 2


def test_strays_are_searched_every_thirty_minutes(timer: Timer) -> None:
    timer.tick()
    for minutes, found in ((29, False), (2, True), (29, False), (2, True)):
        timer.clock.move(minutes=minutes)
        job = timer.pending(next_poll_at=None, polled_at=None)
        assert (job.id in timer.tick()) is found
        timer.container.delete_item(job.id, job.id)


def test_many_unreadable_strays_hide_no_readable_one(timer: Timer) -> None:
    for number in range(2 * STRAYS_LIMIT):
        item = msgspec.to_builtins(new_job(poll_count=1))
        timer.container.create_item({**item, "acceptedAt": number, "polledAt": None})
    jobs = [timer.pending(next_poll_at=None, polled_at=None) for _ in range(STRAYS_LIMIT + 1)]
    assert {job.id for job in jobs} == {job_id for _ in range(2) for job_id in timer.tick()}
