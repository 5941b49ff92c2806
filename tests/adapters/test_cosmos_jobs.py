"""Container `jobs` on a real server of the protocol."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosJobs
from shared.adapters.retrying import RACE_ATTEMPTS
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
from shared.errors import Conflict, Transient
from shared.pipeline.signals import Signal, counts
from tests.adapters.documents import NOON, new_job, new_key, summary

RETENTION = 86_400


@pytest.fixture
def jobs(database: DatabaseProxy) -> CosmosJobs:
    """Return the adapter over an empty container, documents of which stay."""
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


def test_a_job_is_read_as_it_was_created_and_created_once(jobs: CosmosJobs) -> None:
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


def test_update_writes_what_the_change_makes_and_returns_it(jobs: CosmosJobs) -> None:
    job_id = put(jobs)
    written = jobs.update(job_id, lambda job: msgspec.structs.replace(job, status=Status.INGESTING))
    assert written is not None
    assert written.status is Status.INGESTING
    assert jobs.get(job_id) == written
    assert jobs.update(job_id, lambda _: None) is None
    assert jobs.get(job_id) == written
    assert jobs.update("no-such-job", lambda job: job) is None


def test_updates_of_many_threads_are_all_made(jobs: CosmosJobs) -> None:
    job_id = put(jobs)

    def count(number: int) -> None:
        def change(job: Job) -> Job:
            # The name makes the documents of two threads differ, as their times of day do in the app.
            return msgspec.structs.replace(job, poll_count=job.poll_count + 1, display_name=f"{number}")

        while True:
            try:
                jobs.update(job_id, change)
            except Conflict:
                continue  # the other threads won ten times: a queue would deliver the message again
            return

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(24)))
    job = jobs.get(job_id)
    assert job is not None
    assert job.poll_count == 24


def test_an_update_that_another_writer_made_first_is_made_and_returned(jobs: CosmosJobs) -> None:
    job_id = put(jobs)
    tries: list[Job] = []

    def change(job: Job) -> Job:
        if not tries:
            jobs.update(job_id, lambda other: msgspec.structs.replace(other, status=Status.FAILED))
        tries.append(job)
        return msgspec.structs.replace(job, status=Status.FAILED)

    written = jobs.update(job_id, change)
    assert written is not None
    assert (written, len(tries)) == (jobs.get(job_id), 1)


def test_an_update_sees_what_another_wrote_between_its_reading_and_its_writing(jobs: CosmosJobs) -> None:
    job_id = put(jobs)
    seen: list[Status] = []

    def change(job: Job) -> Job | None:
        if not seen:
            jobs.update(job_id, lambda other: msgspec.structs.replace(other, status=Status.FAILED))
        seen.append(job.status)
        return msgspec.structs.replace(job, poll_count=1) if job.status is Status.PENDING else None

    assert jobs.update(job_id, change) is None
    assert seen == [Status.PENDING, Status.FAILED]
    job = jobs.get(job_id)
    assert job is not None
    assert job.poll_count == 0


def test_an_update_of_a_job_that_is_changed_all_the_time_gives_up_as_a_conflict(jobs: CosmosJobs) -> None:
    job_id = put(jobs)
    seen: list[int] = []

    def change(job: Job) -> Job:
        seen.append(job.poll_count)
        jobs.update(job_id, lambda other: msgspec.structs.replace(other, poll_count=other.poll_count + 1))
        return msgspec.structs.replace(job, locale="de-DE")

    begun = counts()[Signal.RETRY]
    with pytest.raises(Conflict):
        jobs.update(job_id, change)
    assert seen == list(range(RACE_ATTEMPTS))
    assert counts()[Signal.RETRY] == begun + RACE_ATTEMPTS - 1


def test_an_error_of_the_change_itself_is_not_tried_again(jobs: CosmosJobs) -> None:
    job_id = put(jobs)
    seen: list[Job] = []

    def change(job: Job) -> Job:
        seen.append(job)
        raise Transient("the job's report was replaced")

    with pytest.raises(Transient, match="report"):
        jobs.update(job_id, change)
    assert len(seen) == 1


def test_an_update_of_a_job_that_is_deleted_meanwhile_writes_nothing(jobs: CosmosJobs, database: DatabaseProxy) -> None:
    job_id = put(jobs)

    def change(job: Job) -> Job:
        database.get_container_client("jobs").delete_item(job_id, job_id)
        return msgspec.structs.replace(job, locale="de-DE")

    assert jobs.update(job_id, change) is None
    assert jobs.get(job_id) is None


def test_a_job_moves_only_while_it_is_ingested_in_the_run_that_moved_it(jobs: CosmosJobs) -> None:
    ingesting = put(jobs, status=Status.INGESTING, run=2, moved_at=hour(1), properties={"kept": [1]})
    ended = put(jobs, status=Status.COMPLETED, run=2, moved_at=hour(1))
    before = jobs.get(ingesting)
    assert before is not None
    for job_id, run in ((ingesting, 1), (ingesting, 3), (ended, 2), ("no-such-job", 2)):
        jobs.moved(job_id, run, datetime.fromisoformat(hour(5)))
    assert jobs.get(ingesting) == before
    jobs.moved(ingesting, 2, datetime.fromisoformat(hour(6)))
    assert jobs.get(ingesting) == msgspec.structs.replace(before, moved_at=hour(6))
    job = jobs.get(ended)
    assert job is not None
    assert job.moved_at == hour(1)


def test_new_due_and_unseen_jobs_are_the_pending_ones_in_their_order(jobs: CosmosJobs) -> None:
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


def test_the_oldest_pending_job_is_found_whether_it_was_asked_for_or_not(jobs: CosmosJobs) -> None:
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


def test_ingesting_jobs_come_the_longest_unmoved_first(jobs: CosmosJobs) -> None:
    put(jobs)
    moved = [put(jobs, status=Status.INGESTING, moved_at=hour(number)) for number in (8, 2, 5)]
    assert ids(jobs.ingesting(None, 10)) == [moved[1], moved[2], moved[0]]
    assert ids(jobs.ingesting(Place(hour(2), moved[1]), 10)) == [moved[2], moved[0]]
    assert ids(jobs.ingesting(Place(hour(3), ""), 10)) == [moved[2], moved[0]]
    assert ids(jobs.ingesting(Place(hour(8), moved[0]), 10)) == []


def test_no_job_is_lost_between_two_places_however_many_moved_or_ended_at_the_same_moment(jobs: CosmosJobs) -> None:
    moments = (1, 2, 2, 2, 2, 3, 3, 4)
    moved = [put(jobs, status=Status.INGESTING, moved_at=hour(number)) for number in moments]
    ended = [put(jobs, status=Status.FAILED, ended_at=hour(number)) for number in moments]
    for limit in (1, 2, 3, 5):
        in_order(partial(jobs.ingesting, limit=limit), Place.by_movement, moved, limit)
        in_order(partial(jobs.untidied, hour(9), limit=limit), Place.by_end, ended, limit)


def in_order(
    find: Callable[[Place | None], list[Job]], place_of: Callable[[Job], Place], expected: list[str], limit: int
) -> None:
    """Assert that all jobs are found, in their order and once, if each search begins where the one before ended."""
    found: list[Job] = []
    while some := find(place_of(found[-1]) if found else None):
        found += some
        if len(some) < limit:
            break
    places = [place_of(job) for job in found]
    assert places == sorted(places)
    assert sorted(ids(found)) == sorted(expected)
    for number in (1, 3):
        assert ids(find(places[number]))[:1] == ids(found)[number + 1 : number + 2], "whoever was passed is left out"


def test_jobs_to_be_listed_again_are_those_whose_time_has_come_in_any_state_the_most_overdue_first(
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


def test_untidied_are_the_jobs_that_ended_long_enough_ago_in_any_end_state(jobs: CosmosJobs) -> None:
    ended = {put(jobs, status=status, ended_at=hour(3)) for status in END_STATES}
    put(jobs, status=Status.FAILED, ended_at=hour(9))
    put(jobs, status=Status.FAILED, ended_at=hour(3), tidied_at=hour(4))
    put(jobs)
    assert set(ids(jobs.untidied(hour(5), None, 10))) == ended
    assert jobs.untidied(hour(5), Place(hour(4), ""), 10) == []


def test_the_polls_memory_is_empty_at_first_and_no_job(jobs: CosmosJobs) -> None:
    assert jobs.poll_mark() == PollMark(id=POLL_ID)
    jobs.put_poll_mark(PollMark(id=POLL_ID, watermark=NOON))
    jobs.put_poll_mark(PollMark(id=POLL_ID, watermark=hour(13)))
    assert jobs.poll_mark().watermark == hour(13)
    assert jobs.listed(None, 10) == []


def test_a_rejected_message_is_kept_once_and_is_no_job(jobs: CosmosJobs) -> None:
    for number, name in ((3, "a"), (5, "b"), (4, "a")):
        jobs.reject(
            Rejected(id=f"rejected_{name}", queue="q", message="m", code="c", reason="r", rejected_at=hour(number))
        )
    assert [rejected.id for rejected in jobs.rejected(10)] == ["rejected_b", "rejected_a"]
    assert len(jobs.rejected(1)) == 1
    assert jobs.new(10) == []


def test_a_rejected_message_is_read_by_its_id_and_forgotten_unless_it_was_rejected_again(jobs: CosmosJobs) -> None:
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


def test_unlisted_are_the_jobs_whose_listing_was_given_up_and_that_came_to_no_better_end(jobs: CosmosJobs) -> None:
    stuck = Failure(LISTING_GIVEN_UP, "503", "speech2cosmos")
    wanted = {put(jobs, status=status, failure=stuck) for status in (Status.INGESTING, Status.EXPIRED)}
    put(jobs, status=Status.INGESTING)
    put(jobs, status=Status.EXPIRED, failure=Failure("Expired", "late", "speech2cosmos"))
    put(jobs, status=Status.FAILED, failure=Failure(LISTING_GIVEN_UP, "a code of Speech's", "Speech"))
    assert set(ids(jobs.unlisted())) == wanted


def test_jobs_are_listed_the_newest_first_and_by_status(jobs: CosmosJobs) -> None:
    made = [put(jobs, accepted_at=hour(number)) for number in (3, 7, 5)]
    failed = put(jobs, status=Status.FAILED, accepted_at=hour(1))
    assert ids(jobs.listed(None, 10)) == [made[1], made[2], made[0], failed]
    assert ids(jobs.listed("failed", 10)) == [failed]
    assert ids(jobs.listed(None, 1)) == [made[1]]


def test_with_retention_every_document_but_the_polls_memory_gets_a_time_to_live(
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
