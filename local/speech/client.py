"""The simulator's control plane from Python."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import msgspec
import requests
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContainerClient, ContentSettings

from local.azurite import Azurite
from local.speech.spec import About, Forced, JobSpec, Requests, Settings, SpecError

Contents = Mapping[str, bytes | Iterable[bytes]]
"""Blob path in the simulator's container → its content, whole or in pieces."""

TIMEOUT_SECONDS = 30.0

JSON = ContentSettings(content_type="application/json")


class SpeechControl:
    """Tells the simulator at `endpoint` what to serve. Contents go directly into its Azurite."""

    def __init__(self, endpoint: str, azurite: Azurite) -> None:
        self._base = f"{endpoint}/_simulator"
        self._session = requests.Session()
        self._blobs = BlobServiceClient.from_connection_string(azurite.connection_string)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._blobs.close()

    def put_job(self, spec: JobSpec, contents: Contents | None = None) -> None:
        """Upload `contents`, set the sizes of files that have none, and put the job, whose time begins.

        A file may use contents of an earlier job. Raises SpecError if a file has neither content nor size. A file with
        a size but no content is listed, and its contentUrl answers 404.
        """
        container = self._blobs.get_container_client(self.container())
        sizes = {blob: _upload(container, blob, content) for blob, content in (contents or {}).items()}
        for file in spec.files:
            if file.size is None and file.blob not in sizes:
                try:
                    sizes[file.blob] = int(container.get_blob_client(file.blob).get_blob_properties().size)
                except ResourceNotFoundError as error:
                    text = f"job {spec.id}: no content and no size for the file {file.name} ({file.blob})"
                    raise SpecError(text) from error
        files = tuple(
            msgspec.structs.replace(file, size=sizes[file.blob]) if file.size is None else file for file in spec.files
        )
        self.put_jobs([msgspec.structs.replace(spec, files=files)])

    def put_jobs(self, specs: Sequence[JobSpec]) -> None:
        """Put jobs at once, as many as there may be. Raises SpecError when a file has no size."""
        self._call("PUT", "/jobs", specs)

    def delete_job(self, job_id: str) -> None:
        """Delete the job from the service, as if its time to live were over. Its contents stay."""
        self._call("DELETE", f"/jobs/{job_id}")

    def force(
        self,
        path: str,
        status: int,
        *,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        body: str = "",
    ) -> None:
        """Give this answer to the next `times` requests whose path and query match the regular expression `path`."""
        forced = Forced(path=path, status=status, times=times, headers=headers or {}, body=body)
        self._call("POST", "/forced", forced)

    def clear_forced(self) -> None:
        """Remove forced answers that were not used."""
        self._call("DELETE", "/forced")

    def configure(self, settings: Settings) -> None:
        """Configure limits and behaviour of the whole resource, and restart its window. The default is `Settings()`."""
        self._call("PUT", "/settings", settings)

    def requests(self) -> Requests:
        """Return the requests since the last reset: counts, statuses and the requests themselves."""
        return msgspec.json.decode(self._call("GET", "/requests"), type=Requests)

    def counts(self) -> Counter[str]:
        """Return how often each operation (get, list, listFiles, getFile, delete, unknown) was requested."""
        return Counter(self.requests().counts)

    def reset_counts(self) -> None:
        """Reset the counts."""
        self._call("DELETE", "/requests")

    def container(self) -> str:
        """Return the name of the container of the contents."""
        return self.about().container

    def about(self) -> About:
        """Return where contents are stored, and who called the regional host that links name."""
        return msgspec.json.decode(self._call("GET", "/"), type=About)

    def _call(self, method: str, path: str, body: msgspec.Struct | Sequence[msgspec.Struct] | None = None) -> bytes:
        data = None if body is None else msgspec.json.encode(body)
        response = self._session.request(method, self._base + path, data=data, timeout=TIMEOUT_SECONDS)
        if not response.ok:
            raise SpecError(f"{method} {path}: {response.status_code} {response.text}")
        return response.content


def _upload(container: ContainerClient, blob: str, content: bytes | Iterable[bytes]) -> int:
    """Store `content` and return its length in bytes, which a stream does not know before."""
    client = container.upload_blob(blob, content, overwrite=True, content_settings=JSON)
    return int(client.get_blob_properties().size)
