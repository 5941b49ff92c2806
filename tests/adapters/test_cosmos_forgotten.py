"""Tombstones in place of documents, on a server of Cosmos DB's protocol."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts
from shared.domain.documents import FileKey
from shared.domain.forgotten import ForgottenJob, StoredJob, forgotten, forgotten_file
from shared.domain.job import Job, Status
from shared.domain.stored_files import Outcome
from shared.errors import Conflict, Unreadable
from tests.adapters.documents import failure, head, new_job, new_key, part
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


def test_an_erased_file_counts_as_in_until_its_job_is_reprocessed(transcripts: CosmosTranscripts) -> None:
    job = new_job(status=Status.INGESTING, run=2)
    erased, written, failed = (new_key(job) for _ in range(3))
    transcripts.forget(forgotten_file(erased, 2, NOW), None)
    transcripts.put_failure(failure(erased, run=2))  # of a delivery that died
    transcripts.commit(written, [], head(written, "r1", run=2), None)
    transcripts.put_failure(failure(failed, run=2))
    tally = transcripts.tally(job)
    assert (tally.ingested, tally.failed, [each.file_id for each in tally.failures]) == (2, 1, [failed.file_id])
    assert transcripts.outcomes(job.id, [erased.file_id, written.file_id]) == {
        erased.file_id: Outcome(in_run=2, failed_run=2, forgotten=True),
        written.file_id: Outcome(in_run=2),
    }
    again = msgspec.structs.replace(job, run=3, reprocess_from=3)
    assert transcripts.tally(again).ingested == 0


def test_parts_beside_a_tombstone_are_left_over_at_any_age_and_no_tombstone_is_broken(
    transcripts: CosmosTranscripts,
) -> None:
    job = new_job(status=Status.COMPLETED)
    erased, died = new_key(job), new_key(job)
    for key in (erased, died):
        transcripts.write(key, [part(key, "r1", 0)])
    transcripts.forget(forgotten_file(erased, 1, NOW), None)
    left, broken = transcripts.leftovers(job, datetime.now(UTC) - timedelta(days=1))
    assert ({key: [*parts] for key, parts in left.items()}, broken) == ({erased: ["r1_part_0000"]}, [])
    reprocessed = msgspec.structs.replace(job, run=2, reprocess_from=2)
    assert transcripts.leftovers(reprocessed, datetime.now(UTC) - timedelta(days=1)) == ({}, [])


def test_clearing_leaves_the_tombstone_and_other_files(transcripts: CosmosTranscripts) -> None:
    job = new_job()
    erased, other = new_key(job), new_key(job)
    for key in (erased, other):
        transcripts.write(key, [part(key, "r1", 0), part(key, "r2", 0)])
        transcripts.put_failure(failure(key))
    transcripts.forget(forgotten_file(erased, 1, NOW), None)
    transcripts.clear(erased)
    transcripts.clear(erased)
    assert [item["type"] for item in transcripts.items(*msgspec.structs.astuple(erased))] == ["forgotten"]
    assert len(transcripts.items(*msgspec.structs.astuple(other))) == 3


def test_a_tombstone_that_cannot_be_read_is_not_taken_for_a_head(
    database: DatabaseProxy, transcripts: CosmosTranscripts
) -> None:
    key = new_key()
    item = {"id": "transcript", "type": "forgotten", "jobId": key.job_id, "fileId": key.file_id, "run": "?"}
    database.get_container_client("transcripts").create_item(item)
    with pytest.raises(Unreadable):
        transcripts.head(key)


def test_a_job_is_tidied_beside_a_tombstone_without_a_valid_run(
    database: DatabaseProxy, transcripts: CosmosTranscripts
) -> None:
    job = new_job(status=Status.COMPLETED)
    key = new_key(job)
    item = {"id": "transcript", "type": "forgotten", "jobId": key.job_id, "fileId": key.file_id, "run": "?"}
    database.get_container_client("transcripts").create_item(item)
    assert transcripts.leftovers(job, None) == ({}, [])
