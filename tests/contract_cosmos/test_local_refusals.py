"""local/cosmos refuses, by name, what it does not support. It never gives a wrong result instead."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey

from tests.contract_cosmos.support import Key, item, only_local, refusal_of, rows_of

pytestmark = only_local


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("SELECT c.status FROM c GROUP BY c.status", "GROUP BY"),
        ("SELECT DISTINCT c.status FROM c", "DISTINCT"),
        ("SELECT DISTINCT VALUE c.status FROM c", "DISTINCT"),
        ("SELECT * FROM c OFFSET 1 LIMIT 1", "OFFSET"),
        ("SELECT * FROM c WHERE c.status LIKE 'p%'", "LIKE"),
        ("SELECT * FROM c WHERE c.status NOT IN ('p')", "NOT IN"),
        ("SELECT t FROM c JOIN t IN c.tags", "JOIN"),
        ("SELECT * FROM t IN c.tags", "FROM"),
        ("SELECT VALUE EXISTS(SELECT VALUE 1 FROM c) FROM c", "exists subquery"),
        ("SELECT VALUE udf.f(c.n) FROM c", "udf.f"),
        ("SELECT VALUE REPLACE(c.status, 'a', 'b') FROM c", "REPLACE"),
        ("SELECT VALUE COUNT(1) + 1 FROM c", "aggregates"),
        ("SELECT TOP 1 VALUE COUNT(1) FROM c", "TOP"),
        ("SELECT 1", "FROM"),
        ("SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags) FROM c", "array subquery"),
        ("SELECT VALUE ARRAY_CONCAT(c.tags, c.tags) FROM c", "ARRAY_CONCAT"),
        ("SELECT VALUE ARRAY_SLICE(c.tags, 0, 1) FROM c", "ARRAY_SLICE"),
        ("SELECT VALUE COUNTIF(c.n = 1) FROM c", "COUNTIF"),
        ("SELECT VALUE VectorDistance(c.v, [1]) FROM c", "VectorDistance"),
        ("SELECT TOP 1 c.id FROM c ORDER BY VectorDistance(c.v, [1])", "ORDER BY VectorDistance"),
        ("SELECT * FROM c WHERE FullTextContains(c.text, 'a')", "FullTextContains"),
        ("SELECT TOP 1 * FROM c ORDER BY RANK FullTextScore(c.text, 'a')", "ORDER BY RANK"),
        ("SELECT * FROM c WHERE ST_DISTANCE(c.here, c.there) < 2", "ST_DISTANCE"),
    ],
)
def test_a_query_with_an_unsupported_part_is_refused_by_its_name(
    transcripts: ContainerProxy, key: Key, query: str, name: str
) -> None:
    transcripts.create_item(item(key, "a", status="pending", n=1, tags=["x"]))
    refused = refusal_of(lambda: rows_of(transcripts, query, key))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert name in str(refused)
    assert "not supported" in str(refused)


VECTORS = {"vectorEmbeddings": [{"path": "/v", "dataType": "float32", "distanceFunction": "cosine", "dimensions": 3}]}
FULL_TEXT = {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/text", "language": "en-US"}]}


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"vector_embedding_policy": VECTORS}, "vectorEmbeddingPolicy"),
        ({"full_text_policy": FULL_TEXT}, "fullTextPolicy"),
        (
            {"computed_properties": [{"name": "low", "query": "SELECT VALUE LOWER(c.name) FROM c"}]},
            "computedProperties",
        ),
        ({"indexing_policy": {"vectorIndexes": [{"path": "/v", "type": "flat"}]}}, "vectorIndexes"),
    ],
)
def test_a_container_that_would_answer_wrongly_is_refused_by_name(
    database: DatabaseProxy, options: dict[str, Any], name: str
) -> None:
    refused = refusal_of(lambda: database.create_container("unsupported", PartitionKey("/p"), **options))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert f"A container with {name}: not supported" in str(refused)
    assert "unsupported" not in {each["id"] for each in database.list_containers()}


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda container: container.scripts.create_stored_procedure({"id": "s", "body": "function () {}"}), "sprocs"),
        (lambda container: container.scripts.create_user_defined_function({"id": "f", "body": "x => x"}), "udfs"),
        (lambda container: container.delete_all_items_by_partition_key("a"), "partitionkeydelete"),
        (lambda container: container.get_throughput(), "offers"),
        (lambda container: list(container.list_conflicts()), "conflicts"),
        (lambda container: container.create_item({"id": "a"}, pre_trigger_include="t"), "pre-trigger"),
    ],
)
def test_what_is_no_document_is_refused_by_name(
    jobs: ContainerProxy, call: Callable[[ContainerProxy], object], name: str
) -> None:
    refused = refusal_of(lambda: call(jobs))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert name in str(refused)
    assert "not supported" in str(refused)


def test_keywords_in_a_string_are_not_unsupported_parts(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a", text="DISTINCT, LIKE it's GROUP BY"))
    query = """SELECT VALUE c.id FROM c WHERE c.text = "DISTINCT, LIKE it's GROUP BY" """
    assert rows_of(transcripts, query, key) == ["a"]


def test_a_change_feed_of_all_versions_is_refused_by_name(transcripts: ContainerProxy, key: Key) -> None:
    feed: Any = transcripts.query_items_change_feed(mode="AllVersionsAndDeletes", start_time="Now", partition_key=key)
    refused = refusal_of(lambda: list(feed))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "all versions and deletes" in str(refused)
    assert "not supported" in str(refused)


def test_a_named_aggregate_across_partitions_is_refused_as_the_sdk_refuses_it(
    transcripts: ContainerProxy,
) -> None:
    query = "SELECT COUNT(1) AS n FROM c"
    refused = refusal_of(lambda: rows_of(transcripts, query))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "VALUE <AggregateFunc>" in str(refused)
