"""The plan of a poll: its requests grow with the jobs that ended, not with those that wait."""

from datetime import datetime, timedelta

import pytest

from shared.domain.job import Failure, Job, Status
from shared.domain.polling import (
    CLOCK_SKEW,
    NEW_GETS,
    NEW_WINDOW,
    UNSEEN_FOR,
    UNSEEN_LIMIT,
    Waiting,
    begin_of,
    filter_since,
    plan,
)

LIMIT = 10
OLDEST = "2026-11-22T10:00:00.000000Z"
WATERMARK = "2026-11-22T12:00:00.000000Z"


def jobs(kind: str, count: int) -> list[Job]:
    return [Job(id=f"{kind}{number}", status=Status.PENDING, accepted_at=OLDEST) for number in range(count)]


def accepted(moment: str | None) -> Job | None:
    return Job(id="oldest", status=Status.PENDING, accepted_at=moment) if moment else None


def ids(found: list[Job]) -> list[str]:
    return [job.id for job in found]


@pytest.mark.parametrize("unseen", [0, 3])
@pytest.mark.parametrize("limit", [0, 1, LIMIT])
@pytest.mark.parametrize("new", [0, 1, NEW_GETS, NEW_GETS + 1, NEW_WINDOW])
@pytest.mark.parametrize("due", [0, 1, LIMIT, LIMIT + 1])
def test_few_jobs_get_a_request_each_and_many_share_a_list(new: int, due: int, limit: int, unseen: int) -> None:
    waiting = Waiting(jobs("new", new), jobs("due", due), jobs("unseen", unseen), accepted(OLDEST))
    found = plan(waiting, limit)
    expected = ids(waiting.new)[:NEW_GETS]
    expected += ids(waiting.due) if due <= limit else []
    assert sorted(ids(found.gets)) == sorted(expected + ids(waiting.unseen))
    assert (found.walk, found.list_ended) == (new > NEW_GETS, due > limit)


def test_without_waiting_jobs_nothing_is_requested() -> None:
    found = plan(Waiting([], [], [], None), 0)
    assert (found.gets, found.walk, found.list_ended) == ([], False, False)


def test_new_due_and_unseen_jobs_are_requested_in_turn() -> None:
    found = plan(Waiting(jobs("new", 90), jobs("due", 2), jobs("unseen", 1), accepted(OLDEST)), LIMIT)
    assert ids(found.gets)[:6] == ["new0", "due0", "unseen0", "new1", "due1", "new2"]


def test_new_jobs_that_failed_come_last_and_the_latest_failure_at_the_very_end() -> None:
    troubled = [
        Job(
            id=f"troubled{minute}",
            status=Status.PENDING,
            accepted_at=OLDEST,
            polled_at=f"2026-11-22T11:{minute:02}:00.000000Z",
            failure=Failure("SpeechUnavailable", "503", "speech2cosmos"),
        )
        for minute in range(40, 0, -1)
    ]
    found = plan(Waiting([*troubled, *jobs("new", 80)], [], [], accepted(OLDEST)), LIMIT)
    assert ids(found.gets) == ids(jobs("new", 80)) + ids(troubled[::-1])[:20]


def test_a_due_and_unseen_job_is_requested_once_and_also_when_due_jobs_share_a_list() -> None:
    due = jobs("due", 3)
    assert sorted(ids(plan(Waiting([], due, due[1:], accepted(OLDEST)), 3).gets)) == ["due0", "due1", "due2"]
    assert ids(plan(Waiting([], due, due[1:], accepted(OLDEST)), 2).gets) == ["due1", "due2"]


@pytest.mark.parametrize(
    ("watermark", "oldest", "since"),
    [
        (WATERMARK, OLDEST, WATERMARK),
        (OLDEST, WATERMARK, WATERMARK),
        (None, OLDEST, OLDEST),
        (WATERMARK, None, WATERMARK),
        (None, None, OLDEST),
    ],
)
def test_the_list_begins_at_the_watermark_or_the_oldest_job_whichever_is_later(
    watermark: str | None, oldest: str | None, since: str
) -> None:
    assert begin_of(Waiting([], jobs("due", 2), [], accepted(oldest)), watermark) == since


def test_the_filter_selects_ended_jobs_since_ten_minutes_before_the_watermark() -> None:
    assert timedelta(minutes=10) == CLOCK_SKEW
    assert filter_since("2026-11-22T12:00:59.999999Z") == (
        "status ne 'NotStarted' and status ne 'Running' and lastActionDateTime ge 2026-11-22T11:50:59Z"
    )
    begin = datetime.fromisoformat(filter_since("2026-01-01T00:05:00.000000Z").rpartition(" ")[2])
    assert begin == datetime.fromisoformat("2025-12-31T23:55:00Z")


def test_a_job_is_unseen_after_an_hour_and_fifty_of_them_are_requested_per_tick() -> None:
    assert timedelta(hours=1) == UNSEEN_FOR
    assert UNSEEN_LIMIT == 50
