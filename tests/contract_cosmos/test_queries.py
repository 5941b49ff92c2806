"""Queries: of one partition and of all, their order, their pages, and undefined as the third truth value."""

import itertools
from http import HTTPStatus
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey

from tests.contract_cosmos.support import Item, Key, item, new_name, refusal_of, rows_of

ROWS: list[Item] = [
    {"id": "a", "n": 1, "status": "pending", "tags": ["x", "y"], "deep": {"word": "ein"}},
    {"id": "b", "n": 2, "status": "pending", "endedAt": None},
    {"id": "c", "n": 3, "status": "failed", "endedAt": "2026-11-01"},
    {"id": "d", "n": "4", "status": "completed", "endedAt": "2026-11-02"},
    {"id": "e", "status": "completed"},
]


@pytest.fixture(scope="module")
def rows(database: DatabaseProxy) -> ContainerProxy:
    container = database.create_container(new_name(), PartitionKey("/id"))
    for row in ROWS:
        container.create_item(row)
    return container


CHOSEN = "SELECT VALUE c.id FROM c WHERE {}"


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("c.status = @status", "ab"),
        ("c.status IN ('failed', @status)", "abc"),
        ("c.n > 1", "bc"),
        ("c.n >= 1 AND c.n < 3", "ab"),
        ("c.n BETWEEN 2 AND 3", "bc"),
        ("c.n = '4' OR c.n = 1", "ad"),
        ("IS_DEFINED(c.endedAt)", "bcd"),
        ("NOT IS_DEFINED(c.endedAt)", "ae"),
        ("IS_NULL(c.endedAt)", "b"),
        ("c.endedAt < '2026-11-02'", "c"),
        ("STARTSWITH(c.status, 'p')", "ab"),
        ("CONTAINS(c.status, 'ail')", "c"),
        ("ARRAY_CONTAINS(c.tags, 'y')", "a"),
        ("c.deep.word = 'ein'", "a"),
        ("c['deep']['word'] = 'ein'", "a"),
        ("c.tags[1] = 'y'", "a"),
        ("c.endedAt = null", "b"),
        ("c.endedAt != null", "cd"),
        ("(c.status = 'pending' OR c.status = 'failed') AND NOT (c.n = 1)", "bc"),
        ("((c.tags[0] = 'x') AND (c['deep'] != (')' ?? \"(\")))", "a"),
        # The form that the planner writes. A parser that reads each group several times takes minutes for it.
        (f"{'(NOT (' * 8}c.n IN ((1), (3)){'))' * 8}", "ac"),
        # A condition on an undefined value is neither true nor false.
        ("c.id != 'd' AND NOT (c.n = 1)", "bc"),
        ("c.id != 'd' AND NOT (c.n IN (1, 2))", "c"),
        ("NOT (c.n > 1)", "a"),
        ("NOT (c.missing BETWEEN 1 AND 2)", ""),
        ("c.missing = c.missing", ""),
        ("c.n", ""),
        ("IS_DEFINED(c.tags.length)", ""),
    ],
)
def test_a_condition_selects_the_rows_for_which_it_is_true(rows: ContainerProxy, condition: str, ids: str) -> None:
    found = rows_of(rows, CHOSEN.format(condition), status="pending")
    assert "".join(sorted(found)) == ids


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("SELECT c.id, c.n FROM c WHERE c.id = 'a'", [{"id": "a", "n": 1}]),
        ("SELECT c.deep.word, c.missing FROM c WHERE c.id = 'a'", [{"word": "ein"}]),
        ("SELECT c.n AS number, c['status'] FROM c WHERE c.id = 'c'", [{"number": 3, "status": "failed"}]),
        ("SELECT VALUE {'name': c.id, 'list': [c.n, c.missing]} FROM c WHERE c.id = 'a'", [{"name": "a", "list": [1]}]),
        ("SELECT VALUE c.endedAt FROM c WHERE c.n <= 2", [None]),
        ("SELECT t.id FROM transcripts t WHERE t.id = 'a'", [{"id": "a"}]),
        ("SELECT VALUE COUNT(1) FROM c", [5]),
        ("SELECT VALUE COUNT(c.endedAt) FROM c", [3]),
        ("SELECT VALUE MIN(c.endedAt) FROM c WHERE IS_STRING(c.endedAt)", ["2026-11-01"]),
        ("SELECT VALUE MAX(c.n) FROM c WHERE IS_NUMBER(c.n)", [3]),
        ("SELECT VALUE SUM(c.n) FROM c WHERE IS_NUMBER(c.n)", [6]),
        ("SELECT VALUE COUNT(1) FROM c WHERE c.id = 'none'", [0]),
    ],
)  # fmt: skip
def test_a_query_gives_what_it_selects(rows: ContainerProxy, select: str, expected: list[Any]) -> None:
    assert rows_of(rows, select) == expected


