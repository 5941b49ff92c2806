"""Tombstones in place of documents, on a server of Cosmos DB's protocol."""

from datetime import UTC, datetime

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts
from shared.domain.documents import FileKey
from shared.domain.forgotten import ForgottenJob, StoredJob, forgotten, forgotten_file
from shared.domain.job import Job, Status
from shared.errors import Conflict
from tests.adapters.test_cosmos_jobs import put

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RETENTION = 86_400


@pytest.fixture
def jobs(database: DatabaseProxy) -> CosmosJobs:
    return CosmosJobs(database, RETENTION)


@pytest.fixture
def transcripts(database: DatabaseProxy) -> CosmosTranscripts:
    return CosmosTranscripts(database, RETENTION)


def erase(found: StoredJob) -> StoredJob | None:
    return forgotten(found, NOW) if isinstance(found, Job) else None


def test_a_tombstone_takes_the_place_of_a_job_and_a_job_that_of_the_tombstone(
    database: DatabaseProxy, jobs: CosmosJobs
) -> None:
    job_id = put(jobs, status=Status.COMPLETED)
    tombstone = jobs.exchange(job_id, erase)
    assert isinstance(tombstone, ForgottenJob)
    item = database.get_container_client("jobs").read_item(job_id, job_id)
    assert {name for name in item if not name.startswith("_")} == {
        *("id", "type", "schemaVersion", "status", "run", "forgottenAt")
    }, "it has no time to live, although documents have one"
    assert (jobs.find(job_id), jobs.get(job_id)) == (tombstone, None)
    assert jobs.exchange(job_id, erase) is None, "a repeated erasure changes nothing"
    again = Job(id=job_id, status=Status.PENDING, accepted_at=tombstone.forgotten_at, run=2, reprocess_from=2)
    assert jobs.exchange(job_id, lambda _: again) == again
    stored = msgspec.structs.replace(again, ttl=RETENTION)
    assert (jobs.find(job_id), jobs.get(job_id)) == (stored, stored)


def test_an_update_does_not_see_a_forgotten_job_and_a_new_one_cannot_replace_it(jobs: CosmosJobs) -> None:
    job_id = put(jobs, status=Status.COMPLETED)
    jobs.exchange(job_id, erase)
    assert jobs.update(job_id, lambda job: job) is None
    with pytest.raises(Conflict):
        put(jobs, id=job_id)


def test_a_tombstone_replaces_the_head_that_was_read_and_no_other(transcripts: CosmosTranscripts) -> None:
    key = FileKey("job", "file")
    transcripts.forget(forgotten_file(key, 3, NOW), None)
    stored = transcripts.head(key)
    assert stored is not None
    assert (stored.forgotten, stored.head.run, stored.head.revision) == (True, 3, "")
    transcripts.forget(forgotten_file(key, 4, NOW), stored.etag)
    with pytest.raises(Conflict):
        transcripts.forget(forgotten_file(key, 5, NOW), stored.etag)
    with pytest.raises(Conflict):
        transcripts.forget(forgotten_file(key, 5, NOW), None)
    (item,) = transcripts.items(key.job_id, key.file_id)
    assert (item["run"], "ttl" in item) == (4, False)
