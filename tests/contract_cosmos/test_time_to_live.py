"""Time to live: whose `ttl` counts, and what an expired item still is, namely nothing."""

import time
from collections.abc import Callable
from http import HTTPStatus

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from tests.contract_cosmos.support import Key, ids_in, item, new_name, refusal_of, rows_of, statuses_of_failed_batch

WAIT_SECONDS = 3.0
"""A ttl of 1 s counts from a time in whole seconds, and the server may take a moment."""

EXPIRED_SECONDS = 2.2
"""When an item with a ttl of 1 s is surely gone."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when `condition()` holds; fail after WAIT_SECONDS."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the item did not expire"
        time.sleep(0.1)


def test_an_item_that_outlived_its_ttl_is_gone_for_everyone(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.execute_item_batch([("create", (item(key, "short", ttl=1),)), ("create", (item(key, "lasting"),))], key)
    assert ids_in(transcripts, key) == ["lasting", "short"]
    wait_until(lambda: ids_in(transcripts, key) == ["lasting"])
    assert isinstance(refusal_of(lambda: transcripts.read_item("short", key)), CosmosResourceNotFoundError)
    assert statuses_of_failed_batch(transcripts, key, [("read", ("short",))]) == [HTTPStatus.NOT_FOUND]
    assert rows_of(transcripts, "SELECT VALUE COUNT(1) FROM c", key[:1]) == [1]
    assert transcripts.create_item(item(key, "short"))["id"] == "short"


def test_a_write_begins_an_items_time_anew_and_may_end_it(transcripts: ContainerProxy, key: Key) -> None:
    for name in ("kept", "patched"):
        transcripts.create_item(item(key, name, ttl=1))
    transcripts.upsert_item(item(key, "kept"))
    transcripts.patch_item("patched", key, [{"op": "set", "path": "/ttl", "value": 3600}])
    time.sleep(EXPIRED_SECONDS)
    assert ids_in(transcripts, key) == ["kept", "patched"]


def test_an_items_own_ttl_means_nothing_until_the_container_has_time_to_live_on(
    database: DatabaseProxy,
) -> None:
    container = database.create_container(new_name(), PartitionKey("/id"))
    container.create_item({"id": "a", "ttl": 1})
    time.sleep(EXPIRED_SECONDS)
    assert container.read_item("a", "a")["ttl"] == 1
    database.replace_container(container, PartitionKey("/id"), default_ttl=-1)
    wait_until(lambda: rows_of(container, "SELECT VALUE c.id FROM c") == [])
    database.delete_container(container)


def test_a_containers_default_counts_for_items_without_a_ttl_of_their_own(database: DatabaseProxy) -> None:
    container = database.create_container(new_name(), PartitionKey("/id"), default_ttl=1)
    container.create_item({"id": "default"})
    container.create_item({"id": "longer", "ttl": 3600})
    container.create_item({"id": "for-ever", "ttl": -1})
    query = "SELECT VALUE c.id FROM c"
    wait_until(lambda: sorted(rows_of(container, query)) == ["for-ever", "longer"])
    database.delete_container(container)


@pytest.mark.parametrize("ttl", [0, -2, 1.5, "60"])
def test_a_ttl_that_is_no_number_of_seconds_is_refused(transcripts: ContainerProxy, key: Key, ttl: object) -> None:
    refused = refusal_of(lambda: transcripts.create_item(item(key, "a", ttl=ttl)))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
