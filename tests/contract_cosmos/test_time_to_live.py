"""Time to live: which `ttl` applies, and that an expired item no longer exists."""

import time
from http import HTTPStatus

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from tests.contract_cosmos.support import Key, ids_in, item, new_name, refusal_of, rows_of, statuses_of_failed_batch
from tests.waiting import eventually

EXPIRED_SECONDS = 2.2
"""After this time an item with a ttl of 1 s has surely expired: the ttl counts from a time in whole seconds."""


def test_an_expired_item_no_longer_exists(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.execute_item_batch([("create", (item(key, "short", ttl=1),)), ("create", (item(key, "lasting"),))], key)
    eventually(lambda: ids_in(transcripts, key) == ["lasting"])
    assert isinstance(refusal_of(lambda: transcripts.read_item("short", key)), CosmosResourceNotFoundError)
    assert statuses_of_failed_batch(transcripts, key, [("read", ("short",))]) == [HTTPStatus.NOT_FOUND]
    assert rows_of(transcripts, "SELECT VALUE COUNT(1) FROM c", key[:1]) == [1]
    assert transcripts.create_item(item(key, "short"))["id"] == "short"


def test_a_write_restarts_the_ttl_of_an_item_and_may_remove_it(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "kept", ttl=1))
    transcripts.upsert_item(item(key, "kept"))
    before = transcripts.create_item(item(key, "patched", ttl=3600))
    time.sleep(EXPIRED_SECONDS)
    after = transcripts.patch_item("patched", key, [{"op": "set", "path": "/ttl", "value": 1}])
    assert after["_ts"] > before["_ts"], "the time that the ttl counts from"
    eventually(lambda: ids_in(transcripts, key) == ["kept"])


def test_the_ttl_of_an_item_is_ignored_unless_the_container_has_time_to_live(
    database: DatabaseProxy,
) -> None:
    container = database.create_container(new_name(), PartitionKey("/id"))
    container.create_item({"id": "a", "ttl": 1})
    time.sleep(EXPIRED_SECONDS)
    assert container.read_item("a", "a")["ttl"] == 1
    database.replace_container(container, PartitionKey("/id"), default_ttl=-1)
    eventually(lambda: rows_of(container, "SELECT VALUE c.id FROM c") == [])
    database.delete_container(container)


def test_a_containers_default_ttl_applies_to_items_without_their_own(database: DatabaseProxy) -> None:
    container = database.create_container(new_name(), PartitionKey("/id"), default_ttl=1)
    container.create_item({"id": "default"})
    container.create_item({"id": "longer", "ttl": 3600})
    container.create_item({"id": "for-ever", "ttl": -1})
    query = "SELECT VALUE c.id FROM c"
    eventually(lambda: sorted(rows_of(container, query)) == ["for-ever", "longer"])
    database.delete_container(container)


@pytest.mark.parametrize("ttl", [0, -2, 1.5, "60"])
def test_an_invalid_ttl_is_refused(transcripts: ContainerProxy, key: Key, ttl: object) -> None:
    refused = refusal_of(lambda: transcripts.create_item(item(key, "a", ttl=ttl)))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
