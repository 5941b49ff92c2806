"""Blob storage: the archive of raw results, and the app's permission to read a user's container."""

import base64
import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    ContentSettings,
    StorageErrorCode,
    generate_blob_sas,
)
from zlib_ng import zlib_ng

from shared.adapters.azure_errors import translated
from shared.adapters.connections import sdk_transport
from shared.adapters.contents import OwnRight
from shared.adapters.identity import STORAGE_SCOPE, bearer, credential
from shared.adapters.retrying import retrying
from shared.domain.urls import without_query
from shared.errors import ForbiddenUrl, Transient
from shared.masking import shown_cause
from shared.pipeline.ports import RawFile

SERVICE = "Blob storage"

BLOCK_BYTES = 4 * 1024 * 1024
"""Compressed bytes of a block. A blob of up to this size is uploaded with one request, which is atomic."""

LEVEL = 5
"""zlib-ng's level. docs/decisions/0046-zlib-ng.md compares it with other levels and libraries."""

_GZIP = 16 + zlib_ng.MAX_WBITS
_SETTINGS = ContentSettings(content_type="application/json", content_encoding="gzip")
_HOSTS_OWN = re.compile(r"/azure-webjobs-", re.IGNORECASE)
"""Containers in which the Functions host keeps its leases and function keys, in the account of the queues."""

_API_VERSION = "2023-11-03"
_SAS_LIFETIME = timedelta(minutes=30)

_PROBE = "_rights"
_NO_ETAG = '"0x0"'

# The policy in retrying.py retries and logs instead of the SDK. Every request to the archive is idempotent.
_ONE_TRY: dict[str, Any] = {"retry_total": 0}
_TIMEOUTS = {"connection_timeout": 5, "read_timeout": 60}


def blob_service(connection_string: str | None, service_uri: str | None) -> BlobServiceClient:
    """Return a client of the storage account, with the connection string if there is one, else the app's identity."""
    options = {"transport": sdk_transport(**_TIMEOUTS), **_ONE_TRY}
    if connection_string:
        return BlobServiceClient.from_connection_string(connection_string, **options)
    assert service_uri is not None, "the settings require one of the two"  # noqa: S101 - narrows the type
    return BlobServiceClient(service_uri, credential=credential(), **options)


def try_to_write_blob(container: ContainerClient) -> None:
    """Write a blob under a condition that is never true. Storage checks the permission first and stores nothing.

    Raises Denied, NotFound, Transient.
    """
    try:
        container.get_blob_client(_PROBE).upload_blob(
            b"", overwrite=True, etag=_NO_ETAG, match_condition=MatchConditions.IfNotModified
        )
    except (ResourceModifiedError, ResourceExistsError):
        return
    except AzureError as error:
        raise translated(SERVICE, error) from shown_cause(error)


class BlobArchive:
    """Implements the port RawArchive. Blobs are compressed with gzip, and each is committed atomically."""

    def __init__(self, container: ContainerClient, level: int = LEVEL) -> None:
        self._container = container
        self._level = level

    def begin(self, name: str) -> RawFile:
        """Begin to write a blob. Nothing is visible before its commit.

        Two writers may write the same content under the same name at once. The blob is always that of one of them.
        """
        return _GzipBlob(name, self._container.get_blob_client(name), self._level)

    def remove(self, prefix: str) -> None:
        """Delete the blobs whose names begin with `prefix`.

        The blocks of a writer that died are no blob, so nobody can read them. Storage discards them after a week.
        """

        def delete() -> None:
            for name in self._container.list_blob_names(name_starts_with=prefix):
                with suppress(ResourceNotFoundError):
                    self._container.delete_blob(name, delete_snapshots="include")

        _translated(delete)


class NoArchive:
    """Implements the port RawArchive for RAW_ARCHIVE=false: it stores nothing."""

    def begin(self, name: str) -> RawFile:  # noqa: ARG002 - the port's signature
        """Return a file that stores nothing and has no name."""
        return _Nothing()

    def remove(self, prefix: str) -> None:
        """Do nothing."""


class _Nothing:
    name: str | None = None

    def write(self, chunk: bytes) -> None:
        """Discard the bytes."""

    def commit(self) -> None:
        """Do nothing."""


