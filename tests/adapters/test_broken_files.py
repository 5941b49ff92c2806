"""The comparison of stored parts with those that heads and reports name, on a server of Cosmos DB's protocol."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosTranscripts
from shared.adapters.cosmos.inventory import REVISIONS_AT_ONCE
from shared.domain.documents import HEAD_ID, FileKey
from shared.domain.job import NO_RUN, Job
from shared.errors import Conflict
from tests.adapters.documents import head, new_job, new_key, part, report_part, stored_head, summary

RETENTION = 86_400 * 30
LATER = timedelta(hours=1)


@pytest.fixture
def transcripts(database: DatabaseProxy) -> CosmosTranscripts:
    return CosmosTranscripts(database, None)


def whole(transcripts: CosmosTranscripts, job: Job, revision: str = "r1", *, parts: int = 3, run: int = 1) -> FileKey:
    """Write the parts and the head of a file; return its key."""
    key = new_key(job)
    written = [part(key, revision, number) for number in range(parts)]
    transcripts.commit(key, written, head(key, revision, run=run, parts=parts), None)
    return key


def test_files_whose_named_parts_all_exist_are_not_broken(transcripts: CosmosTranscripts) -> None:
    job = new_job()
    assert transcripts.leftovers(job, None)[1] == []
    for _ in range(3):
        whole(transcripts, job)
    report = new_key(job)
    job = msgspec.structs.replace(job, report=summary(report, "r1"))
    transcripts.write(report, [report_part(report, "r1")])
    whole(transcripts, job, parts=0)
    assert transcripts.leftovers(job, None)[1] == []
    assert transcripts.leftovers(job, datetime.now(UTC) + LATER) == ({}, [])


@pytest.mark.parametrize("retention", [None, RETENTION])
def test_files_whose_named_parts_are_deleted_or_retired_are_broken(
    database: DatabaseProxy, retention: int | None
) -> None:
    transcripts = CosmosTranscripts(database, retention)
    job = new_job()
    fine, short, retired, empty = (whole(transcripts, job) for _ in range(4))
    report = new_key(job)
    job = msgspec.structs.replace(job, report=summary(report, "r1"))
    container = database.get_container_client("transcripts")
    container.delete_item(part(short, "r1", 1).id, [job.id, short.file_id])
    for number in range(3):
        container.delete_item(part(empty, "r1", number).id, [job.id, empty.file_id])
    seen = transcripts.parts(retired, "r1")
    transcripts.retire(retired, {part(retired, "r1", 2).id: seen[part(retired, "r1", 2).id]})
    broken = {each.key: each for each in transcripts.leftovers(job, None)[1]}
    assert {key: each.missing for key, each in broken.items()} == {
        short: [part(short, "r1", 1).id],
        retired: [part(retired, "r1", 2).id],
        empty: sorted(part(empty, "r1", number).id for number in range(3)),
        report: [report_part(report, "r1").id],
    }
    stored = transcripts.head(short)
    assert stored is not None
    assert (broken[short].etag, broken[report].etag) == (stored.etag, None)
    left, tidied = transcripts.leftovers(job, datetime.now(UTC) + LATER)
    assert left == {}
    assert {each.key for each in tidied} == broken.keys()
    assert fine not in broken


def test_an_orphaned_part_does_not_count_as_the_missing_one(
    transcripts: CosmosTranscripts, database: DatabaseProxy
) -> None:
    job = new_job()
    key = whole(transcripts, job)
    transcripts.write(key, [part(key, "dead", 0)])
    database.get_container_client("transcripts").delete_item(part(key, "r1", 0).id, [job.id, key.file_id])
    (broken,) = transcripts.leftovers(job, None)[1]
    assert (broken.key, broken.missing) == (key, [part(key, "r1", 0).id])
    left, _ = transcripts.leftovers(job, datetime.now(UTC) + LATER)
    assert {file: set(parts) for file, parts in left.items()} == {key: {part(key, "dead", 0).id}}


def test_a_file_that_is_not_in_is_not_broken_and_its_parts_are_not_orphaned(
    transcripts: CosmosTranscripts, database: DatabaseProxy
) -> None:
    job = new_job(run=2, reprocess_from=2)
    old, new = whole(transcripts, job, run=1), whole(transcripts, job, run=2)
    for key in (old, new):
        database.get_container_client("transcripts").delete_item(part(key, "r1", 0).id, [job.id, key.file_id])
    (broken,) = transcripts.leftovers(job, None)[1]
    assert broken.key == new
    assert broken.etag is not None
    transcripts.discount(new, broken.etag)
    assert stored_head(transcripts, new) == head(new, "r1", run=NO_RUN, parts=3), "nothing else changed"
    assert transcripts.leftovers(job, None)[1] == []
    assert transcripts.tally(job).ingested == 0
    assert transcripts.tally(msgspec.structs.replace(job, reprocess_from=0)).ingested == 1
    assert transcripts.leftovers(job, datetime.now(UTC) + LATER) == ({}, [])


def test_discounting_a_replaced_head_is_a_conflict_and_a_deleted_head_is_ignored(
    transcripts: CosmosTranscripts, database: DatabaseProxy
) -> None:
    key = whole(transcripts, new_job())
    first = transcripts.head(key)
    assert first is not None
    transcripts.commit(key, [], head(key, "r1", run=2, parts=3), first.etag)
    with pytest.raises(Conflict):
        transcripts.discount(key, first.etag)
    stored = transcripts.head(key)
    assert stored is not None
    assert stored.head.run == 2
    database.get_container_client("transcripts").delete_item(HEAD_ID, [key.job_id, key.file_id])
    transcripts.discount(key, stored.etag)
    assert transcripts.head(key) is None


def test_more_files_than_one_query_counts_are_all_checked(
    transcripts: CosmosTranscripts, database: DatabaseProxy
) -> None:
    job = new_job()
    keys = [whole(transcripts, job, f"r{number}", parts=1) for number in range(REVISIONS_AT_ONCE + 2)]
    assert transcripts.leftovers(job, None)[1] == []
    for number in (0, REVISIONS_AT_ONCE + 1):
        container = database.get_container_client("transcripts")
        container.delete_item(part(keys[number], f"r{number}", 0).id, [job.id, keys[number].file_id])
    assert {each.key for each in transcripts.leftovers(job, None)[1]} == {keys[0], keys[-1]}
