"""Looks into the archive of raw results with a user's own rights. Nothing is written."""

from azure.core.exceptions import AzureError
from azure.storage.blob import ContainerClient

from shared.adapters.azure_errors import translated
from shared.adapters.blob import SERVICE
from shared.adapters.retrying import retrying
from shared.masking import shown_cause


def try_to_list(container: ContainerClient) -> None:
    """List the first blob of the container. Raises Denied, NotFound, Transient."""
    retrying(SERVICE)(_first, container)


def is_there(container: ContainerClient, name: str) -> bool:
    """Return whether a blob exists. Raises Denied, Transient."""
    return bool(retrying(SERVICE)(_exists, container, name))


def _first(container: ContainerClient) -> None:
    try:
        next(iter(container.list_blobs(results_per_page=1)), None)
    except AzureError as error:
        raise translated(SERVICE, error) from shown_cause(error)


def _exists(container: ContainerClient, name: str) -> bool:
    try:
        return container.get_blob_client(name).exists()
    except AzureError as error:
        raise translated(SERVICE, error) from shown_cause(error)
