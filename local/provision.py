"""Creates what the Bicep creates in Azure: database and containers, the container of raw results, the queues."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from azure.core.exceptions import ResourceExistsError
from azure.cosmos import CosmosClient, PartitionKey
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from shared.domain.containers import CONTAINERS, TIME_TO_LIVE, Container
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE


def provision_cosmos(endpoint: str, key: str, database: str) -> None:
    """Create the database and its containers, unless they exist."""
    create_containers(CosmosClient(endpoint, key), database)


def create_containers(client: CosmosClient, database: str) -> None:
    """Create the database and its containers, unless they exist."""
    created = client.create_database_if_not_exists(database)
    for container in CONTAINERS:
        created.create_container_if_not_exists(
            container.name,
            partition_key=_partition_key(container),
            indexing_policy=container.indexing_policy(),
            default_ttl=TIME_TO_LIVE,
        )


def provision_storage(
    connection_string: str, raw_container: str, queue_names: Sequence[str] = (JOBS_QUEUE, RESULTS_QUEUE)
) -> None:
    """Create the container of raw results, the queues and their poison queues, unless they exist."""
    with BlobServiceClient.from_connection_string(connection_string) as blobs, suppress(ResourceExistsError):
        blobs.create_container(raw_container)
    with QueueServiceClient.from_connection_string(connection_string) as queues:
        for name in queue_names:
            for queue in (name, name + POISON_SUFFIX):
                with suppress(ResourceExistsError):
                    queues.create_queue(queue)


def _partition_key(container: Container) -> PartitionKey:
    paths: Any = list(container.partition_key)
    if len(paths) == 1:
        return PartitionKey(path=paths[0])
    return PartitionKey(path=paths, kind="MultiHash")
