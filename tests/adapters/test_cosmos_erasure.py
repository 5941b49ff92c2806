"""All documents of a job or a file are found, of whichever type, and deleted."""

from collections.abc import Callable

import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosTranscripts
from shared.adapters.cosmos.erasure import Erasure
from shared.domain.documents import FileKey
from shared.errors import Conflict, NotFound
from tests.adapters.documents import new_key


def put(database: DatabaseProxy, key: FileKey, document_id: str, **members: object) -> None:
    """Write a document of any shape."""
    item = {"id": document_id, "jobId": key.job_id, "fileId": key.file_id, **members}
    database.get_container_client("transcripts").upsert_item(item)


def test_documents_of_every_type_are_found_and_other_files_and_jobs_are_not(database: DatabaseProxy) -> None:
    erasure, key, other = Erasure(database), new_key(), new_key()
    second = FileKey(key.job_id, "f2")
    for owner in (key, second, other):
        put(database, owner, "transcript", type="transcript", source="a", run=1)
    put(database, key, "1_part_0000", type="part", ttl=3600)
    put(database, key, "odd", type="of a later version", kind="x")
    rows = {(row["fileId"], row["id"]): row for row in erasure.stored(key.job_id)}
    assert rows.keys() == {
        (key.file_id, "transcript"),
        (key.file_id, "1_part_0000"),
        (key.file_id, "odd"),
        ("f2", "transcript"),
    }
    assert {row["id"] for row in erasure.stored(key)} == {"transcript", "1_part_0000", "odd"}
    head = dict(rows[key.file_id, "transcript"])
    assert head.pop("_etag")
    assert head == {"id": "transcript", "fileId": key.file_id, "type": "transcript", "source": "a", "run": 1}


@pytest.mark.parametrize("number", [1, 100, 101, 230])
def test_documents_are_deleted_in_batches_also_if_one_is_gone_already(database: DatabaseProxy, number: int) -> None:
    erasure, key = Erasure(database), new_key()
    ids = [f"1_part_{each:04}" for each in range(number)]
    for each in ids:
        put(database, key, each, type="part")
    put(database, key, "transcript", type="forgotten")
    erasure.delete(key, [*ids[:1], "gone before", *ids[1:]])
    assert [row["id"] for row in erasure.stored(key)] == ["transcript"]


@pytest.mark.parametrize(("ttl", "left"), [(1000, 700), (200, 1), (-1, -1)])
def test_a_document_that_is_written_anew_does_not_live_longer(database: DatabaseProxy, ttl: int, left: int) -> None:
    key, clock = new_key(), [0.0]
    now: Callable[[], float] = lambda: clock[0]  # noqa: E731 - a clock that the test sets
    erasure = Erasure(database, now)
    put(database, key, "1_report_0000", type="report", ttl=ttl, details=[1, 2], later=3)
    (part,) = erasure.report_parts(key.job_id)
    clock[0] = part["_ts"] + 300
    erasure.replace(part | {"details": [2]})
    (written,) = erasure.report_parts(key.job_id)
    assert (written["ttl"], written["details"], written["later"]) == (left, [2], 3)
    with pytest.raises(Conflict):
        erasure.replace(part)
    erasure.delete(key, ["1_report_0000"])
    with pytest.raises((NotFound, Conflict)):
        erasure.replace(written)
    assert CosmosTranscripts(database, None).items(key.job_id) == []
