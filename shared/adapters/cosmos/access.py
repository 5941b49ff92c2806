"""Tests whether the app may read and write a container, without leaving anything there."""

from typing import Any

from azure.cosmos import DatabaseProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosResourceNotFoundError

from shared.adapters.cosmos.client import cosmos_errors
from shared.domain.containers import Container

PROBE_ID = "_rights"
"""Id and partition key value of a document that never exists."""

_ABSENT = "_absent"


def try_to_read(database: DatabaseProxy, container: Container) -> None:
    """Read the container's description and a document that does not exist. Raises Denied, NotFound, Transient."""
    with cosmos_errors():
        proxy = database.get_container_client(container.name)
        proxy.read()
        try:
            proxy.read_item(PROBE_ID, _partition(container))
        except CosmosResourceNotFoundError:
            return


def try_to_write(database: DatabaseProxy, container: Container) -> None:
    """Create a document in a batch whose second operation fails, so that Cosmos DB rolls the batch back.

    Raises Denied, NotFound, Transient.
    """
    paths = [path.removeprefix("/") for path in container.partition_key]
    item = {"id": PROBE_ID, **dict.fromkeys(paths, PROBE_ID)}
    absent: dict[str, Any] = {**item, "id": _ABSENT} if "id" not in paths else item
    operations = [("create", (item,)), ("replace", (_ABSENT, absent))]
    with cosmos_errors():
        try:
            database.get_container_client(container.name).execute_item_batch(operations, _partition(container))
        except CosmosBatchOperationError as error:
            refused = {response["statusCode"] for response in error.operation_responses}
            if not refused & {401, 403}:
                return
            raise


def _partition(container: Container) -> str | list[str]:
    keys = [PROBE_ID for _ in container.partition_key]
    return keys if len(keys) > 1 else keys[0]
