"""Container `jobs` on a server of Cosmos DB's protocol."""

from collections.abc import Callable
from functools import partial

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosJobs
from shared.adapters.cosmos.job_lists import JobLists
from shared.domain.documents import ReportDetail
from shared.domain.job import (
    END_STATES,
    LISTING_GIVEN_UP,
    Failure,
    FileCounts,
    Job,
    Rejected,
    Retry,
    RetryCode,
    Status,
)
from shared.domain.poll_mark import POLL_ID, Place, PollMark
from shared.errors import Conflict
from tests.adapters.documents import NOON, new_job, new_key, summary

RETENTION = 86_400


@pytest.fixture
def jobs(database: DatabaseProxy) -> CosmosJobs:
    """Return the adapter over an emptied container, without retention."""
    container = database.get_container_client("jobs")
    for item in container.query_items("SELECT c.id FROM c", enable_cross_partition_query=True):
        container.delete_item(item["id"], item["id"])
    return CosmosJobs(database, None)


def put(jobs: CosmosJobs, **changes: object) -> str:
    """Create a job; return its id."""
    job = new_job(**changes)
    jobs.create(job)
    return job.id


def hour(number: int) -> str:
    """Return a time of day."""
    return f"2026-11-02T{number:02}:00:00.000000Z"


def ids(found: list[Job]) -> list[str]:
    """Return the ids in the order found."""
    return [job.id for job in found]


def test_a_job_is_read_unchanged_and_created_once(jobs: CosmosJobs) -> None:
    report = summary(new_key(), "r1")
    detail = ReportDetail("https://audio.example/a.wav", "Failed", "InvalidAudio", "größer")
    job = new_job(
        properties={"error": None, "durationMilliseconds": 3.5, "nested": {"list": [1, "zwei"]}},
        files=FileCounts(expected=2),
        report=msgspec.structs.replace(report, failures=[detail]),
        failure=Failure("Expired", "日本語", "speech2cosmos"),
    )
    jobs.create(job)
    assert jobs.get(job.id) == job
    with pytest.raises(Conflict):
        jobs.create(job)
    assert jobs.get("no-such-job") is None


def test_new_due_and_unseen_jobs_are_pending_and_sorted(jobs: CosmosJobs) -> None:
    put(jobs, status=Status.INGESTING, next_poll_at=hour(1), polled_at=hour(1), poll_count=1)
    new = [put(jobs, accepted_at=hour(number)) for number in (9, 3)]
    asked = [
        put(jobs, poll_count=1, accepted_at=hour(2), polled_at=hour(number), next_poll_at=hour(12 - number))
        for number in (5, 4, 6)
    ]
    assert ids(jobs.new(10)) == [new[1], new[0]]
    assert ids(jobs.new(1)) == [new[1]]
    assert ids(jobs.due(hour(7), 10)) == [asked[2], asked[0]]
    assert ids(jobs.due(hour(23), 2)) == [asked[2], asked[0]]
    assert ids(jobs.unseen(hour(5), 10)) == [asked[1], asked[0]]
    assert ids(jobs.unseen(hour(23), 1)) == [asked[1]]


def test_the_oldest_pending_job_is_found_whether_it_was_polled_or_not(jobs: CosmosJobs) -> None:
    put(jobs, accepted_at=hour(2), poll_count=1, status=Status.COMPLETED)
    assert jobs.oldest_pending() is None
    new = put(jobs, accepted_at=hour(6))
    _, asked, _ = [put(jobs, accepted_at=hour(number), poll_count=1) for number in (7, 5, 8)]
    put(jobs, accepted_at=hour(9))
    assert [job.id for job in (jobs.oldest_pending(),) if job] == [asked]
    jobs.update(asked, lambda job: msgspec.structs.replace(job, status=Status.FAILED))
    assert [job.id for job in (jobs.oldest_pending(),) if job] == [new]


def test_pending_jobs_are_found_among_a_hundred_ids(jobs: CosmosJobs) -> None:
    pending, ended = put(jobs), put(jobs, status=Status.FAILED)
    strangers = [new_job().id for _ in range(98)]
    assert ids(jobs.pending_among([*strangers, pending, ended])) == [pending]


