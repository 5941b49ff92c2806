"""When a job's files are listed again, and when retries end."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from shared.domain.documents import utc
from shared.domain.ingesting import FileTally, expired, settle, unlistable, vanished
from shared.domain.job import Failure, FileCounts, Job, Retry, RetryCode, Status
from shared.domain.patience import (
    Patience,
    deleted_at,
    given_up,
    is_over,
    listed_again,
    pause,
    put_off,
    stands_still,
)

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
PATIENCE = Patience()
FAILED = RetryCode.FETCH_FAILED


def at(**later: float) -> str:
    return utc(NOW + timedelta(**later))


def job(**members: object) -> Job:
    plain = Job(
        id="a",
        status=Status.INGESTING,
        accepted_at=at(hours=-1),
        moved_at=at(minutes=-1),
        last_action_date_time="2026-11-22T11:00:00Z",
        files=FileCounts(3, 1, reports=1),
    )
    return msgspec.structs.replace(plain, **members)


def retry(since: str, due: str | None = None, code: RetryCode = FAILED) -> Retry:
    return Retry(since, due, code, "503")


@pytest.mark.parametrize(
    ("waited", "expected"), [(0, 1), (1, 1), (2, 2), (7, 7), (59, 59), (60, 60), (61, 60), (1440, 60)]
)
def test_pauses_grow_from_a_minute_to_an_hour(waited: int, expected: int) -> None:
    assert pause(timedelta(minutes=waited), PATIENCE) == timedelta(minutes=expected)
    short = Patience(retry_min_seconds=1)
    assert pause(timedelta(seconds=waited), short) == timedelta(seconds=expected)


def test_an_outage_of_twelve_hours_costs_about_twenty_listings_at_most_an_hour_apart() -> None:
    now, current, listings = NOW, job(), 0
    while now < NOW + timedelta(hours=12):
        current = put_off(current, FAILED, "503", PATIENCE, now)
        assert current.retry is not None
        assert current.retry.since == utc(NOW)
        assert current.retry.at is not None
        due = datetime.fromisoformat(current.retry.at)
        assert due - now <= timedelta(hours=1)
        now = due
        again = listed_again(current, PATIENCE, now)
        assert again is not None
        assert not is_over(again, FAILED, PATIENCE, now)
        current, listings = again, listings + 1
    assert 15 < listings < 25


def test_a_second_failure_before_the_next_listing_changes_nothing() -> None:
    once = put_off(job(), FAILED, "503", PATIENCE, NOW)
    assert once.retry == Retry(at(), at(minutes=1), FAILED, "503")
    assert put_off(once, RetryCode.LISTING_FAILED, "other", PATIENCE, NOW + timedelta(seconds=9)) == once


def test_a_due_listing_is_sent_once_and_updates_moved_at() -> None:
    waiting = job(retry=retry(at(hours=-1), at(seconds=1)), moved_at=at(hours=-1))
    assert listed_again(waiting, PATIENCE, NOW) is None
    later = NOW + timedelta(seconds=1)
    sent = listed_again(waiting, PATIENCE, later)
    assert sent is not None
    assert (sent.retry, sent.moved_at) == (retry(at(hours=-1)), utc(later))
    assert listed_again(sent, PATIENCE, later) is None


def test_a_failure_is_retried_for_give_up_hours() -> None:
    failing = job(retry=retry(at(hours=-24)))
    assert is_over(failing, FAILED, PATIENCE, NOW)
    assert not is_over(failing, FAILED, PATIENCE, NOW - timedelta(seconds=1))
    assert not is_over(job(), FAILED, PATIENCE, NOW)
    assert is_over(job(), FAILED, Patience(give_up_hours=0), NOW)
    assert given_up(failing, "GivenUp", "503", NOW) == Failure("GivenUp", "503", "speech2cosmos")


@pytest.mark.parametrize(
    ("properties", "hours"),
    [
        ({"timeToLiveHours": 6}, 6),
        ({"timeToLiveHours": 48.0}, 48),
        ({"timeToLive": "PT6H"}, 6),
        ({"timeToLive": "P1DT12H"}, 36),
        ({"timeToLiveHours": 0}, None),
        ({"timeToLiveHours": "6"}, None),
        ({"timeToLive": "six hours"}, None),
        ({"timeToLiveHours": 1e300}, None),
        ({}, None),
    ],
)
def test_speech_deletes_a_job_at_its_end_plus_its_time_to_live(
    properties: dict[str, object], hours: int | None
) -> None:
    ended = datetime(2026, 11, 22, 11, 0, 0, tzinfo=UTC)
    found = deleted_at(job(properties=properties))
    assert found == (None if hours is None else ended + timedelta(hours=hours))
    assert deleted_at(job(properties=properties, last_action_date_time=None)) is None
    assert deleted_at(job(properties=properties, last_action_date_time="yesterday")) is None


def test_a_failure_is_retried_no_longer_than_speech_keeps_the_job() -> None:
    short = job(properties={"timeToLiveHours": 6}, retry=retry(at(hours=-1)))
    end = datetime(2026, 11, 22, 17, 0, 0, tzinfo=UTC)
    assert not is_over(short, FAILED, PATIENCE, end - timedelta(seconds=1))
    assert is_over(short, FAILED, PATIENCE, end)
    failure = given_up(short, "GivenUp", "503", end)
    assert failure.code == "TimeToLiveEnded"
    assert "2026-11-22T17:00:00" in failure.message
    assert "503" in failure.message
    gone = vanished(short, "404", end)
    assert (gone.status, gone.failure and gone.failure.code) == (Status.NOT_FOUND, "TimeToLiveEnded")
    lost = unlistable(short, "503", PATIENCE, end)
    assert (lost.status, lost.failure and lost.failure.code, lost.retry) == (Status.EXPIRED, "TimeToLiveEnded", None)


def test_a_job_whose_files_cannot_be_listed_expires_after_give_up_hours() -> None:
    open_ = unlistable(job(), "503", PATIENCE, NOW)
    assert (open_.status, open_.retry and open_.retry.code) == (Status.INGESTING, "ListingFailed")
    lost = unlistable(job(retry=retry(at(hours=-24))), "503", PATIENCE, NOW)
    assert (lost.status, lost.failure) == (Status.EXPIRED, Failure("ListingGivenUp", "503", "speech2cosmos"))


@pytest.mark.parametrize("due", [None, at(minutes=5)])
@pytest.mark.parametrize(("moved", "still"), [(-30, True), (-29, False)])
def test_a_job_without_progress_is_scheduled_for_a_listing_once(due: str | None, moved: int, *, still: bool) -> None:
    before = job(moved_at=at(minutes=moved), retry=due and retry(at(hours=-1), due))
    found = stands_still(before, PATIENCE, NOW)
    if due is not None or not still:
        assert found is None
        return
    assert found is not None
    assert found.retry is not None
    assert (found.retry.code, found.retry.since, found.retry.at) == ("StandsStill", at(), at())


def test_a_job_without_progress_in_an_outage_keeps_the_reason_of_its_retry() -> None:
    found = stands_still(job(moved_at=at(hours=-1), retry=retry(at(hours=-3))), PATIENCE, NOW)
    assert found is not None
    assert found.retry == retry(at(hours=-3), at())


def test_a_job_retried_without_success_for_give_up_hours_expires() -> None:
    still = job(moved_at=at(minutes=-30), retry=retry(at(hours=-24)))
    found = expired(still, PATIENCE, NOW)
    assert found is not None
    assert (found.status, found.retry, found.ended_at) == (Status.EXPIRED, None, at())
    assert found.failure == Failure("Expired", "only 1 of 3 files are in: 503", "speech2cosmos")
    told = msgspec.structs.replace(still, failure=Failure("ApiVersionRefused", "400", "speech2cosmos"))
    again = expired(told, PATIENCE, NOW)
    assert again is not None
    assert again.failure == told.failure


@pytest.mark.parametrize(
    "members",
    [
        {"moved_at": at(minutes=-29)},
        {"retry": retry(at(hours=-23))},
        {"retry": retry(at(hours=-24), at(minutes=1))},
        {"retry": None},
        {"status": Status.COMPLETED},
    ],
)
def test_a_job_that_moved_or_is_scheduled_for_a_listing_does_not_expire(members: dict[str, object]) -> None:
    before = job(**{"moved_at": at(hours=-100), "retry": retry(at(hours=-24)), **members})
    assert expired(before, PATIENCE, NOW) is None


@pytest.mark.parametrize(("due", "kept"), [(None, False), (at(minutes=1), True)])
def test_progress_ends_a_retry_unless_a_listing_is_scheduled(due: str | None, *, kept: bool) -> None:
    before = job(retry=retry(at(hours=-20), due))
    found = settle(before, FileTally(2, 0, 0, []), PATIENCE, NOW)
    assert found.status is Status.INGESTING
    assert found.retry == (before.retry if kept else None)


def test_a_failed_job_is_listed_for_its_report_until_give_up_hours_are_over() -> None:
    failed = job(status=Status.FAILED, retry=retry(at(), at(), RetryCode.REPORT_UNREAD))
    sent = listed_again(failed, PATIENCE, NOW)
    assert sent is not None
    assert sent.retry is not None
    assert (sent.status, sent.retry.at) == (Status.FAILED, at(minutes=30))
    late = NOW + timedelta(hours=24)
    over = listed_again(sent, PATIENCE, late)
    assert over is not None
    assert (over.status, over.retry) == (Status.FAILED, None)
