"""Physical partitions: the partition of a document, and the partitions that a request reaches."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy, PartitionKey

from local.cosmos import start_cosmos
from tests.contract_cosmos.support import Item, item, new_name, only_local, refusal_of, rows_of

VALUES: list[Any] = [*(f"job{number}" for number in range(30)), "é" * 20, "", None, True, False, 1, -2.5]


def _rows_by_range(container: ContainerProxy, query: str = "SELECT * FROM c") -> list[tuple[dict[str, Any], list[Any]]]:
    ranges: list[dict[str, Any]] = list(container.read_feed_ranges())
    return [(each, list(container.query_items(query, feed_range=each))) for each in ranges]


@only_local
@pytest.mark.parametrize("paths", [["/a"], ["/a", "/b"], ["/a", "/b", "/c"]], ids=len)
def test_a_document_is_in_the_partition_that_the_sdk_computes(database: DatabaseProxy, paths: list[str]) -> None:
    key: Any = PartitionKey(paths[0]) if len(paths) == 1 else PartitionKey(paths)
    container = database.create_container(new_name(), key)
    names = [path[1:] for path in paths]
    for number, value in enumerate(VALUES):
        container.create_item({"id": str(number), **dict.fromkeys(names, value)})
    found = _rows_by_range(container)
    assert len(found) == 3
    assert all(rows for _, rows in found)
    assert sorted(int(row["id"]) for _, rows in found for row in rows) == list(range(len(VALUES)))
    for parent, rows in found:
        for row in rows:
            own: Any = [row[name] for name in names] if len(names) > 1 else row[names[0]]
            assert container.is_feed_range_subset(parent, container.feed_range_from_partition_key(own))
    database.delete_container(container)


@pytest.mark.parametrize("query", ["SELECT VALUE c.n FROM c", "SELECT VALUE c.n FROM c ORDER BY c.n"])
def test_a_query_of_one_physical_partition_returns_its_rows_page_by_page(database: DatabaseProxy, query: str) -> None:
    container = database.create_container(new_name(), PartitionKey("/id"))
    for number in range(20):
        container.create_item({"id": new_name(), "n": number})
    rows: list[int] = []
    for each in container.read_feed_ranges():
        pages: Any = container.query_items(query, feed_range=each, max_item_count=3).by_page()
        own = [number for page in pages for number in list(page)]
        assert "ORDER" not in query or own == sorted(own)
        rows += own
    assert sorted(rows) == list(range(20))
    database.delete_container(container)


@pytest.fixture(scope="module")
def split_job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ContainerProxy, list[Item]]]:
    """Give a container in which one job lies on two physical partitions, as after a split, and its documents."""
    job = new_name()
    hashed = PartitionKey(["/jobId", "/fileId"])._get_effective_partition_key_string([job])  # noqa: SLF001 - no public way
    log = tmp_path_factory.mktemp("split") / "cosmos.log"
    running = start_cosmos(log=log, port=0, partitions=[f"{hashed}20000000000000000000000000000000"])
    with CosmosClient(running.endpoint, running.key) as client:
        container = client.create_database("split").create_container("split", PartitionKey(["/jobId", "/fileId"]))
        items = [item([job, f"file{number:02}"], "transcript", n=number) for number in range(20)]
        items += [item([new_name(), "file"], "transcript", n=100)]
        for each in items:
            container.create_item(each)
        yield container, items[:-1]
    running.stop()


def test_a_prefix_finds_documents_on_two_physical_partitions(split_job: tuple[ContainerProxy, list[Item]]) -> None:
    container, items = split_job
    assert all(rows for _, rows in _rows_by_range(container, "SELECT * FROM c WHERE c.n < 100"))
    job = items[0]["jobId"]
    for page in (None, 3):
        found = rows_of(container, "SELECT VALUE c.n FROM c", [job], page=page)
        assert sorted(found) == list(range(20))


def test_a_job_on_two_physical_partitions_is_counted_on_both(split_job: tuple[ContainerProxy, list[Item]]) -> None:
    container, items = split_job
    job = items[0]["jobId"]
    query = "SELECT VALUE COUNT(1) FROM c WHERE c.jobId = @job"
    assert rows_of(container, query, [job], job=job) == [20]
    assert rows_of(container, query, job=job) == [20]


def test_by_prefix_order_and_top_apply_only_within_a_physical_partition(
    split_job: tuple[ContainerProxy, list[Item]],
) -> None:
    """The SDK queries one partition after the other and merges only aggregates (4.17.1, `__QueryFeed`)."""
    container, items = split_job
    job = items[0]["jobId"]
    query = "SELECT TOP 3 VALUE c.n FROM c WHERE c.jobId = @job ORDER BY c.n"
    by_prefix = rows_of(container, query, [job], job=job)
    assert len(by_prefix) == 6
    assert by_prefix != sorted(by_prefix)
    assert rows_of(container, query, job=job) == [0, 1, 2]


def test_the_change_feed_of_a_job_on_two_physical_partitions_has_all_its_documents_and_others(
    split_job: tuple[ContainerProxy, list[Item]],
) -> None:
    """The SDK reads both physical partitions whole (4.17.1, `handle_feed_range_gone`), so readers have to filter."""
    container, items = split_job
    job = items[0]["jobId"]
    feed = list(container.query_items_change_feed(partition_key=[job], start_time="Beginning", max_item_count=3))
    assert sorted(each["n"] for each in feed if each["jobId"] == job) == list(range(20))
    assert [each["n"] for each in feed if each["jobId"] != job] == [100]
    token = str(container.client_connection.last_response_headers["etag"])
    for each in (items[0], items[-1]):
        container.upsert_item(each)
    again = container.query_items_change_feed(continuation=token)
    assert sorted(each["n"] for each in again) == sorted([items[0]["n"], items[-1]["n"]])


def test_a_missing_range_is_refused_so_that_the_sdk_reads_the_ranges_again(jobs: ContainerProxy) -> None:
    connection: Any = jobs.client_connection
    path = f"/{jobs.container_link}/docs"
    refused = refusal_of(lambda: connection.QueryFeed(path, jobs.container_link, "SELECT * FROM c", {}, "77"))
    assert refused.status_code == HTTPStatus.GONE
    assert refused.sub_status == 1002