def test_ingesting_jobs_are_sorted_by_moved_at(jobs: CosmosJobs) -> None:
    put(jobs)
    moved = [put(jobs, status=Status.INGESTING, moved_at=hour(number)) for number in (8, 2, 5)]
    assert ids(jobs.ingesting(None, 10)) == [moved[1], moved[2], moved[0]]
    assert ids(jobs.ingesting(Place(hour(2), moved[1]), 10)) == [moved[2], moved[0]]
    assert ids(jobs.ingesting(Place(hour(3), ""), 10)) == [moved[2], moved[0]]
    assert ids(jobs.ingesting(Place(hour(8), moved[0]), 10)) == []


def test_paging_by_place_returns_every_job_once_even_if_many_have_the_same_time(jobs: CosmosJobs) -> None:
    moments = (1, 2, 2, 2, 2, 3, 3, 4)
    moved = [put(jobs, status=Status.INGESTING, moved_at=hour(number)) for number in moments]
    ended = [put(jobs, status=Status.FAILED, ended_at=hour(number)) for number in moments]
    for limit in (1, 2, 3, 5):
        in_order(partial(jobs.ingesting, limit=limit), Place.by_movement, moved, limit)
        in_order(partial(jobs.untidied, hour(9), limit=limit), Place.by_end, ended, limit)


def in_order(
    find: Callable[[Place | None], list[Job]], place_of: Callable[[Job], Place], expected: list[str], limit: int
) -> None:
    """Check that searches that begin where the last one ended find every job once and in order."""
    found: list[Job] = []
    while some := find(place_of(found[-1]) if found else None):
        found += some
        if len(some) < limit:
            break
    places = [place_of(job) for job in found]
    assert places == sorted(places)
    assert sorted(ids(found)) == sorted(expected)
    for number in (1, 3):
        assert ids(find(places[number]))[:1] == ids(found)[number + 1 : number + 2], (
            "jobs before the place are left out"
        )


def test_jobs_due_to_be_listed_again_are_found_in_any_state_the_most_overdue_first(
    jobs: CosmosJobs,
) -> None:
    put(jobs, status=Status.INGESTING)
    put(jobs, status=Status.INGESTING, retry=Retry(hour(1), None, RetryCode.FETCH_FAILED, "503"))
    due = [
        put(jobs, status=status, retry=Retry(hour(1), hour(number), RetryCode.FETCH_FAILED, "503"))
        for status, number in ((Status.INGESTING, 4), (Status.FAILED, 3), (Status.INGESTING, 9))
    ]
    assert ids(jobs.to_list_again(hour(5), 10)) == [due[1], due[0]]
    assert ids(jobs.to_list_again(hour(5), 1)) == [due[1]]


def test_untidied_jobs_ended_before_the_given_time_in_any_end_state(jobs: CosmosJobs) -> None:
    ended = {put(jobs, status=status, ended_at=hour(3)) for status in END_STATES}
    put(jobs, status=Status.FAILED, ended_at=hour(9))
    put(jobs, status=Status.FAILED, ended_at=hour(3), tidied_at=hour(4))
    put(jobs)
    assert set(ids(jobs.untidied(hour(5), None, 10))) == ended
    assert jobs.untidied(hour(5), Place(hour(4), ""), 10) == []


def test_the_poll_mark_is_empty_at_first_and_is_not_listed_as_a_job(jobs: CosmosJobs, database: DatabaseProxy) -> None:
    assert jobs.poll_mark() == PollMark(id=POLL_ID)
    jobs.put_poll_mark(PollMark(id=POLL_ID, watermark=NOON))
    jobs.put_poll_mark(PollMark(id=POLL_ID, watermark=hour(13)))
    assert jobs.poll_mark().watermark == hour(13)
    assert JobLists(database).newest(10) == []


def test_a_rejected_message_is_stored_once_and_is_not_listed_as_a_job(jobs: CosmosJobs) -> None:
    for number, name in ((3, "a"), (5, "b"), (4, "a")):
        jobs.reject(
            Rejected(id=f"rejected_{name}", queue="q", message="m", code="c", reason="r", rejected_at=hour(number))
        )
    assert [rejected.id for rejected in jobs.rejected(10)] == ["rejected_b", "rejected_a"]
    assert len(jobs.rejected(1)) == 1
    assert jobs.new(10) == []


