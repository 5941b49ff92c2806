"""Queries without a partition key: what the gateway refuses, and how the SDK merges the partitions' results."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Literal

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError

from local.cosmos import Cosmos, start_cosmos
from local.faults import Answer, Front, Rule
from tests.contract_cosmos.support import only_local, refusal_of, rows_of

RANGE_ID = "x-ms-documentdb-partitionkeyrangeid"
IS_PLAN = "x-ms-cosmos-is-query-plan-request"
NOT_SERVABLE = 1004
ROWS = 30

pytestmark = only_local  # the server's options define the gateway's response

COMPOSITE = [{"path": "/status", "order": "ascending"}, {"path": "/n", "order": "ascending"}]


@pytest.fixture(scope="module", params=["refuses", "serves"])
def answer(request: pytest.FixtureRequest) -> str:
    """Return whether the gateway refuses or serves a query without a partition key that needs merging."""
    return str(request.param)


@pytest.fixture(scope="module")
def cosmos(answer: Literal["refuses", "serves"], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    running = start_cosmos(log=tmp_path_factory.mktemp("gateway") / "cosmos.log", port=0, gateway=answer)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def container(cosmos: Cosmos, between: Front) -> Iterator[ContainerProxy]:
    """Give a container with ROWS items, n from 0, on three physical partitions, through the fault layer."""
    with CosmosClient(between.origin, cosmos.key, retry_total=0) as client:
        created = client.create_database("gateway").create_container(
            "rows", PartitionKey("/id"), indexing_policy={"compositeIndexes": [COMPOSITE]}
        )
        for n in range(ROWS):
            created.create_item({"id": f"item{n}", "n": n, "status": "even" if n % 2 == 0 else "odd"})
        yield created


MERGED = [
    ("SELECT VALUE c.n FROM c ORDER BY c.n", list(range(ROWS))),
    ("SELECT VALUE c.n FROM c ORDER BY c.n DESC", list(range(ROWS))[::-1]),
    ("SELECT TOP 7 VALUE c.n FROM c ORDER BY c.n", list(range(7))),
    ("SELECT TOP @top c.n FROM c WHERE c.n >= @least ORDER BY c.n", [{"n": n} for n in range(10, 15)]),
    (
        "SELECT VALUE c.n FROM c WHERE c.status = 'odd' ORDER BY c.status, c.n",
        list(range(1, ROWS, 2)),
    ),
    ("SELECT VALUE c.n FROM c WHERE c.id IN ('item3', 'item8', 'item4') ORDER BY c.n DESC", [8, 4, 3]),
    ("SELECT VALUE c.n FROM c WHERE c.id = 'item3' ORDER BY c.n", [3]),
]


@pytest.mark.parametrize("page", [None, 1, 4])
@pytest.mark.parametrize(("query", "expected"), MERGED)
def test_rows_of_all_partitions_are_merged_in_order(
    container: ContainerProxy, query: str, expected: list[Any], page: int | None
) -> None:
    assert rows_of(container, query, page=page, top=5, least=10) == expected


def test_counts_of_all_partitions_add_up_with_and_without_a_plan(container: ContainerProxy) -> None:
    assert sum(rows_of(container, "SELECT VALUE COUNT(1) FROM c WHERE c.status = 'even'")) == ROWS / 2


def test_a_query_that_needs_merging_costs_a_refusal_a_plan_and_a_request_per_partition(
    container: ContainerProxy, between: Front, answer: str
) -> None:
    query = "SELECT VALUE c.n FROM c ORDER BY c.n"
    rows_of(container, query)  # reads the container and its partitions, which the SDK caches
    before = len(between.asked)
    rows_of(container, query)
    kinds = ["plan" if IS_PLAN in each.headers else each.headers.get(RANGE_ID) for each in between.asked[before:]]
    assert kinds == ([None, "plan", "0", "1", "2"] if answer == "refuses" else [None])


def test_a_query_that_needs_no_merging_is_served_page_by_page(container: ContainerProxy, between: Front) -> None:
    before = len(between.asked)
    assert sorted(rows_of(container, "SELECT VALUE c.n FROM c", page=20)) == list(range(ROWS))
    queries = [each for each in between.asked[before:] if each.method == "POST"]
    assert len(queries) == 2
    assert not any(RANGE_ID in each.headers for each in queries)


def test_the_refusal_carries_the_plan(container: ContainerProxy, answer: str) -> None:
    connection: Any = container.client_connection
    path, query = f"/{container.container_link}/docs", "SELECT TOP 2 * FROM c"

    def ask() -> object:
        return connection.QueryFeed(path, container.container_link, query, {"enableCrossPartitionQuery": True})

    if answer == "serves":
        ask()
        return
    refused = refusal_of(ask)
    assert (refused.status_code, refused.sub_status) == (HTTPStatus.BAD_REQUEST, NOT_SERVABLE)
    plan = json.loads(json.loads(refused.http_error_message)["additionalErrorInfo"])
    assert plan == connection._GetQueryPlanThroughGateway(query, container.container_link)  # noqa: SLF001 - the only way
    assert plan["queryInfo"]["top"] == 2


def test_a_named_aggregate_of_all_partitions_has_no_plan(container: ContainerProxy) -> None:
    refused = refusal_of(lambda: rows_of(container, "SELECT COUNT(1) AS n FROM c"))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "VALUE <AggregateFunc>" in str(refused)


def test_the_sdk_loses_rows_if_it_continues_after_a_failed_page(
    container: ContainerProxy, between: Front, answer: str
) -> None:
    """If the SDK merges, the rest of the partition whose page failed is left out (SDK 4.17.1)."""
    query = "SELECT VALUE c.n FROM c ORDER BY c.n"
    pages: Any = container.query_items(query, enable_cross_partition_query=True, max_item_count=4).by_page()
    failing = Rule(Answer(400), when=lambda each: "x-ms-continuation" in each.headers, times=1)
    between.rules.append(failing)
    rows: list[int] = []
    for _ in range(ROWS):
        try:
            rows += next(pages)
        except StopIteration:
            break
        except CosmosHttpResponseError:
            continue
    assert failing.met == 1
    assert (len(rows) < ROWS) == (answer == "refuses")
