"""Stores the result files: one container in Azurite, read through SAS as in the service."""

import math
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, generate_blob_sas

CLOCK_SKEW = timedelta(minutes=5)
"""A SAS begins this long before now, as the service's own do."""


class Content:
    """The container of a simulator's result files."""

    def __init__(self, connection_string: str, container: str) -> None:
        service = BlobServiceClient.from_connection_string(connection_string)
        self._account = str(service.account_name)
        self._key = str(service.credential.account_key)
        self.container = container
        self._client = service.get_container_client(container)

    def create(self) -> None:
        """Create the container unless it is there."""
        try:
            self._client.create_container()
        except ResourceExistsError:
            return

    def url(self, blob: str, *, sas_seconds: int | None) -> str:
        """Return the URL of `blob`, readable for `sas_seconds` to `sas_seconds` + 1. None: a URL without a SAS."""
        address = f"{self._client.url}/{quote(blob)}"
        if sas_seconds is None:
            return address
        moment = datetime.now(UTC)
        # A SAS has whole seconds: rounded down, one of a second could have expired when it is made.
        expiry = datetime.fromtimestamp(math.ceil(moment.timestamp() + sas_seconds), UTC)
        query = generate_blob_sas(
            self._account,
            self.container,
            blob,
            account_key=self._key,
            permission="rl",
            start=moment - CLOCK_SKEW,
            expiry=expiry,
        )
        return f"{address}?{query}"

    def delete(self, blobs: set[str]) -> None:
        """Delete these blobs. Blobs that are gone already do not matter."""
        for blob in blobs:
            try:
                self._client.delete_blob(blob)
            except ResourceNotFoundError:
                continue
