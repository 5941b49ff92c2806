"""Unreadable failure documents in a Cosmos server: their files are fetched all the same."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts
from shared.domain.documents import FAILURE_ID, FileKey
from shared.domain.job import NO_RUN, FileCounts, Job, Status
from shared.domain.messages import decode_work
from shared.domain.stored_files import Outcome
from shared.pipeline.accept import AcceptJob
from tests.adapters.documents import failure, head, new_job, new_key, stored_failure
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.world import NONE_AT_ALL, World, result

Item = dict[str, Any]

NO_RESULT, RESULT = b"[]", result("hello")

WITH_RUN: dict[str, Item] = {
    "numbers in place of texts": {"code": 5, "message": 6, "kind": 7, "failedAt": 8},
    "null almost everywhere": dict.fromkeys(("code", "message", "kind", "name", "attempts", "failedAt")),
    "of a later version": {"schemaVersion": 9, "code": {"new": True}},
}
WITHOUT_RUN: dict[str, Item] = {
    "another type": {"type": "forgotten"},
    "no run": {"run": None},
    "an invalid run": {"run": "first"},
}
ODD = {**WITH_RUN, **WITHOUT_RUN}


class StoredWorld(World):
    """The use cases over a real database, with the other services in memory and without retries by listing."""

    def __init__(self, database: DatabaseProxy) -> None:
        super().__init__(patience=NONE_AT_ALL)
        self.container = database.get_container_client("transcripts")
        self.stored_jobs, self.stored = CosmosJobs(database, None), CosmosTranscripts(database, None)
        self.accept = AcceptJob(self.stored_jobs, self.clock)
        self.ingest = replace(self.ingest, jobs=self.stored_jobs, transcripts=self.stored)
        self.poll = replace(self.poll, jobs=self.stored_jobs)
        self.settle = replace(self.settle, jobs=self.stored_jobs, transcripts=self.stored)
        self.fetch = replace(self.fetch, jobs=self.stored_jobs, transcripts=self.stored, ingest=self.ingest)
        self.poison = replace(
            self.poison, jobs=self.stored_jobs, transcripts=self.stored, ingest=self.ingest, accept=self.accept
        )

    def job(self, job_id: str = "") -> Job:
        """Return the job's document."""
        found = self.stored_jobs.get(job_id)
        assert found is not None
        return found

    def make_odd(self, key: FileKey, changes: Item) -> None:
        """Change the failure document of the file."""
        self.container.upsert_item({**self.container.read_item(FAILURE_ID, [key.job_id, key.file_id]), **changes})


@pytest.fixture
def world(database: DatabaseProxy) -> StoredWorld:
    return StoredWorld(database)


def given_up(world: StoredWorld) -> FileKey:
    """Let a job of two files end with one of them given up; return the key of that file."""
    job_id = str(uuid4())
    world.put_job({"good": RESULT, "bad": NO_RESULT}, job_id=job_id)
    assert world.run(job_id).status is Status.COMPLETED_WITH_ERRORS
    key = FileKey(job_id, "bad")
    assert stored_failure(world.stored, key) is not None
    return key


@pytest.mark.parametrize("odd", ODD)
def test_a_file_comes_in_and_its_unreadable_failure_is_deleted(world: StoredWorld, odd: str) -> None:
    key = given_up(world)
    world.make_odd(key, ODD[odd])
    world.contents.blobs[f"{CONTENT}/{key.job_id}/{key.file_id}"] = RESULT
    assert world.run(key.job_id, replay=True).status is Status.COMPLETED
    assert stored_failure(world.stored, key) is None
    assert world.stored.head(key) is not None


@pytest.mark.parametrize("odd", ODD)
def test_a_file_that_fails_again_has_its_unreadable_failure_replaced(world: StoredWorld, odd: str) -> None:
    key = given_up(world)
    first = stored_failure(world.stored, key)
    world.make_odd(key, ODD[odd])
    job = world.run(key.job_id, replay=True)
    again = stored_failure(world.stored, key)
    assert first is not None
    assert again is not None
    assert (again.code, again.message, again.run) == (first.code, first.message, 2)
    assert (job.status, job.files.ingested, job.files.failed) == (Status.COMPLETED_WITH_ERRORS, 1, 1)


@pytest.mark.parametrize("odd", ODD)
def test_a_late_file_with_an_unreadable_failure_completes_its_ended_job(world: StoredWorld, odd: str) -> None:
    key = given_up(world)
    kept = stored_failure(world.stored, key)
    assert kept is not None
    assert kept.queue_message is not None
    world.make_odd(key, ODD[odd])
    world.contents.blobs[f"{CONTENT}/{key.job_id}/{key.file_id}"] = RESULT
    world.send([decode_work(kept.queue_message.encode())])
    world.drain()
    world.tick()
    job = world.job(key.job_id)
    assert (job.status, job.files.ingested, job.files.failed) == (Status.COMPLETED, 2, 0)
    assert stored_failure(world.stored, key) is None


@pytest.mark.parametrize("odd", WITH_RUN)
def test_an_unreadable_failure_of_the_run_is_counted(
    world: StoredWorld, odd: str, caplog: pytest.LogCaptureFixture
) -> None:
    job = new_job(status=Status.INGESTING, files=FileCounts(expected=1))
    key = new_key(job)
    world.stored.put_failure(failure(key))
    world.make_odd(key, WITH_RUN[odd])
    tally = world.stored.tally(job)
    assert (tally.ingested, tally.failed, tally.failed_reports) == (0, 1, 0)
    (shown,) = tally.failures
    if odd == "of a later version":
        return  # only `code` of the five properties that the tally reads was changed
    assert (shown.file_id, shown.code) == (key.file_id, "Unreadable")
    assert key.file_id in shown.message
    assert any(line.message.startswith("set aside: document failure of job") for line in caplog.records)


def test_a_failure_without_a_run_belongs_to_no_run(world: StoredWorld) -> None:
    given, both = new_key(), new_key()
    both = FileKey(given.job_id, both.file_id)
    world.stored.commit(both, [], head(both, "r1"), None)
    for odd in (*WITHOUT_RUN.values(), {"run": True}):
        for key in (given, both):
            world.stored.put_failure(failure(key))
            world.make_odd(key, odd)
            assert world.stored.failure_run(key) == NO_RUN
    found = world.stored.outcomes(given.job_id, [given.file_id, both.file_id])
    assert found == {given.file_id: Outcome(None, NO_RUN), both.file_id: Outcome(1, NO_RUN)}


def test_documents_without_a_file_id_stop_neither_the_tally_nor_the_search_for_orphaned_parts(
    world: StoredWorld, caplog: pytest.LogCaptureFixture
) -> None:
    job = new_job(status=Status.INGESTING, files=FileCounts(expected=1))
    lost = new_key(job)
    world.stored.put_failure(failure(lost))
    for file_id in (None, 7):
        for kind in ("transcript", "fileFailure", "part"):
            world.container.create_item({"id": kind, "jobId": job.id, "fileId": file_id, "type": kind, "run": 1})
    assert world.stored.tally(job).failed == 1
    assert world.stored.leftovers(job, None) == ({}, [])
    assert [line for line in caplog.records if f"documents of job {job.id}" in line.message]
