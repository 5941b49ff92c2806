"""What a simulated Speech service serves: jobs, files, forced answers, limits. Client and server share these types."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec

SAS_SECONDS = 12 * 3600
"""Validity of a contentUrl, unless the job or the request sets another: the documented 12 hours."""


class SpecError(Exception):
    """A JobSpec cannot be served. The message says which job and what is missing."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A value of the control plane: JSON with Speech's naming."""


class JobError(Wire, frozen=True):
    """`properties.error` of a failed job."""

    code: str
    message: str


def file_id(job: str, name: str) -> str:
    """Return the id of the file `name` of the job with the id `job`: the same on every run."""
    return str(uuid5(UUID(job), name))


class FileSpec(Wire, frozen=True):
    """An entry of a job's file list. `blob` is the path of its content in the simulator's container."""

    id: str
    name: str
    blob: str
    kind: Literal["Transcription", "TranscriptionReport"] = "Transcription"
    size: int | None = None
    """Bytes, as `properties.size`. None: SpeechControl.put_job takes the content's size."""

    @classmethod
    def of(cls, job: str, name: str, blob: str | None = None) -> "FileSpec":
        """Return the file `name` of `job`, with a derived id. `report.json` is the report."""
        return cls(
            id=file_id(job, name),
            name=name,
            blob=blob or f"TranscriptionData/{job.lower()}_{name}",
            kind="TranscriptionReport" if name == "report.json" else "Transcription",
        )


class JobSpec(Wire, frozen=True):
    """A transcription job: its properties, how long it takes, how it ends, and its files."""

    id: str
    display_name: str = "My Transcription"
    description: str | None = None
    locale: str = "en-US"
    model: str | None = None
    """Id of the base model, shown as `model.self`."""
    properties: Mapping[str, Any] = {}
    """As API version 2024-11-15 writes them (`durationMilliseconds`, `timeToLiveHours`); v3.x is derived."""
    custom_properties: Mapping[str, str] = {}
    created_date_time: datetime | None = None
    """Time of creation. None: when it is put. A time in the past makes a job that has already ended."""
    not_started_seconds: float = 0.0
    run_seconds: float = 0.0
    status: str = "Succeeded"
    """Final status: Succeeded, Failed, or any text, to test an unknown status."""
    error: JobError | None = None
    files: tuple[FileSpec, ...] = ()
    """In the order of the list. The service promises no order, and the report may come first."""
    created_in: Literal["v3.1", "v3.2", "2024-11-15", "2025-10-15"] = "v3.1"
    """The API version that created the job. v3.1 cannot read what a later one created."""
    page_size: int = 100
    """Greatest number of files on a page, and the number without `top`. From ten on, a page that is not the last lacks
    a tenth of them, because a page may be shorter than requested."""
    again: Literal["same", "reordered", "shuffled"] = "same"
    """How a page of files looks when it is listed again: as before; in reverse order; or cut from another order of all
    files, so that it lacks some and has others. No document promises that a page stays the same: Microsoft's page on
    getting results shows unordered lists, and `skip` is an offset."""
    lost: tuple[str, ...] = ()
    """Ids of files that no page has when it is listed again, although Get File still returns them. No document excludes
    this."""
    unlinked: tuple[str, ...] = ()
    """Ids of files that a list names without `contentUrl`. The API's definition (`FileLinks`) does not require it."""
    sas_seconds: int | None = None
    """Greatest life of a contentUrl's SAS in seconds, whatever the request asks for. None: no limit. Negative: it has
    expired when it is made."""
    sas: bool = True
    """False: a contentUrl without a query, as with `destinationContainerUrl` or the customer's own storage."""


class Forced(Wire, frozen=True):
    """The next `times` requests whose path and query match the regular expression `path` get this answer."""

    path: str
    status: int
    times: int = 1
    headers: Mapping[str, str] = {}
    body: str = ""


class Settings(Wire, frozen=True):
    """The behaviour of the whole simulated resource. The limit is Speech's own: 100 requests in 10 s."""

    requests_per_window: int = 100
    window_seconds: float = 10.0
    counts_refused: bool = False
    """Whether a refused request counts in the window too. No document says, so nothing may depend on either answer."""
    retry_after: Literal["window", "second", "none"] = "window"
    """Retry-After of a 429: the time until the window has room; one second, as in the only public example of a 429
    (code `ResourceRateLimitBy10s`); or no header, because no document promises one."""
    continuation: str | None = None
    """The parameter by which `@nextLink` names the next page. None: `skip`, as in the documented examples."""


class LoggedRequest(Wire, frozen=True):
    """A request that the simulator answered, without keys and tokens."""

    operation: str
    method: str
    target: str
    """Path and query."""
    status: int
    at: datetime


class Requests(Wire, frozen=True):
    """The requests since the last reset: counts by operation, and the last requests themselves."""

    counts: dict[str, int]
    statuses: dict[int, int]
    log: list[LoggedRequest]


class About(Wire, frozen=True):
    """Where a client stores contents for a simulator, and who called the regional host."""

    container: str
    region: str
    """Origin of the regional host. Links name it, but the app must not call it."""
    contacts: tuple[str, ...]
    """Method and path of each request to the regional host since the start. A reset does not clear them."""
