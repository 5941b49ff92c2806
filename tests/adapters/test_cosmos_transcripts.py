"""Container `transcripts` on a server of Cosmos DB's protocol."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosTranscripts
from shared.adapters.cosmos.inventory import RETIRED_SECONDS
from shared.domain.documents import FAILURE_ID, HEAD_ID, FileKey
from shared.domain.job import FailedFile, Status
from shared.domain.speech_api import KIND_REPORT
from shared.errors import Conflict
from shared.pipeline.batches import BATCH_OPERATIONS
from tests.adapters.documents import (
    failure,
    head,
    new_job,
    new_key,
    part,
    report_part,
    stored_failure,
    stored_head,
    summary,
)

RETENTION = 86_400 * 30
LATER = timedelta(hours=1)


@pytest.fixture
def transcripts(database: DatabaseProxy) -> CosmosTranscripts:
    return CosmosTranscripts(database, None)


def ids(transcripts: CosmosTranscripts, key: FileKey) -> set[str]:
    """Return the ids of the documents of a file."""
    return {item["id"] for item in transcripts.items(key.job_id, key.file_id)}


def lives(transcripts: CosmosTranscripts, key: FileKey) -> dict[str, int | None]:
    """Return the `ttl` of each document of a file."""
    return {item["id"]: item.get("ttl") for item in transcripts.items(key.job_id, key.file_id)}


def test_parts_and_head_are_written_together_and_read_unchanged(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    assert transcripts.head(key) is None
    parts = [part(key, "r1", number) for number in range(BATCH_OPERATIONS - 1)]
    transcripts.commit(key, parts, head(key, "r1"), None)
    assert stored_head(transcripts, key) == head(key, "r1")
    assert ids(transcripts, key) == {each.id for each in parts} | {HEAD_ID}


def test_the_files_of_a_job_are_separate_partitions(transcripts: CosmosTranscripts) -> None:
    job = new_job()
    first, second = new_key(job), new_key(job)
    for key in (first, second):
        transcripts.commit(key, [part(key, "r1", 0)], head(key, "r1"), None)
    transcripts.remove(first, "r1")
    assert ids(transcripts, first) == {HEAD_ID}
    assert len(ids(transcripts, second)) == 2
    assert len(transcripts.items(job.id)) == 3


def test_a_second_head_is_a_conflict_and_writes_nothing(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    transcripts.commit(key, [part(key, "r1", 0)], head(key, "r1"), None)
    with pytest.raises(Conflict):
        transcripts.commit(key, [part(key, "r2", 0)], head(key, "r2"), None)
    assert ids(transcripts, key) == {part(key, "r1", 0).id, HEAD_ID}


def test_a_head_is_replaced_only_under_its_current_etag(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    transcripts.commit(key, [], head(key, "r1"), None)
    first = transcripts.head(key)
    assert first is not None
    transcripts.commit(key, [part(key, "r2", 0)], head(key, "r2", run=2), first.etag)
    with pytest.raises(Conflict):
        transcripts.commit(key, [part(key, "r3", 0)], head(key, "r3", run=2), first.etag)
    stored = transcripts.head(key)
    assert stored is not None
    assert (stored.head.revision, stored.head.run) == ("r2", 2)
    assert ids(transcripts, key) == {part(key, "r2", 0).id, HEAD_ID}


def test_writing_retired_parts_again_removes_their_ttl(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    parts = [part(key, "r1", number) for number in range(3)]
    transcripts.write(key, parts)
    transcripts.retire(key, {parts[0].id: transcripts.parts(key, "r1")[parts[0].id]})
    assert lives(transcripts, key)[parts[0].id] == RETIRED_SECONDS
    transcripts.write(key, parts)
    assert lives(transcripts, key) == {each.id: None for each in parts}


def test_a_document_too_large_for_a_batch_is_written_by_itself(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    transcripts.write(key, [part(key, "r1", 0, size=1_900_000)])
    assert len(ids(transcripts, key)) == 1


def test_retired_parts_get_a_ttl_of_an_hour_and_missing_ones_are_ignored(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    transcripts.write(key, [part(key, "r1", number) for number in range(3)])
    seen = transcripts.parts(key, "r1")
    transcripts.retire(key, {part(key, "r1", 0).id: seen[part(key, "r1", 0).id], "gone": '"1"'})
    transcripts.retire(key, {part(key, "r1", 1).id: seen[part(key, "r1", 1).id]})
    assert lives(transcripts, key) == {
        part(key, "r1", 0).id: RETIRED_SECONDS,
        part(key, "r1", 1).id: RETIRED_SECONDS,
        part(key, "r1", 2).id: None,
    }
    assert RETIRED_SECONDS == 3600


def test_parts_that_were_written_again_since_they_were_read_are_not_retired(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    transcripts.write(key, [part(key, "r1", number) for number in range(3)])
    seen = transcripts.parts(key, "r1")
    assert seen.keys() == {part(key, "r1", number).id for number in range(3)}
    transcripts.write(key, [part(key, "r1", 1)])
    transcripts.retire(key, seen)
    assert lives(transcripts, key) == {
        name: None if name == part(key, "r1", 1).id else RETIRED_SECONDS for name in seen
    }
    assert transcripts.parts(key, "r1").keys() == {part(key, "r1", 1).id}
    assert transcripts.parts(key, "r2") == {}


def test_removing_a_revision_keeps_head_failure_and_other_revisions(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    transcripts.commit(key, [part(key, "r1", 0)], head(key, "r1"), None)
    transcripts.put_failure(failure(key))
    for begin in (0, 90):
        transcripts.write(key, [part(key, "r2", begin + number) for number in range(90)])
    transcripts.remove(key, "r2")
    assert ids(transcripts, key) == {part(key, "r1", 0).id, HEAD_ID, FAILURE_ID}
    transcripts.remove(key, "r2")


def test_several_workers_can_remove_the_same_parts_at_once(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    transcripts.write(key, [part(key, "r1", number) for number in range(60)])
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: transcripts.remove(key, "r1"), range(3)))
    assert ids(transcripts, key) == set()


def test_a_failure_is_read_unchanged_replaced_and_deleted(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    assert transcripts.failure_run(key) is None
    transcripts.clear_failure(key)
    transcripts.put_failure(failure(key))
    assert (stored_failure(transcripts, key), transcripts.failure_run(key)) == (failure(key), 1)
    transcripts.put_failure(failure(key, run=2))
    assert (stored_failure(transcripts, key), transcripts.failure_run(key)) == (failure(key, run=2), 2)
    transcripts.clear_failure(key)
    assert transcripts.failure_run(key) is None


def test_the_tally_counts_heads_and_failures_of_the_run_and_lists_the_failures(transcripts: CosmosTranscripts) -> None:
    job = new_job(status=Status.INGESTING, run=2, reprocess_from=2)
    old, new, lost, lost_before, report = (new_key(job) for _ in range(5))
    transcripts.commit(old, [], head(old, "r1", run=1), None)
    transcripts.commit(new, [], head(new, "r1", run=2), None)
    assert transcripts.tally(job).ingested == 1
    transcripts.put_failure(failure(lost, run=2))
    transcripts.put_failure(failure(lost_before, run=1))
    transcripts.put_failure(failure(report, run=2, kind=KIND_REPORT))
    tally = transcripts.tally(job)
    assert (tally.ingested, tally.failed, tally.failed_reports) == (1, 1, 1)
    shown = {each.file_id: each for each in tally.failures}
    assert shown.keys() == {lost.file_id, report.file_id}
    assert shown[lost.file_id] == FailedFile(lost.file_id, "a.json", "InvalidResult", "byte 7: expected {")
    assert transcripts.tally(msgspec.structs.replace(job, reprocess_from=0)).ingested == 2
    assert transcripts.tally(new_job()).ingested == 0


def test_a_file_or_report_that_is_in_is_not_also_counted_as_given_up(transcripts: CosmosTranscripts) -> None:
    job = new_job()
    key, other, report = new_key(job), new_key(job), new_key(job)
    job = msgspec.structs.replace(job, report=summary(report, "r1"))
    transcripts.commit(key, [], head(key, "r1"), None)
    for each in (key, other):
        transcripts.put_failure(failure(each))
    transcripts.put_failure(failure(report, kind=KIND_REPORT))
    tally = transcripts.tally(job)
    assert (tally.ingested, tally.failed, tally.failed_reports) == (1, 1, 0)
    assert [each.file_id for each in tally.failures] == [other.file_id]


def test_the_tally_lists_twenty_failures_and_counts_all(transcripts: CosmosTranscripts) -> None:
    job = new_job()
    for _ in range(25):
        transcripts.put_failure(failure(new_key(job)))
    tally = transcripts.tally(job)
    assert (tally.failed, len(tally.failures)) == (25, 20)


@pytest.mark.parametrize("retention", [None, RETENTION])
def test_orphaned_parts_are_old_parts_that_neither_head_nor_report_name(
    database: DatabaseProxy, retention: int | None
) -> None:
    transcripts = CosmosTranscripts(database, retention)
    job = new_job()
    key, headless, report = new_key(job), new_key(job), new_key(job)
    job = msgspec.structs.replace(job, report=summary(report, "r1"))
    transcripts.commit(key, [part(key, "r1", 0)], head(key, "r1", parts=1), None)
    transcripts.write(key, [part(key, "r0", 0), part(key, "r0", 1)])
    transcripts.write(headless, [part(headless, "r1", 0)])
    transcripts.write(report, [report_part(report, "r1")])
    transcripts.write(report, [report_part(report, "r0")])
    transcripts.put_failure(failure(headless))
    now = datetime.now(UTC)
    left, broken = transcripts.leftovers(job, now + LATER)
    assert broken == []
    assert {file: sorted(parts) for file, parts in left.items()} == {
        key: [part(key, "r0", 0).id, part(key, "r0", 1).id],
        headless: [part(headless, "r1", 0).id],
        report: [report_part(report, "r0").id],
    }
    assert transcripts.leftovers(job, now - LATER) == ({}, [])
    of_files_that_are_in = {key: left[key], report: left[report]}
    assert transcripts.leftovers(job, None) == (of_files_that_are_in, [])
    for file, parts in left.items():
        transcripts.retire(file, parts)
    assert transcripts.leftovers(job, now + LATER) == ({}, [])


def test_with_retention_every_document_has_a_ttl(database: DatabaseProxy) -> None:
    transcripts = CosmosTranscripts(database, RETENTION)
    key = new_key()
    transcripts.write(key, [part(key, "r1", 0), part(key, "r1", 1)])
    transcripts.write(key, [part(key, "r1", 2)])
    transcripts.commit(key, [part(key, "r1", 3)], head(key, "r1"), None)
    transcripts.put_failure(failure(key))
    found = lives(transcripts, key)
    assert len(found) == 6
    assert {found.pop(HEAD_ID), found.pop(FAILURE_ID)} == {RETENTION}
    assert set(found.values()) == {RETENTION + RETIRED_SECONDS}, "a part does not expire before its head"
    transcripts.retire(key, transcripts.parts(key, "r1"))
    assert lives(transcripts, key)[part(key, "r1", 0).id] == RETIRED_SECONDS


def test_text_beyond_ascii_is_stored_unchanged(transcripts: CosmosTranscripts) -> None:
    key = new_key()
    lost = msgspec.structs.replace(failure(key), message="größer 日本語 🎙️ \u2028", name=None)
    transcripts.put_failure(lost)
    assert stored_failure(transcripts, key) == lost