def test_a_star_returns_the_item_like_a_point_read(rows: ContainerProxy) -> None:
    assert rows_of(rows, "SELECT * FROM c WHERE c.id = 'a'") == [rows.read_item("a", "a")]


def test_an_aggregate_within_one_partition_may_have_a_name(transcripts: ContainerProxy, key: Key) -> None:
    for name in ("a", "b"):
        transcripts.create_item(item(key, name))
    query = "SELECT COUNT(1) AS files, MIN(c.id) AS first FROM c"
    assert rows_of(transcripts, query, key) == [{"files": 2, "first": "a"}]


def test_a_query_of_a_partition_sees_nothing_of_another(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a"))
    transcripts.create_item(item([key[0], "other"], "b"))
    query = "SELECT VALUE c.id FROM c WHERE c.jobId = @job"
    assert rows_of(transcripts, query, key, job=key[0]) == ["a"]


def test_without_a_partition_key_a_query_must_ask_for_all_partitions(rows: ContainerProxy) -> None:
    refused = refusal_of(lambda: list(rows.query_items("SELECT * FROM c WHERE c.status = 'pending'")))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "Cross partition query" in str(refused)


def test_order_by_sorts_numbers_before_texts_and_leaves_out_what_has_no_value(
    transcripts: ContainerProxy, key: Key
) -> None:
    for row in ROWS:
        transcripts.create_item({**row, **item(key, row["id"])})
    query = "SELECT VALUE c.id FROM c ORDER BY c.n"
    assert rows_of(transcripts, query, key) == ["a", "b", "c", "d"]
    assert rows_of(transcripts, f"{query} DESC", key) == ["d", "c", "b", "a"]


def test_top_gives_the_first_rows_in_order(rows: ContainerProxy) -> None:
    query = "SELECT TOP 2 VALUE c.id FROM c WHERE IS_NUMBER(c.n) ORDER BY c.n DESC"
    assert rows_of(rows, query) == ["c", "b"]
    assert rows_of(rows, "SELECT TOP @top VALUE c.id FROM c ORDER BY c.id", top=3) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT VALUE c.n FROM c",
        "SELECT VALUE c.n FROM c ORDER BY c.n",
        "SELECT TOP 20 VALUE c.n FROM c ORDER BY c.n",
        "SELECT VALUE c.n FROM c ORDER BY c.same",
    ],
)
def test_pages_return_every_row_once(transcripts: ContainerProxy, key: Key, query: str) -> None:
    operations = [("create", (item(key, f"i{n}", n=n, same=1),)) for n in range(20)]
    transcripts.execute_item_batch(operations, key)
    pages = transcripts.query_items(query, partition_key=key, max_item_count=6).by_page()
    numbers: list[list[Any]] = [list(page) for page in pages]
    assert [len(page) for page in numbers] == [6, 6, 6, 2]
    assert sorted(itertools.chain(*numbers)) == list(range(20))


def test_a_page_holds_no_more_than_4_mb(transcripts: ContainerProxy, key: Key) -> None:
    for name in ("a", "b", "c", "d", "e", "f"):
        transcripts.upsert_item(item(key, name, text="x" * 1_000_000), no_response=True)
    sizes = [len(list(page)) for page in transcripts.query_items("SELECT * FROM c", partition_key=key).by_page()]
    assert sum(sizes) == 6
    assert max(sizes) < 6


@pytest.mark.parametrize("query", ["SELECT VALUE c.id FROM c", "SELECT VALUE c.id FROM c ORDER BY c.n"])
def test_a_deletion_between_two_pages_hides_no_other_row(transcripts: ContainerProxy, key: Key, query: str) -> None:
    operations = [("create", (item(key, f"i{n:02}", n=n),)) for n in range(12)]
    transcripts.execute_item_batch(operations, key)
    seen: list[str] = []
    for page in transcripts.query_items(query, partition_key=key, max_item_count=5).by_page():
        for name in page:
            seen.append(str(name))
            transcripts.delete_item(str(name), key)
    assert sorted(seen) == [f"i{n:02}" for n in range(12)]


