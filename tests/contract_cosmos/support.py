"""Shared by the contract tests: unused keys, refusals as values, and the mark of tests for local/cosmos only."""

import os
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from azure.cosmos import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

Item = dict[str, Any]

Key = list[str]
"""Partition key of the container `transcripts`: job and file."""

only_local = pytest.mark.skipif(
    "COSMOS_ENDPOINT" in os.environ,
    reason="what local/cosmos has to refuse because it cannot do it; a whole Cosmos can",
)


def new_name() -> str:
    """Return a name that no other test uses."""
    return uuid.uuid4().hex


def item(key: Key, item_id: str, **properties: object) -> Item:
    """Return an item for the partition `key` of the container `transcripts`."""
    job, file = key
    return {"id": item_id, "jobId": job, "fileId": file, **properties}


def refusal_of(call: Callable[[], object]) -> CosmosHttpResponseError:
    """Return the error by which Cosmos refuses `call`."""
    with pytest.raises(CosmosHttpResponseError) as refused:
        call()
    return refused.value


def statuses_of_failed_batch(container: ContainerProxy, key: Key, operations: list[Any]) -> list[int]:
    """Return the status of each operation of a batch that fails."""
    with pytest.raises(CosmosBatchOperationError) as refused:
        container.execute_item_batch(operations, key)
    error = refused.value
    statuses = [int(response["statusCode"]) for response in error.operation_responses]
    assert error.status_code == statuses[error.error_index]
    return statuses


def rows_of(
    container: ContainerProxy,
    query: str,
    key: Sequence[Any] | str | None = None,
    *,
    page: int | None = None,
    **parameters: object,
) -> list[Any]:
    """Return the result of `query` in the partition, or the prefix, `key`; without one in all partitions."""
    bound: list[dict[str, object]] = [{"name": f"@{name}", "value": it} for name, it in parameters.items()]
    scope: dict[str, Any] = {"enable_cross_partition_query": True} if key is None else {"partition_key": key}
    return list(container.query_items(query, parameters=bound, max_item_count=page, **scope))


def ids_in(container: ContainerProxy, key: Key) -> list[str]:
    """Return the ids of all items of one partition, sorted."""
    return sorted(rows_of(container, "SELECT VALUE c.id FROM c", key))
