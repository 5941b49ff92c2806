"""Updates of a job with optimistic concurrency, on a server of Cosmos DB's protocol."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosJobs
from shared.adapters.retrying import RACE_ATTEMPTS
from shared.domain.job import (
    Job,
    Status,
)
from shared.errors import Conflict, Transient
from shared.pipeline.signals import Signal, counts
from tests.adapters.test_cosmos_jobs import hour, put


@pytest.fixture
def jobs(database: DatabaseProxy) -> CosmosJobs:
    return CosmosJobs(database, None)


def test_update_writes_what_the_change_makes_and_returns_it(jobs: CosmosJobs) -> None:
    job_id = put(jobs)
    written = jobs.update(job_id, lambda job: msgspec.structs.replace(job, status=Status.INGESTING))
    assert written is not None
    assert written.status is Status.INGESTING
    assert jobs.get(job_id) == written
    assert jobs.update(job_id, lambda _: None) is None
    assert jobs.get(job_id) == written
    assert jobs.update("no-such-job", lambda job: job) is None


def test_updates_of_many_threads_are_all_applied(jobs: CosmosJobs) -> None:
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


def test_an_update_that_another_writer_made_first_is_returned(jobs: CosmosJobs) -> None:
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


def test_an_update_is_decided_anew_after_another_writer_changed_the_job(jobs: CosmosJobs) -> None:
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


def test_an_update_that_loses_ten_races_raises_conflict(jobs: CosmosJobs) -> None:
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


def test_an_error_raised_by_the_change_is_not_retried(jobs: CosmosJobs) -> None:
    job_id = put(jobs)
    seen: list[Job] = []

    def change(job: Job) -> Job:
        seen.append(job)
        raise Transient("the job's report was replaced")

    with pytest.raises(Transient, match="report"):
        jobs.update(job_id, change)
    assert len(seen) == 1


def test_an_update_of_a_job_that_is_deleted_meanwhile_returns_none(jobs: CosmosJobs, database: DatabaseProxy) -> None:
    job_id = put(jobs)

    def change(job: Job) -> Job:
        database.get_container_client("jobs").delete_item(job_id, job_id)
        return msgspec.structs.replace(job, locale="de-DE")

    assert jobs.update(job_id, change) is None
    assert jobs.get(job_id) is None


def test_moved_at_is_written_only_while_the_job_is_ingesting_in_that_run(jobs: CosmosJobs) -> None:
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