def test_a_query_continues_by_its_continuation_token(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.execute_item_batch([("create", (item(key, f"i{n}", n=n),)) for n in range(5)], key)
    query = "SELECT VALUE c.n FROM c ORDER BY c.n"
    first: Any = transcripts.query_items(query, partition_key=key, max_item_count=3).by_page()
    assert list(next(first)) == [0, 1, 2]
    rest: Any = transcripts.query_items(query, partition_key=key, max_item_count=3)
    assert list(next(rest.by_page(first.continuation_token))) == [3, 4]


def test_read_all_items_returns_every_item(rows: ContainerProxy) -> None:
    assert sorted(row["id"] for row in rows.read_all_items(max_item_count=2)) == ["a", "b", "c", "d", "e"]


def test_read_items_returns_the_existing_items(transcripts: ContainerProxy, key: Key) -> None:
    other = [key[0], "other"]
    transcripts.create_item(item(key, "a"))
    transcripts.create_item(item(other, "a"))
    found = transcripts.read_items([("a", key), ("a", other), ("missing", key)])
    assert sorted(row["fileId"] for row in found) == sorted([key[1], "other"])


@pytest.mark.parametrize(
    ("index", "order", "ids"),
    [
        (("name", "age"), "c.name ASC, c.age ASC", "abc"),
        (("name", "age"), "c.age ASC, c.name ASC", None),
        (("name", "age"), "c.name DESC, c.age DESC", "cba"),
        (("name", "age"), "c.name ASC, c.age DESC", None),
        (("name", "age", "since"), "c.name ASC, c.age ASC, c.since ASC", "abc"),
        (("name", "age", "since"), "c.name ASC, c.age ASC", None),
    ],
)
def test_order_by_several_paths_needs_a_composite_index_of_exactly_these(
    database: DatabaseProxy, index: tuple[str, ...], order: str, ids: str | None
) -> None:
    """The cases of Microsoft's page "Indexing policies", ORDER BY queries on multiple properties."""
    policy = {"compositeIndexes": [[{"path": f"/{name}", "order": "ascending"} for name in index]]}
    container = database.create_container(new_name(), PartitionKey("/id"), indexing_policy=policy)
    for name, of, age in (("b", "x", 2), ("a", "x", 1), ("c", "y", 0)):
        container.create_item({"id": name, "name": of, "age": age, "since": age})

    def ask() -> str:
        return "".join(rows_of(container, f"SELECT VALUE c.id FROM c ORDER BY {order}"))  # noqa: S608 - a test's own

    if ids is None:
        refused = refusal_of(ask)
        assert refused.status_code == HTTPStatus.BAD_REQUEST
        assert "composite index" in str(refused)
    else:
        assert ask() == ids
    database.delete_container(container)


def test_a_composite_index_may_have_a_direction_for_each_path(database: DatabaseProxy) -> None:
    paths = [{"path": "/status", "order": "ascending"}, {"path": "/n", "order": "descending"}]
    container = database.create_container(
        new_name(), PartitionKey("/id"), indexing_policy={"compositeIndexes": [paths]}
    )
    for name, status, n in (("a", "failed", 1), ("b", "failed", 2), ("c", "pending", 1)):
        container.create_item({"id": name, "status": status, "n": n})
    query = "SELECT VALUE c.id FROM c ORDER BY c.status{}, c.n{}"
    assert rows_of(container, query.format("", " DESC")) == ["b", "a", "c"]
    assert rows_of(container, query.format(" DESC", "")) == ["c", "a", "b"]
    database.delete_container(container)


def test_order_by_needs_an_index_and_a_named_one_keeps_items_without_a_value(
    database: DatabaseProxy,
) -> None:
    policy = {"includedPaths": [{"path": "/endedAt/?"}], "excludedPaths": [{"path": "/*"}]}
    container = database.create_container(new_name(), PartitionKey("/kind"), indexing_policy=policy)
    for row in ROWS:
        container.create_item({**row, "kind": "job"})
    ordered = rows_of(container, "SELECT VALUE c.id FROM c ORDER BY c.endedAt", "job")
    assert ordered[2:] == ["b", "c", "d"]
    assert sorted(ordered[:2]) == ["a", "e"]
    refused = refusal_of(lambda: rows_of(container, "SELECT VALUE c.id FROM c ORDER BY c.status", "job"))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert rows_of(container, CHOSEN.format("c.status = 'failed'"), "job") == ["c"]
    database.delete_container(container)


@pytest.mark.parametrize(
    "query", ["SELECT * FROM c WHERE", "SELECT * FROM c WHERE d.x = 1", "SELECT FORM c", "SELECT * FROM c ORDER BY 1"]
)  # fmt: skip
def test_an_invalid_query_is_refused(rows: ContainerProxy, query: str) -> None:
    assert refusal_of(lambda: rows_of(rows, query)).status_code == HTTPStatus.BAD_REQUEST
