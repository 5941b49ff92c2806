"""Service quotas on single items: size and id."""

from http import HTTPStatus

import pytest
from azure.cosmos import ContainerProxy

from tests.contract_cosmos.support import Key, ids_in, item, only_local, refusal_of, statuses_of_failed_batch

MIB = 1024 * 1024


def test_an_item_just_under_2_mb_is_stored(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a", text="x" * (2 * MIB - 10_000)))
    assert len(transcripts.read_item("a", key)["text"]) == 2 * MIB - 10_000


def test_an_item_over_2_mb_is_refused_with_413(transcripts: ContainerProxy, key: Key) -> None:
    for call in (transcripts.create_item, transcripts.upsert_item):
        refused = refusal_of(lambda call=call: call(item(key, "a", text="x" * 2 * MIB)))  # type: ignore[misc] # a default, to bind `call` now
        assert refused.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert ids_in(transcripts, key) == []


def test_the_size_of_an_item_is_counted_in_bytes_not_in_characters(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "a", text="न" * 600_000))  # 1.8 MB, though 3.6 MB when escaped
    refused = refusal_of(lambda: transcripts.create_item(item(key, "b", text="न" * 720_000)))
    assert refused.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_an_id_has_at_most_1023_bytes(transcripts: ContainerProxy, key: Key) -> None:
    transcripts.create_item(item(key, "i" * 1023))
    assert transcripts.read_item("i" * 1023, key)["id"] == "i" * 1023
    refused = refusal_of(lambda: transcripts.create_item(item(key, "i" * 1024)))
    assert refused.status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("name", ["a b", "a%2Fb", "é🎧", "a+b", "a&b=c", "{rev}_part_0001"])
def test_any_other_id_works_in_a_path(transcripts: ContainerProxy, key: Key, name: str) -> None:
    transcripts.create_item(item(key, name))
    assert transcripts.read_item(name, key)["id"] == name


@only_local  # the SDK refuses such ids itself, except in a batch, which is not documented
@pytest.mark.parametrize("name", ["a/b", "a\\b", "a#b", "a?b", ""])
def test_an_id_that_cannot_be_in_a_path_is_refused(transcripts: ContainerProxy, key: Key, name: str) -> None:
    statuses = statuses_of_failed_batch(transcripts, key, [("create", (item(key, name),))])
    assert statuses == [HTTPStatus.BAD_REQUEST]


def test_the_sdk_refuses_an_id_that_cannot_be_in_a_path(transcripts: ContainerProxy, key: Key) -> None:
    with pytest.raises(ValueError, match="illegal"):
        transcripts.create_item(item(key, "a/b"))