def test_a_rejected_message_is_deleted_unless_it_was_rejected_again(jobs: CosmosJobs) -> None:
    first = Rejected(id="rejected_a", queue="q", message="m", code="c", reason="r", rejected_at=hour(3))
    jobs.reject(first)
    assert jobs.rejected_as("rejected_a") == first
    again = msgspec.structs.replace(first, rejected_at=hour(4))
    jobs.reject(again)
    assert not jobs.forget(first)
    assert jobs.rejected() == [again]
    assert jobs.forget(again)
    assert jobs.forget(again)
    assert (jobs.rejected(), jobs.rejected_as("rejected_a")) == ([], None)


def test_unlisted_jobs_are_those_whose_listing_was_given_up(jobs: CosmosJobs) -> None:
    stuck = Failure(LISTING_GIVEN_UP, "503", "speech2cosmos")
    wanted = {put(jobs, status=status, failure=stuck) for status in (Status.INGESTING, Status.EXPIRED)}
    put(jobs, status=Status.INGESTING)
    put(jobs, status=Status.EXPIRED, failure=Failure("Expired", "late", "speech2cosmos"))
    put(jobs, status=Status.FAILED, failure=Failure(LISTING_GIVEN_UP, "a code of Speech's", "Speech"))
    assert set(ids(jobs.unlisted())) == wanted


def test_jobs_are_listed_the_newest_first_by_status_and_by_time(jobs: CosmosJobs, database: DatabaseProxy) -> None:
    made = [put(jobs, accepted_at=hour(number)) for number in (3, 7, 5)]
    failed = put(jobs, status=Status.FAILED, accepted_at=hour(1))
    late = put(jobs, status=Status.FAILED, accepted_at=hour(6))
    lists = JobLists(database)
    assert ids(lists.newest(10)) == [made[1], late, made[2], made[0], failed]
    assert ids(lists.newest(10, [Status.FAILED])) == [late, failed]
    assert ids(lists.newest(2, [Status.FAILED, Status.PENDING])) == [made[1], late]
    assert ids(lists.newest(10, since=hour(5))) == [made[1], late, made[2]]
    assert ids(lists.newest(10, [Status.FAILED], hour(5))) == [late]
    assert ids(lists.newest(1)) == [made[1]]


def test_a_job_is_found_by_the_beginning_of_its_id_and_by_its_name(jobs: CosmosJobs, database: DatabaseProxy) -> None:
    first, second = f"{'ab' * 4}-1", f"{'ab' * 4}-2"
    put(jobs, id=second, display_name="calls")
    put(jobs, id=first)
    jobs.put_poll_mark(PollMark(id=POLL_ID))
    lists = JobLists(database)
    assert [job.id for job in lists.beginning("abab")] == [first, second]
    assert [job.id for job in lists.beginning(second)] == [second]
    assert lists.beginning(POLL_ID[:2]) == []
    assert [job.id for job in lists.with_name("calls")] == [second]
    assert lists.with_name("call") == []


def test_with_retention_every_document_except_the_poll_mark_has_a_ttl(
    jobs: CosmosJobs, database: DatabaseProxy
) -> None:
    stays = put(jobs)
    keeping = CosmosJobs(database, RETENTION)
    goes = put(keeping)
    keeping.update(goes, lambda job: msgspec.structs.replace(job, poll_count=1))
    keeping.reject(Rejected(id="rejected_x", queue="q", message="m", code="c", reason="r", rejected_at=NOON))
    keeping.put_poll_mark(PollMark(id=POLL_ID, watermark=NOON))
    rows = database.get_container_client("jobs").query_items("SELECT * FROM c", enable_cross_partition_query=True)
    assert {row["id"]: row.get("ttl") for row in rows} == {
        stays: None,
        goes: RETENTION,
        "rejected_x": RETENTION,
        POLL_ID: None,
    }
    keeping.update(stays, lambda job: msgspec.structs.replace(job, poll_count=1))
    assert database.get_container_client("jobs").read_item(stays, stays)["ttl"] == RETENTION
