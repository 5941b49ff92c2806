"""Stores when a timer ran, so that a run missed during a restart is made up (`use_monitor`).

The status is stored where the platform stores it: in the container azure-webjobs-hosts of AzureWebJobsStorage.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, ContainerClient
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_pascal

CONTAINER = "azure-webjobs-hosts"


class Status(BaseModel):
    """The last and the next run of a timer, with the platform's names."""

    model_config = ConfigDict(frozen=True, alias_generator=to_pascal, populate_by_name=True)

    last: AwareDatetime
    next: AwareDatetime
    last_updated: AwareDatetime


@dataclass(frozen=True)
class Monitor:
    """The status of one timer in a blob. Its methods raise azure.core.exceptions.AzureError."""

    connection: str
    function: str

    async def read(self) -> Status | None:
        """Return the stored status; None if there is none, or it cannot be parsed."""
        return await asyncio.to_thread(self._read)

    async def write(self, last: datetime, following: datetime) -> None:
        """Store when the timer ran and when it is due next."""
        status = Status(last=last, next=following, last_updated=datetime.now(UTC))
        await asyncio.to_thread(self._write, status.model_dump_json(by_alias=True))

    def _read(self) -> Status | None:
        with self._blob() as blob:
            try:
                return Status.model_validate_json(blob.download_blob().readall())
            except (ResourceNotFoundError, ValidationError):
                return None

    def _write(self, text: str) -> None:
        container = ContainerClient.from_connection_string(self.connection, CONTAINER)
        with container, contextlib.suppress(ResourceExistsError):
            container.create_container()
        with self._blob() as blob:
            blob.upload_blob(text, overwrite=True)

    def _blob(self) -> BlobClient:
        name = f"timers/local/{self.function}/status"
        return BlobClient.from_connection_string(self.connection, CONTAINER, name)
