"""local/cosmos refuses, by name, what it does not support. It never gives a wrong result instead."""

from http import HTTPStatus
from typing import Any

import pytest
from azure.cosmos import ContainerProxy

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
