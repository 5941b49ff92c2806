"""Single items: reads, writes, conflicts and ETags."""

import time
from http import HTTPStatus

from azure.core import MatchConditions
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tests.contract_cosmos.support import Key, ids_in, item, new_name, refusal_of

STALE = '"00000000-0000-0000-0000-000000000000"'


def test_an_item_is_read_unchanged_with_its_system_properties(transcripts: ContainerProxy, key: Key) -> None:
    before = int(time.time())
    written = transcripts.create_item(item(key, "a", text="नमस्ते 🎧", ticks=7600000, ratio=0.5, nothing=None))
    read = transcripts.read_item("a", key)
    assert read == written
    assert {name: read[name] for name in ("text", "ticks", "ratio", "nothing")} == {
        "text": "नमस्ते 🎧",
        "ticks": 7600000,
        "ratio": 0.5,
        "nothing": None,
    }
    assert before - 60 <= read["_ts"] <= time.time() + 60


def test_every_operation_on_a_missing_item_gives_404(transcripts: ContainerProxy, key: Key) -> None:
    calls = (
        lambda: transcripts.read_item("a", key),
        lambda: transcripts.replace_item("a", item(key, "a")),
        lambda: transcripts.patch_item("a", key, [{"op": "set", "path": "/x", "value": 1}]),
        lambda: transcripts.delete_item("a", key),
    )
    for call in calls:
        refused = refusal_of(call)
        assert isinstance(refused, CosmosResourceNotFoundError)
        assert "NotFound" in str(refused)


def test_creating_an_item_that_exists_is_a_conflict_and_changes_nothing(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a", n=1))
    refused = refusal_of(lambda: transcripts.create_item(item(key, "a", n=2)))
    assert isinstance(refused, CosmosResourceExistsError)
    assert transcripts.read_item("a", key)["n"] == 1


def test_upsert_creates_and_then_replaces_the_whole_item(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.upsert_item(item(key, "a", n=1, old=True))
    transcripts.upsert_item(item(key, "a", n=2))
    read = transcripts.read_item("a", key)
    assert read["n"] == 2
    assert "old" not in read
    assert ids_in(transcripts, key) == ["a"]


def test_a_deleted_item_is_gone(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a"))
    transcripts.delete_item("a", key)
    assert ids_in(transcripts, key) == []


def test_every_write_gives_a_new_etag(transcripts: ContainerProxy, key: Key) -> None:
    etags = [
        transcripts.create_item(item(key, "a"))["_etag"],
        transcripts.upsert_item(item(key, "a"))["_etag"],
        transcripts.replace_item("a", item(key, "a"))["_etag"],
        transcripts.patch_item("a", key, [{"op": "set", "path": "/x", "value": 1}])["_etag"],
    ]
    assert len(set(etags)) == len(etags)
    assert transcripts.read_item("a", key)["_etag"] == etags[-1]


def test_a_write_keeps_the_identity_of_the_item(transcripts: ContainerProxy, key: Key) -> None:
    created = transcripts.create_item(item(key, "a"))
    for written in (transcripts.upsert_item(item(key, "a")), transcripts.replace_item("a", item(key, "a"))):
        assert written["_rid"] == created["_rid"]


def test_an_unchanged_item_is_not_sent_again(transcripts: ContainerProxy, key: Key) -> None:
    etag = transcripts.create_item(item(key, "a", n=1))["_etag"]
    modified = MatchConditions.IfModified
    assert transcripts.read_item("a", key, etag=etag, match_condition=modified) == {}
    transcripts.upsert_item(item(key, "a", n=2))
    assert transcripts.read_item("a", key, etag=etag, match_condition=modified)["n"] == 2


def test_a_write_returns_no_body_if_none_is_requested(transcripts: ContainerProxy, key: Key) -> None:
    assert transcripts.upsert_item(item(key, "a"), no_response=True) == {}
    assert ids_in(transcripts, key) == ["a"]


def test_a_stale_etag_is_refused_with_412_by_every_write(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a", n=1))
    unmodified = MatchConditions.IfNotModified
    operations = [{"op": "set", "path": "/n", "value": 2}]
    calls = (
        lambda: transcripts.upsert_item(item(key, "a", n=2), etag=STALE, match_condition=unmodified),
        lambda: transcripts.replace_item("a", item(key, "a", n=2), etag=STALE, match_condition=unmodified),
        lambda: transcripts.patch_item("a", key, operations, etag=STALE, match_condition=unmodified),
        lambda: transcripts.delete_item("a", key, etag=STALE, match_condition=unmodified),
    )
    for call in calls:
        assert isinstance(refusal_of(call), CosmosAccessConditionFailedError)
    assert transcripts.read_item("a", key)["n"] == 1


def test_only_the_first_of_two_replacements_under_the_same_etag_succeeds(transcripts: ContainerProxy, key: Key) -> None:
    etag = transcripts.create_item(item(key, "a", n=0))["_etag"]

    def replace(n: int) -> object:
        unmodified = MatchConditions.IfNotModified
        return transcripts.replace_item("a", item(key, "a", n=n), etag=etag, match_condition=unmodified)

    replace(1)
    assert isinstance(refusal_of(lambda: replace(2)), CosmosAccessConditionFailedError)
    assert transcripts.read_item("a", key)["n"] == 1


def test_upsert_under_an_etag_creates_an_item_that_is_missing(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.upsert_item(item(key, "a"), etag=STALE, match_condition=MatchConditions.IfNotModified)
    assert ids_in(transcripts, key) == ["a"]


def test_a_replacement_cannot_change_the_id(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a"))
    refused = refusal_of(lambda: transcripts.replace_item("a", item(key, "b")))
    assert refused.status_code == HTTPStatus.BAD_REQUEST


def test_a_unique_key_holds_within_a_partition(database: DatabaseProxy) -> None:
    container = database.create_container(
        new_name(), PartitionKey("/owner"), unique_key_policy={"uniqueKeys": [{"paths": ["/name"]}]}
    )
    container.create_item({"id": "1", "owner": "a", "name": "x"})
    container.create_item({"id": "2", "owner": "b", "name": "x"})
    refused = refusal_of(lambda: container.create_item({"id": "3", "owner": "a", "name": "x"}))
    assert isinstance(refused, CosmosResourceExistsError)
    container.upsert_item({"id": "1", "owner": "a", "name": "x"})
    database.delete_container(container)
