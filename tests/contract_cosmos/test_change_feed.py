"""The change feed in latest-version mode: of a container, of a prefix of the key, of one logical partition."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey

from tests.contract_cosmos.support import Item, Key, item, new_name, statuses_of_failed_batch


@pytest.fixture
def container(database: DatabaseProxy) -> Iterator[ContainerProxy]:
    """Create a container of its own, because a feed without a key shows every document."""
    created = database.create_container(new_name(), PartitionKey(["/jobId", "/fileId"]), default_ttl=-1)
    yield created
    database.delete_container(created)


def read_changes(container: ContainerProxy, **scope: Any) -> tuple[list[Item], str]:  # noqa: ANN401 - the SDK's options
    """Return the changes up to now, and the token to continue after them. A feed that never ends is cut."""
    found = list(islice(container.query_items_change_feed(**scope), 100))
    return found, str(container.client_connection.last_response_headers["etag"])


def ids_of(changes: list[Item]) -> list[str]:
    return [each["id"] for each in changes]


def fill(container: ContainerProxy, key: Key, count: int = 5) -> None:
    for number in range(count):
        container.create_item(item(key, f"{number}"))


def test_the_feed_from_the_beginning_has_each_document_once(container: ContainerProxy) -> None:
    keys = [[f"job{job}", f"file{file}"] for job in range(4) for file in range(3)]
    for key in keys:
        fill(container, key)
    found, _ = read_changes(container, start_time="Beginning", max_item_count=2)
    assert sorted((each["jobId"], each["fileId"], each["id"]) for each in found) == sorted(
        (job, file, str(number)) for job, file in keys for number in range(5)
    )


@pytest.mark.parametrize(("depth", "expected"), [(1, 10), (2, 5)])
def test_the_feed_of_a_key_or_a_prefix_has_its_documents_only(
    container: ContainerProxy, depth: int, expected: int
) -> None:
    for key in (["a", "x"], ["a", "y"], ["b", "x"], ["c", "z"]):
        fill(container, key)
    wanted = ["a", "x"][:depth]
    found, token = read_changes(container, start_time="Beginning", partition_key=wanted, max_item_count=3)
    assert len(found) == expected
    assert {tuple([each["jobId"], each["fileId"]][:depth]) for each in found} == {tuple(wanted)}
    container.create_item(item(["b", "x"], "other"))
    container.create_item(item(["a", "x"], "own"))
    assert ids_of(read_changes(container, continuation=token)[0]) == ["own"]


def test_a_document_that_is_written_again_moves_to_the_end(container: ContainerProxy, key: Key) -> None:
    fill(container, key)
    container.upsert_item(item(key, "1", text="second"))
    container.patch_item("0", key, [{"op": "add", "path": "/text", "value": "third"}])
    found, _ = read_changes(container, start_time="Beginning", partition_key=key, max_item_count=2)
    assert [(each["id"], each.get("text")) for each in found] == [
        ("2", None),
        ("3", None),
        ("4", None),
        ("1", "second"),
        ("0", "third"),
    ]


def test_the_feed_continues_after_a_token(container: ContainerProxy, key: Key) -> None:
    fill(container, key)
    _, token = read_changes(container, start_time="Beginning")
    assert read_changes(container, continuation=token)[0] == []
    container.upsert_item(item(key, "3", text="again"))
    container.create_item(item([new_name(), "file"], "new"))
    found, after = read_changes(container, continuation=token)
    assert sorted(ids_of(found)) == ["3", "new"]
    assert sorted(ids_of(read_changes(container, continuation=token)[0])) == ["3", "new"]
    assert read_changes(container, continuation=after)[0] == []


def test_a_page_has_a_token_after_which_the_rest_follows(container: ContainerProxy, key: Key) -> None:
    fill(container, key)
    pages: Any = container.query_items_change_feed(start_time="Beginning", partition_key=key, max_item_count=2)
    assert ids_of(list(next(pages.by_page()))) == ["0", "1"]
    token = str(container.client_connection.last_response_headers["etag"])
    assert ids_of(read_changes(container, continuation=token)[0]) == ["2", "3", "4"]


def test_the_feed_from_now_has_what_comes_later(container: ContainerProxy, key: Key) -> None:
    fill(container, key)
    found, token = read_changes(container, start_time="Now")
    assert found == []
    container.create_item(item(key, "later"))
    assert ids_of(read_changes(container, continuation=token)[0]) == ["later"]


@pytest.mark.parametrize(("hours", "expected"), [(-1, ["0", "1"]), (1, [])])
def test_the_feed_from_a_time_has_what_was_written_since(
    container: ContainerProxy, key: Key, hours: int, expected: list[str]
) -> None:
    fill(container, key, 2)
    start = datetime.now(UTC) + timedelta(hours=hours)
    assert ids_of(read_changes(container, start_time=start)[0]) == expected


def test_the_feed_has_no_deleted_document(container: ContainerProxy, key: Key) -> None:
    fill(container, key, 3)
    _, token = read_changes(container, start_time="Beginning")
    container.delete_item("1", key)
    assert read_changes(container, continuation=token)[0] == []
    assert ids_of(read_changes(container, start_time="Beginning", partition_key=key)[0]) == ["0", "2"]


def test_a_failed_batch_changes_nothing_in_the_feed(container: ContainerProxy, key: Key) -> None:
    fill(container, key, 2)
    _, token = read_changes(container, start_time="Beginning")
    taken: Any = [("upsert", (item(key, "0"),)), ("create", (item(key, "1"),))]
    assert statuses_of_failed_batch(container, key, taken) == [424, 409]
    assert read_changes(container, continuation=token)[0] == []
    assert ids_of(read_changes(container, start_time="Beginning", partition_key=key)[0]) == ["0", "1"]


def test_a_transaction_is_on_one_page(container: ContainerProxy, key: Key) -> None:
    """A page may exceed `max_item_count` for it (Microsoft: `ChangeFeedRequestOptions.PageSizeHint`)."""
    container.create_item(item(key, "before"))
    together: Any = [("create", (item(key, f"{number}"),)) for number in range(5)]
    container.execute_item_batch(together, key)
    container.create_item(item(key, "after"))
    pages: Any = container.query_items_change_feed(start_time="Beginning", partition_key=key, max_item_count=2)
    found = [ids_of(list(page)) for page in pages.by_page()]
    assert next(each for each in found if "2" in each)[-5:] == ["0", "1", "2", "3", "4"]
    assert [each for page in found for each in page] == ["before", "0", "1", "2", "3", "4", "after"]
