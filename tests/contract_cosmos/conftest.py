"""One database per session, deleted at its end. Tests use different partition keys."""

from collections.abc import Iterator

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy, PartitionKey

from local.cosmos import Cosmos
from tests.contract_cosmos.support import Key, new_name


@pytest.fixture(scope="session")
def client(cosmos: Cosmos) -> Iterator[CosmosClient]:
    with CosmosClient(cosmos.endpoint, cosmos.key, enable_compact_utf8_item_writes=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def database(client: CosmosClient) -> Iterator[DatabaseProxy]:
    name = f"contract-{new_name()}"
    yield client.create_database(name)
    client.delete_database(name)


@pytest.fixture(scope="session")
def jobs(database: DatabaseProxy) -> ContainerProxy:
    return database.create_container("jobs", PartitionKey("/id"))


@pytest.fixture(scope="session")
def transcripts(database: DatabaseProxy) -> ContainerProxy:
    """Create a container with a hierarchical key, and with time to live on, without a default."""
    return database.create_container("transcripts", PartitionKey(["/jobId", "/fileId"]), default_ttl=-1)


@pytest.fixture
def key() -> Key:
    """Return a partition of `transcripts` that no other test uses."""
    return [new_name(), new_name()]
