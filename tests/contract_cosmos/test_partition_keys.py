"""Hierarchical partition keys: the partition of a document, and queries by a prefix."""

from http import HTTPStatus

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey
from azure.cosmos.partition_key import NonePartitionKeyValue

from tests.contract_cosmos.support import Item, Key, ids_in, item, new_name, refusal_of, rows_of


def test_the_same_id_in_two_partitions_is_two_documents(transcripts: ContainerProxy) -> None:
    job = new_name()
    first, second = [job, "file1"], [job, "file2"]
    transcripts.create_item(item(first, "transcript", n=1))
    transcripts.create_item(item(second, "transcript", n=2))
    assert transcripts.read_item("transcript", first)["n"] == 1
    assert transcripts.read_item("transcript", second)["n"] == 2

    transcripts.patch_item("transcript", first, [{"op": "set", "path": "/n", "value": 3}])
    transcripts.replace_item("transcript", item(second, "transcript", n=4))
    assert transcripts.read_item("transcript", first)["n"] == 3
    assert transcripts.read_item("transcript", second)["n"] == 4

    transcripts.delete_item("transcript", first)
    assert ids_in(transcripts, first) == []
    assert ids_in(transcripts, second) == ["transcript"]


@pytest.mark.parametrize("length", [1, 7, 8, 14, 15, 16, 23, 30, 36, 100])
def test_a_prefix_finds_every_file_of_its_job_and_of_no_other(transcripts: ContainerProxy, length: int) -> None:
    job = ("é" + new_name() * 4)[:length] if length > 1 else "j"
    others = (job + "x", "x" + job)
    for name in (job, *others):
        for file in ("file1", "file2", "file3"):
            transcripts.upsert_item(item([name, file], "transcript", file=file))
    found = rows_of(transcripts, "SELECT c.jobId, c.fileId FROM c", [job])
    assert sorted(row["fileId"] for row in found) == ["file1", "file2", "file3"]
    assert {row["jobId"] for row in found} <= {job}


def test_a_prefix_query_returns_its_rows_page_by_page(transcripts: ContainerProxy) -> None:
    job = new_name()
    for number in range(5):
        transcripts.create_item(item([job, f"file{number}"], "transcript"))
    rows = rows_of(transcripts, "SELECT VALUE c.fileId FROM c", [job], page=2)
    assert sorted(rows) == [f"file{number}" for number in range(5)]


def test_a_prefix_query_counts(transcripts: ContainerProxy) -> None:
    job = new_name()
    for number in range(3):
        transcripts.create_item(item([job, f"file{number}"], "transcript"))
    query = "SELECT VALUE COUNT(1) FROM c WHERE c.fileId != 'file0'"
    assert rows_of(transcripts, query, [job]) == [2]


def test_a_point_read_needs_the_whole_key(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a"))
    refused = refusal_of(lambda: transcripts.read_item("a", key[:1]))
    assert refused.status_code == HTTPStatus.BAD_REQUEST


def test_three_levels_have_prefixes_of_one_and_of_two(database: DatabaseProxy) -> None:
    container = database.create_container(new_name(), PartitionKey(["/a", "/b", "/c"]))
    for b in ("x", "y"):
        for c in ("1", "2"):
            container.create_item({"id": "i", "a": "a", "b": b, "c": c})
    assert len(rows_of(container, "SELECT * FROM c", ["a"])) == 4
    assert len(rows_of(container, "SELECT * FROM c", ["a", "y"])) == 2
    assert len(rows_of(container, "SELECT * FROM c", ["a", "y", "2"])) == 1
    database.delete_container(container)


def test_an_item_without_a_key_value_has_the_key_none(database: DatabaseProxy) -> None:
    container = database.create_container(new_name(), PartitionKey("/owner"))
    container.create_item({"id": "a"})
    container.create_item({"id": "a", "owner": "o", "n": 2})
    assert "owner" not in container.read_item("a", NonePartitionKeyValue)
    assert container.read_item("a", "o")["n"] == 2
    database.delete_container(container)


@pytest.mark.parametrize("value", [1, -2.5, True, False, None, "", "text"])
def test_a_key_may_be_any_scalar(database: DatabaseProxy, value: object) -> None:
    container = database.create_container_if_not_exists("plain-values", PartitionKey(["/a", "/b"]))
    written: Item = {"id": new_name(), "a": value, "b": value}
    container.create_item(written)
    assert container.read_item(written["id"], [value, value])["id"] == written["id"]  # type: ignore[list-item] # parametrised over every kind
    found = rows_of(container, "SELECT VALUE c.id FROM c", [value])
    assert found == [written["id"]]
