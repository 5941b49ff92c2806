"""What a simulated Speech service is told: jobs, files, forced answers, limits; for client and server alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec

SAS_SECONDS = 12 * 3600
"""How long a contentUrl is valid unless the job or the request says otherwise: the documented 12 hours."""


class SpecError(Exception):
    """A JobSpec cannot be served; the text says which job and what is missing."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A value that the control plane carries as JSON, with Speech's way of naming."""


class JobError(Wire, frozen=True):
    """`properties.error` of a failed job."""

    code: str
    message: str


def file_id(job: str, name: str) -> str:
    """Return the id of the file `name` of the job with the id `job`: the same on every run."""
    return str(uuid5(UUID(job), name))


class FileSpec(Wire, frozen=True):
    """One entry of a job's file list. `blob` is the path of its content in the simulator's container."""

    id: str
    name: str
    blob: str
    kind: Literal["Transcription", "TranscriptionReport"] = "Transcription"
    size: int | None = None
    """Bytes, as `properties.size`; None: SpeechControl.put_job fills in what the content has."""

    @classmethod
    def of(cls, job: str, name: str, blob: str | None = None) -> "FileSpec":
        """Describe the file `name` of `job` with a derived id; `report.json` is the report."""
        return cls(
            id=file_id(job, name),
            name=name,
            blob=blob or f"TranscriptionData/{job.lower()}_{name}",
            kind="TranscriptionReport" if name == "report.json" else "Transcription",
        )


class JobSpec(Wire, frozen=True):
    """A transcription job: what it says of itself, how long it takes, how it ends, which files it has."""

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
    """When the job was created; None: when it is put. A time long past gives a job that ended long ago."""
    not_started_seconds: float = 0.0
    run_seconds: float = 0.0
    status: str = "Succeeded"
    """What the job ends with: Succeeded, Failed, or any text, to see how an unknown status is taken."""
    error: JobError | None = None
    files: tuple[FileSpec, ...] = ()
    """In the order in which they are listed; the service promises none, and the report may come first."""
    created_in: Literal["v3.1", "v3.2", "2024-11-15", "2025-10-15"] = "v3.1"
    """API version that created the job; v3.1 cannot read what a later one created."""
    page_size: int = 100
    """Greatest number of files on one page, and how many there are on it when `top` is not given. Of ten or more, a
    tenth is left out of a page that is not the last: a page may be shorter than asked for."""
    sas_seconds: int | None = None
    """Upper bound in seconds for the life of a contentUrl's SAS, whatever the request asks for; None: no bound;
    negative: expired when it is given out."""
    sas: bool = True
    """False: contentUrl without a query, as with `destinationContainerUrl` or the customer's own storage."""


class Forced(Wire, frozen=True):
    """The next `times` requests whose path and query match the regular expression `path` get this answer."""

    path: str
    status: int
    times: int = 1
    headers: Mapping[str, str] = {}
    body: str = ""


class Settings(Wire, frozen=True):
    """How the whole simulated resource behaves. The limit is Speech's own: 100 requests in 10 s."""

    requests_per_window: int = 100
    window_seconds: float = 10.0
    continuation: str | None = None
    """Name of the parameter by which `@nextLink` names the next page; None: `skip`, as in the documented examples."""


class LoggedRequest(Wire, frozen=True):
    """One request that the simulator answered; keys and tokens are not in it."""

    operation: str
    method: str
    target: str
    """Path and query."""
    status: int
    at: datetime


class Requests(Wire, frozen=True):
    """What was asked since the last reset: how often by operation, and the last requests themselves."""

    counts: dict[str, int]
    statuses: dict[int, int]
    log: list[LoggedRequest]


class About(Wire, frozen=True):
    """What a client must know of a simulator to put jobs into it, and who called the regional host."""

    container: str
    region: str
    """Origin of the regional host, which links name and nobody may call."""
    contacts: tuple[str, ...]
    """Method and path of each request to the regional host since the start; a reset does not clear them."""