class _GzipBlob:
    """Uploads each full block, and commits the list of its own blocks.

    Two writers of a name have the same content, because the name contains the revision. Their compressed bytes may
    differ. A block's id is a hash of its bytes, so no block replaces one of the other writer that differs from it.
    """

    def __init__(self, name: str, blob: BlobClient, level: int) -> None:
        self.name: str | None = name
        self._blob = blob
        self._compressor = zlib_ng.compressobj(level, zlib_ng.DEFLATED, _GZIP)
        self._pending = bytearray()
        self._blocks: list[str] = []

    def write(self, chunk: bytes) -> None:
        """Compress the next bytes and upload full blocks."""
        self._pending += self._compressor.compress(chunk)
        while len(self._pending) >= BLOCK_BYTES:
            self._stage(bytes(self._pending[:BLOCK_BYTES]))
            del self._pending[:BLOCK_BYTES]

    def commit(self) -> None:
        """Make the whole blob visible at once, unless another writer has just done so.

        Raises Transient if the blocks are gone and no blob of the name exists.
        """
        self._pending += self._compressor.flush()
        if not self._blocks:
            data = bytes(self._pending)
            _translated(lambda: self._blob.upload_blob(data, overwrite=True, content_settings=_SETTINGS))
            return
        self._stage(bytes(self._pending))
        blocks = [BlobBlock(block) for block in self._blocks]
        _translated(lambda: self._commit(blocks))

    def _stage(self, data: bytes) -> None:
        block = _block_id(len(self._blocks), data)
        _translated(lambda: self._blob.stage_block(block, data))
        self._blocks.append(block)

    def _commit(self, blocks: list[BlobBlock]) -> None:
        try:
            self._blob.commit_block_list(blocks, content_settings=_SETTINGS)
        except HttpResponseError as error:
            if getattr(error, "error_code", None) != StorageErrorCode.INVALID_BLOCK_LIST:
                raise
            # Another writer's commit discarded the blocks and made the whole file visible (docs/decisions/0046).
            if not self._blob.exists():
                words = f"Blob storage discarded the blocks of {self.name}, and there is no blob of that name"
                raise Transient(words) from shown_cause(error)


def _block_id(position: int, data: bytes) -> str:
    """Return an id that depends on the block's position and bytes.

    It has 8 bytes, because version 0.1.0 numbered its blocks with 8 digits. A crashed writer leaves uncommitted blocks
    for a week, and Storage refuses a block whose id has another length than theirs (documentation of Put Block).
    """
    digest = hashlib.blake2b(data, digest_size=8, salt=position.to_bytes(hashlib.blake2b.SALT_SIZE, "big"))
    return base64.b64encode(digest.digest()).decode()


def own_reader(service: BlobServiceClient, token: Callable[[], dict[str, str]] | None = None) -> OwnRight:
    """Return a function that authorizes the app to read a link without a signature.

    With an account key, the function adds a signature to links to the app's own account, valid for half an hour.
    Otherwise it adds the app's token, but only for that account and for accounts that CONTENT_HOSTS names in full. A
    suffix in CONTENT_HOSTS also allows accounts of strangers, who must not get the token (docs/decisions/0014).
    """
    key = getattr(service.credential, "account_key", None)
    token = token or bearer(STORAGE_SCOPE)

    def authorize(url: str, *, named: bool) -> tuple[str, dict[str, str]]:
        parts = urlsplit(url)
        own = parts.netloc.lower() == urlsplit(service.url).netloc.lower()
        if own and _HOSTS_OWN.search(unquote(parts.path)):
            raise ForbiddenUrl(f"{without_query(url)!r} is the functions host's own, not a result")
        if key is None:
            if parts.scheme.lower() == "https" and (own or named):
                return url, {**token(), "x-ms-version": _API_VERSION}
            words = "has no signature, and the app's own token is sent only to accounts that CONTENT_HOSTS writes out"
            raise ForbiddenUrl(f"{without_query(url)!r} {words}: add {parts.hostname} to it, if the account is yours")
        if not own:
            return url, {}
        try:
            blob = BlobClient.from_blob_url(url)
        except ValueError as error:
            raise ForbiddenUrl(f"{without_query(url)!r} is not the URL of a blob: {error}") from error
        signature = generate_blob_sas(
            account_name=str(service.account_name),
            container_name=blob.container_name,
            blob_name=blob.blob_name,
            account_key=key,
            permission=BlobSasPermissions(read=True),
            expiry=datetime.now(UTC) + _SAS_LIFETIME,
        )
        return f"{url}?{signature}", {}

    return authorize


def _translated(request: Callable[[], object]) -> None:
    retrying(SERVICE)(_once, request)


def _once(request: Callable[[], object]) -> None:
    try:
        request()
    except ResourceNotFoundError as error:
        # An operator can create the container, so the error is not final.
        words = "Blob storage has no container for the raw results; RAW_CONTAINER names it"
        raise Transient(words) from shown_cause(error)
    except AzureError as error:
        raise translated(SERVICE, error) from shown_cause(error)
