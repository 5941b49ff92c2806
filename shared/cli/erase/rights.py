"""Names the role that is missing when a service refuses to erase. infra/main.bicep assigns these roles to `erasers`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.adapters.blob import try_to_write_blob
from shared.adapters.cosmos.access import try_to_write
from shared.bootstrap import App
from shared.cli.account import cosmos_words, speech_words
from shared.cli.advice import advised
from shared.domain.containers import CONTAINERS
from shared.errors import Denied, NotFound
from shared.settings import Settings

_ADVICE = "the parameter `erasers` of infra/main.bicep gives the roles (docs/operations.md, Erasing a recording)"


@contextmanager
def needing(right: "Right") -> Iterator[None]:
    """Name the right in a Denied that is raised inside the block."""
    try:
        yield
    except Denied as error:
        words = f"{error} (needed: {right.role} on {right.on})"
        raise advised(Denied(words), _ADVICE) from error


@dataclass(frozen=True)
class Right:
    """A role, or a key, and the resource on which it is needed."""

    role: str
    on: str


class Rights:
    """The rights that erasing needs, with the accounts of the settings."""

    def __init__(self, settings: Settings) -> None:
        by_key = settings.storage is not None
        storage = settings.storage_queue_uri or "the storage account of AzureWebJobsStorage"
        self.cosmos = Right(
            "the account's key" if settings.cosmos_key else "role Cosmos DB Built-in Data Contributor",
            cosmos_words(settings),
        )
        self.queues = Right("its key" if by_key else "role Storage Queue Data Contributor", storage)
        self.raw = Right(
            "its key" if by_key else "role Storage Blob Data Contributor",
            f"container {settings.raw_container} of {settings.storage_blob_uri or storage}",
        )
        self.speech = Right(
            "its key" if settings.speech_key else "role Cognitive Services Speech User", speech_words(settings)
        )

    def check(self, app: App) -> None:
        """Try to write to both containers of the database and to the raw results, which changes nothing.

        Raises Denied before anything is erased. Nothing can be tried on a queue or at Speech without changing it.
        """
        with needing(self.cosmos):
            for container in CONTAINERS:
                try_to_write(app.database(), container)
        with needing(self.raw):
            try:
                try_to_write_blob(app.blobs.get_container_client(app.settings.raw_container))
            except NotFound:
                return  # the archive was never switched on
