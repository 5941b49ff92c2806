"""Finds and deletes raw results, for the command line. adapters/blob.py writes them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from azure.core.exceptions import AzureError
from azure.storage.blob import BlobProperties, ContainerClient

from shared.adapters.azure_errors import translated
from shared.adapters.blob import SERVICE
from shared.adapters.retrying import retrying
from shared.errors import NotFound

_T = TypeVar("_T")


@dataclass(frozen=True)
class Kept:
    """What the storage account keeps of deleted blobs: how many versions or copies, and for how many days at most.

    `days` is None if it does not say, as of versions that no rule deletes.
    """

    copies: int = 0
    days: int | None = None


class RawResults:
    """The container of raw results. A container that does not exist has none."""

    def __init__(self, container: ContainerClient) -> None:
        self._container = container

    def names(self, prefix: str) -> list[str]:
        """Return the names that begin with `prefix`, also those with only uncommitted blocks. Raises Denied, Transient.

        A writer that died leaves its blocks for a week (documentation of Put Block).
        """
        return sorted({blob.name for blob in self._list(prefix, "uncommittedblobs")})

    def delete(self, name: str) -> None:
        """Delete a blob with its snapshots, and uncommitted blocks under its name. Does nothing if there is none.

        Raises Denied, Transient, and Conflict if a lease or a policy of the container protects it.
        """
        blob = self._container.get_blob_client(name)
        try:
            _asked(lambda: blob.delete_blob(delete_snapshots="include"))
        except NotFound:
            if name not in self.names(name):
                return
            # A blob of uncommitted blocks cannot be deleted. Writing it discards them.
            _asked(lambda: blob.upload_blob(b"", overwrite=True))
            _asked(lambda: blob.delete_blob(delete_snapshots="include"))

    def kept(self, prefixes: Iterable[str]) -> Kept:
        """Return what soft delete and versioning of the account still keep under these prefixes.

        Raises Denied, Transient.
        """
        left = [blob for prefix in prefixes for blob in self._list(prefix, "deleted", "versions")]
        days = [blob.remaining_retention_days for blob in left if blob.deleted]
        known = [each for each in days if each is not None]
        return Kept(len(left), max(known) if known and len(known) == len(left) else None)

    def _list(self, prefix: str, *include: str) -> Iterator[BlobProperties]:
        def all_pages() -> list[BlobProperties]:
            return list(self._container.list_blobs(name_starts_with=prefix, include=[*include]))

        try:
            yield from _asked(all_pages)
        except NotFound:
            return


def _asked(request: Callable[[], _T]) -> _T:
    found: _T = retrying(SERVICE)(_once, request)
    return found


def _once(request: Callable[[], _T]) -> _T:
    try:
        return request()
    except AzureError as error:
        raise translated(SERVICE, error) from error
