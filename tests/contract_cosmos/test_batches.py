"""Transactional batches: all or nothing, and which operation failed."""

from http import HTTPStatus
from typing import Any

import pytest
from azure.cosmos import ContainerProxy

from tests.contract_cosmos.support import Key, ids_in, item, refusal_of, rows_of, statuses_of_failed_batch

DEPENDENCY = HTTPStatus.FAILED_DEPENDENCY


def test_a_batch_does_each_kind_of_operation_in_order(transcripts: ContainerProxy, key: Key) -> None:
    for name in ("replaced", "read", "deleted", "patched"):
        transcripts.create_item(item(key, name, n=1))
    results = transcripts.execute_item_batch(
        [
            ("create", (item(key, "created", n=2),)),
            ("upsert", (item(key, "upserted", n=2),)),
            ("upsert", (item(key, "upserted", n=3),)),
            ("replace", ("replaced", item(key, "replaced", n=2))),
            ("read", ("read",)),
            ("delete", ("deleted",)),
            ("patch", ("patched", [{"op": "incr", "path": "/n", "value": 1}])),
        ],
        key,
    )
    assert [result["statusCode"] for result in results] == [201, 201, 200, 200, 200, 204, 200]
    assert results[4]["resourceBody"]["n"] == 1
    assert results[6]["resourceBody"]["n"] == 2
    assert ids_in(transcripts, key) == ["created", "patched", "read", "replaced", "upserted"]
    assert transcripts.read_item("upserted", key)["n"] == 3


def test_when_one_operation_fails_the_batch_writes_nothing(transcripts: ContainerProxy, key: Key) -> None:
    before = [transcripts.create_item(item(key, name, n=1)) for name in ("a", "b", "c")]
    statuses = statuses_of_failed_batch(
        transcripts,
        key,
        [
            ("create", (item(key, "new"),)),
            ("upsert", (item(key, "a", n=2),)),
            ("delete", ("b",)),
            ("patch", ("c", [{"op": "set", "path": "/n", "value": 2}])),
            ("create", (item(key, "a"),)),
            ("upsert", (item(key, "never"),)),
        ],
    )
    assert statuses == [*[DEPENDENCY] * 4, HTTPStatus.CONFLICT, DEPENDENCY]
    assert ids_in(transcripts, key) == ["a", "b", "c"]
    assert [transcripts.read_item(name, key) for name in ("a", "b", "c")] == before


def test_a_failed_batch_changes_neither_the_order_nor_the_pages_of_a_query(
    transcripts: ContainerProxy, key: Key
) -> None:
    for name in ("a", "b", "c"):
        transcripts.create_item(item(key, name))
    statuses_of_failed_batch(transcripts, key, [("delete", ("a",)), ("read", ("missing",))])
    assert rows_of(transcripts, "SELECT VALUE c.id FROM c", key, page=1) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (("create", ({"id": "there"},)), HTTPStatus.CONFLICT),
        (("replace", ("missing", {"id": "missing"})), HTTPStatus.NOT_FOUND),
        (("read", ("missing",)), HTTPStatus.NOT_FOUND),
        (("delete", ("missing",)), HTTPStatus.NOT_FOUND),
        (("patch", ("missing", [{"op": "set", "path": "/n", "value": 1}])), HTTPStatus.NOT_FOUND),
        (("upsert", ({"id": "there"},), {"if_match_etag": '"stale"'}), HTTPStatus.PRECONDITION_FAILED),
        (
            ("replace", ("there", {"id": "there"}), {"if_match_etag": '"stale"'}),
            HTTPStatus.PRECONDITION_FAILED,
        ),
        (("delete", ("there",), {"if_match_etag": '"stale"'}), HTTPStatus.PRECONDITION_FAILED),
        (
            ("patch", ("there", [{"op": "set", "path": "/n", "value": 1}]), {"if_match_etag": '"stale"'}),
            HTTPStatus.PRECONDITION_FAILED,
        ),
        (
            (
                "patch",
                ("there", [{"op": "set", "path": "/n", "value": 1}]),
                {"filter_predicate": "from c where c.n = 9"},
            ),
            HTTPStatus.PRECONDITION_FAILED,
        ),
    ],
)
def test_the_failing_operation_has_its_own_status_and_the_others_424(
    transcripts: ContainerProxy,
    key: Key,
    operation: tuple[Any, ...],
    status: HTTPStatus,
) -> None:
    transcripts.create_item(item(key, "there"))
    verb, arguments, *options = operation
    placed = tuple(item(key, argument["id"]) if isinstance(argument, dict) else argument for argument in arguments)
    operations = [
        ("upsert", (item(key, "first"),)),
        # The SDK empties the options that are passed, so each call needs its own.
        (verb, placed, *(dict(option) for option in options)),
        ("upsert", (item(key, "last"),)),
    ]
    assert statuses_of_failed_batch(transcripts, key, operations) == [DEPENDENCY, status, DEPENDENCY]
    assert ids_in(transcripts, key) == ["there"]


def test_a_batch_replaces_under_the_etag_that_still_holds(transcripts: ContainerProxy, key: Key) -> None:
    etag = transcripts.create_item(item(key, "head", n=1))["_etag"]
    results = transcripts.execute_item_batch(
        [("replace", ("head", item(key, "head", n=2)), {"if_match_etag": etag})], key
    )
    assert results[0]["eTag"] == transcripts.read_item("head", key)["_etag"] != etag


def test_an_item_of_another_partition_fails_the_batch(transcripts: ContainerProxy, key: Key) -> None:
    elsewhere = [key[0], "elsewhere"]
    statuses = statuses_of_failed_batch(
        transcripts, key, [("create", (item(key, "a"),)), ("create", (item(elsewhere, "b"),))]
    )
    assert statuses == [DEPENDENCY, HTTPStatus.BAD_REQUEST]
    assert ids_in(transcripts, key) == []


def test_a_thousand_items_are_written_in_batches_of_a_hundred(transcripts: ContainerProxy, key: Key) -> None:
    names = [f"item{number:04}" for number in range(1000)]
    for start in range(0, len(names), 100):
        operations = [("upsert", (item(key, name, text="नमस्ते 🎧"),)) for name in names[start : start + 100]]
        transcripts.execute_item_batch(operations, key)
    assert ids_in(transcripts, key) == names


def test_text_in_any_script_is_unchanged_by_a_batch_and_a_query(transcripts: ContainerProxy, key: Key) -> None:
    text = "नमस्ते, ज़रूर — 'quoted' \"twice\" 🎧👩🏽‍💻 \u2028 é"
    transcripts.execute_item_batch([("create", (item(key, "a", text=text),))], key)
    query = "SELECT VALUE c.text FROM c WHERE c.text = @text"
    assert rows_of(transcripts, query, key, text=text) == [text]


def test_more_than_a_hundred_operations_are_refused(transcripts: ContainerProxy, key: Key) -> None:
    operations = [("upsert", (item(key, f"item{number}"),)) for number in range(101)]
    refused = refusal_of(lambda: transcripts.execute_item_batch(operations, key))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert ids_in(transcripts, key) == []


def test_a_batch_of_more_than_2_mb_is_refused_with_413(transcripts: ContainerProxy, key: Key) -> None:
    operations = [("upsert", (item(key, f"item{number}", text="x" * 450_000),)) for number in range(5)]
    refused = refusal_of(lambda: transcripts.execute_item_batch(operations, key))
    assert refused.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert ids_in(transcripts, key) == []
