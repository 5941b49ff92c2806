"""Partial updates: the effect of each operation, conditions, and what must not be patched."""

from http import HTTPStatus
from typing import Any

import pytest
from azure.cosmos import ContainerProxy
from azure.cosmos.exceptions import CosmosAccessConditionFailedError

from tests.contract_cosmos.support import Key, item, only_local, refusal_of


def patched(transcripts: ContainerProxy, key: Key, *operations: dict[str, Any]) -> dict[str, Any]:
    """Return `{n: 1, list: [1, 2], deep: {a: 1}}` after `operations`, without what Cosmos adds."""
    transcripts.upsert_item(item(key, "a", n=1, list=[1, 2], deep={"a": 1}))
    transcripts.patch_item("a", key, list(operations))
    read = transcripts.read_item("a", key)
    return {name: value for name, value in read.items() if name in {"n", "list", "deep", "x"}}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/x", "value": None}, {"x": None}),
        ({"op": "add", "path": "/list/1", "value": 9}, {"list": [1, 9, 2]}),
        ({"op": "add", "path": "/list/-", "value": 9}, {"list": [1, 2, 9]}),
        ({"op": "set", "path": "/deep/b", "value": [1]}, {"deep": {"a": 1, "b": [1]}}),
        ({"op": "set", "path": "/list/0", "value": 9}, {"list": [9, 2]}),
        ({"op": "replace", "path": "/n", "value": "text"}, {"n": "text"}),
        ({"op": "incr", "path": "/n", "value": 2.5}, {"n": 3.5}),
        ({"op": "incr", "path": "/x", "value": 1}, {"x": 1}),
        ({"op": "remove", "path": "/list/0"}, {"list": [2]}),
        ({"op": "remove", "path": "/deep/a"}, {"deep": {}}),
        ({"op": "move", "from": "/deep", "path": "/x"}, {"x": {"a": 1}, "deep": None}),
    ],
)
def test_an_operation_changes_the_value_at_its_path(
    transcripts: ContainerProxy, key: Key, operation: dict[str, Any], expected: dict[str, Any]
) -> None:
    whole = {"n": 1, "list": [1, 2], "deep": {"a": 1}, **expected}
    if operation["op"] == "move":
        del whole["deep"]
    assert patched(transcripts, key, operation) == whole


def test_operations_are_applied_in_order_and_atomically(transcripts: ContainerProxy, key: Key) -> None:
    increase = {"op": "incr", "path": "/n", "value": 1}
    assert patched(transcripts, key, increase, {"op": "set", "path": "/n", "value": 5}, increase)["n"] == 6
    refused = refusal_of(lambda: patched(transcripts, key, increase, {"op": "remove", "path": "/x"}))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert transcripts.read_item("a", key)["n"] == 1


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/x", "value": 1},
        {"op": "remove", "path": "/x"},
        {"op": "add", "path": "/x/y", "value": 1},
        {"op": "add", "path": "/list/3", "value": 1},
        {"op": "incr", "path": "/deep", "value": 1},
        {"op": "set", "path": "/id", "value": "b"},
        {"op": "set", "path": "/jobId", "value": "b"},
        {"op": "set", "path": "/_ts", "value": 1},
        {"op": "move", "from": "/x", "path": "/y"},
        {"op": "upend", "path": "/n", "value": 1},
    ],
)
def test_an_impossible_patch_is_refused(transcripts: ContainerProxy, key: Key, operation: dict[str, Any]) -> None:
    refused = refusal_of(lambda: patched(transcripts, key, operation))
    assert refused.status_code == HTTPStatus.BAD_REQUEST


def test_a_patch_has_at_most_ten_operations(transcripts: ContainerProxy, key: Key) -> None:
    increase = {"op": "incr", "path": "/n", "value": 1}
    assert patched(transcripts, key, *[increase] * 10)["n"] == 11
    refused = refusal_of(lambda: patched(transcripts, key, *[increase] * 11))
    assert refused.status_code == HTTPStatus.BAD_REQUEST


def test_a_patch_is_applied_only_if_its_condition_holds(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a", status="pending", n=1))

    def set_status(status: str, predicate: str) -> None:
        operations = [{"op": "set", "path": "/status", "value": status}]
        transcripts.patch_item("a", key, operations, filter_predicate=predicate)

    set_status("ingesting", "from c where c.status = 'pending' AND NOT IS_DEFINED(c.endedAt)")
    refused = refusal_of(lambda: set_status("failed", "from c where c.status = 'pending'"))
    assert isinstance(refused, CosmosAccessConditionFailedError)
    assert transcripts.read_item("a", key)["status"] == "ingesting"


@only_local
def test_an_unsupported_condition_is_refused_by_name(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a"))
    operations = [{"op": "set", "path": "/n", "value": 1}]
    refused = refusal_of(
        lambda: transcripts.patch_item("a", key, operations, filter_predicate="from c where c.x LIKE 'a%'")
    )
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "LIKE" in str(refused)
