"""Creates what Bicep creates in Azure: the database with its two containers, the container of the raw results."""

from typing import Any

from azure.core.exceptions import ResourceExistsError
from azure.cosmos import CosmosClient, PartitionKey
from azure.storage.blob import BlobServiceClient

from shared.domain.containers import CONTAINERS, TIME_TO_LIVE, Container


def provision_cosmos(endpoint: str, key: str, database: str) -> None:
    """Create the database and its containers where they are missing."""
    client = CosmosClient(endpoint, key)
    created = client.create_database_if_not_exists(database)
    for container in CONTAINERS:
        created.create_container_if_not_exists(
            container.name,
            partition_key=_partition_key(container),
            indexing_policy=container.indexing_policy(),
            default_ttl=TIME_TO_LIVE,
        )


def provision_storage(connection_string: str, raw_container: str) -> None:
    """Create the container of the raw results where it is missing; the functions host makes the queues."""
    with BlobServiceClient.from_connection_string(connection_string) as service:
        try:
            service.create_container(raw_container)
        except ResourceExistsError:
            return


def _partition_key(container: Container) -> PartitionKey:
    paths: Any = list(container.partition_key)
    if len(paths) == 1:
        return PartitionKey(path=paths[0])
    return PartitionKey(path=paths, kind="MultiHash")
