"""Aggregates with several result rows. Within one partition, the caller has to add them up."""

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey

from local.cosmos import start_cosmos
from tests.contract_cosmos.support import Key, item, new_name, only_local, rows_of

pytestmark = only_local  # the number of documents per row is known only of local/cosmos


@pytest.fixture
def five(transcripts: ContainerProxy, key: Key) -> Key:
    """Give a partition with five items, n from 0. The first page counts two of them."""
    for n in range(5):
        transcripts.create_item(item(key, f"item{n}", n=n))
    return key


def test_a_count_within_one_partition_is_a_row_per_page(transcripts: ContainerProxy, five: Key) -> None:
    count = "SELECT VALUE COUNT(1) FROM c"
    assert rows_of(transcripts, count, five) == [2, 3]
    assert rows_of(transcripts, f"{count} WHERE c.n < 2", five) == [2]
    assert rows_of(transcripts, f"{count} WHERE c.n < 0", five) == [0]
    assert rows_of(transcripts, "SELECT COUNT(1) AS n, MAX(c.n) AS last FROM c", five) == [
        {"n": 2, "last": 1},
        {"n": 3, "last": 4},
    ]


def test_the_sdk_adds_up_a_count_by_prefix(transcripts: ContainerProxy, five: Key) -> None:
    """SDK 4.17.1 does it in `_merge_query_results`."""
    transcripts.create_item(item([five[0], "other"], "item", n=5))
    count = "SELECT VALUE COUNT(1) FROM c WHERE c.jobId = @job"
    assert rows_of(transcripts, count, five[:1], job=five[0]) == [6]


def test_the_sdk_adds_up_a_count_without_a_key_by_a_plan(transcripts: ContainerProxy, five: Key) -> None:
    assert rows_of(transcripts, "SELECT VALUE COUNT(1) FROM c WHERE c.jobId = @job", job=five[0]) == [5]
    assert rows_of(transcripts, "SELECT VALUE MAX(c.n) FROM c WHERE c.jobId = @job", job=five[0]) == [4]
    assert rows_of(transcripts, "SELECT VALUE SUM(c.n) FROM c WHERE c.jobId = @job", job=five[0]) == [10]
    assert rows_of(transcripts, "SELECT VALUE AVG(c.n) FROM c WHERE c.jobId = @job", job=five[0]) == [2]


def test_a_gateway_without_a_plan_gives_a_row_per_physical_partition(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    running = start_cosmos(log=tmp_path_factory.mktemp("serves") / "cosmos.log", port=0, gateway="serves")
    with CosmosClient(running.endpoint, running.key) as client:
        container = client.create_database("counts").create_container("counts", PartitionKey("/id"))
        for _ in range(30):
            container.create_item({"id": new_name()})
        rows = rows_of(container, "SELECT VALUE COUNT(1) FROM c")
    running.stop()
    assert len(rows) == 3
    assert sum(rows) == 30
