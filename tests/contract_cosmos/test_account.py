"""The account: its key, its endpoint, its databases and containers."""

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from azure.core.pipeline.transport import (
    HttpRequest,
    RequestsTransport,
    RequestsTransportResponse,
)
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy, PartitionKey
from azure.cosmos.exceptions import CosmosResourceExistsError, CosmosResourceNotFoundError

from local.cosmos import KEY, Cosmos
from tests.contract_cosmos.support import Key, ids_in, item, new_name, refusal_of, rows_of

WRONG_KEY = KEY[:4] + KEY[4:8][::-1] + KEY[8:]


class RecordingTransport(RequestsTransport):  # type: ignore[misc] # azure-core's transport is not typed
    """The SDK's own transport. It also records the addresses to which requests were sent."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def send(self, request: HttpRequest, **options: Any) -> RequestsTransportResponse:  # noqa: ANN401 - the SDK's own type
        """Record the address and send the request."""
        self.addresses.append(request.url)
        return super().send(request, **options)


def test_a_wrong_key_is_refused_with_401(cosmos: Cosmos) -> None:
    refused = refusal_of(lambda: CosmosClient(cosmos.endpoint, WRONG_KEY))
    assert refused.status_code == HTTPStatus.UNAUTHORIZED


def test_every_request_goes_to_the_clients_address(cosmos: Cosmos, jobs: ContainerProxy) -> None:
    transport = RecordingTransport()
    with CosmosClient(cosmos.endpoint, cosmos.key, transport=transport) as client:
        container = client.get_database_client(jobs.container_link.split("/")[1]).get_container_client("jobs")
        container.upsert_item({"id": new_name()})
        rows_of(container, "SELECT VALUE COUNT(1) FROM c")
    assert len(transport.addresses) > 2
    assert {urlsplit(address).scheme for address in transport.addresses} == {urlsplit(cosmos.endpoint).scheme}


def test_creating_a_container_twice_is_a_conflict(database: DatabaseProxy, jobs: ContainerProxy) -> None:
    refused = refusal_of(lambda: database.create_container(jobs.id, PartitionKey("/id")))
    assert isinstance(refused, CosmosResourceExistsError)


def test_an_item_of_a_missing_container_is_not_found(database: DatabaseProxy) -> None:
    missing = database.get_container_client(new_name())
    refused = refusal_of(lambda: missing.read_item("a", "a"))
    assert isinstance(refused, CosmosResourceNotFoundError)


def test_containers_are_listed_and_a_recreated_one_is_empty(database: DatabaseProxy) -> None:
    name = new_name()
    database.create_container(name, PartitionKey("/id")).upsert_item({"id": "a"})
    assert name in [container["id"] for container in database.list_containers()]
    database.delete_container(name)
    assert name not in [container["id"] for container in database.list_containers()]
    again = database.create_container(name, PartitionKey("/id"))
    assert rows_of(again, "SELECT * FROM c", "a") == []
    database.delete_container(name)


def test_replacing_a_containers_settings_keeps_its_items(database: DatabaseProxy) -> None:
    container = database.create_container(new_name(), PartitionKey("/id"))
    container.upsert_item({"id": "a"})
    database.replace_container(container, PartitionKey("/id"), default_ttl=-1)
    assert container.read_item("a", "a")["id"] == "a"
    assert container.read()["defaultTtl"] == -1
    database.delete_container(container)


def test_eight_threads_may_share_one_client(transcripts: ContainerProxy, key: Key) -> None:
    ids = [f"item{number:02}" for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: transcripts.upsert_item(item(key, name)), ids))
    assert ids_in(transcripts, key) == ids
