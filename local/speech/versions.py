"""Differences between the API versions: the place of the version in a URL, and the names of properties."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from local.speech.errors import SpeechError

TICKS_PER_SECOND = 10_000_000
"""A tick is 100 ns."""

TICKS_PER_MILLISECOND = 10_000

LINKED_VERSION = "3.2"
"""The `api-version` in links of dated versions, as in `self` of the files in the examples of Transcriptions_ListFiles
(Azure/azure-rest-api-specs, specification/cognitiveservices/data-plane/Speech/SpeechToText). No request uses it."""

READS_V31_ONLY = "v3.1"
"""This version reads no job that a later one created: Microsoft Learn, *Migrate code from v3.1 to v3.2 of the REST
API*."""


def iso_duration(ticks: int) -> str:
    """Format `ticks` (100 ns) as the service does: `PT2.58S`, `PT10M29.52S`, `PT1H`, `PT0S`."""
    seconds, fraction = divmod(ticks, TICKS_PER_SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes)
    if fraction:
        text += f"{seconds}.{fraction:07}".rstrip("0") + "S"
    elif seconds or not text:
        text += f"{seconds}S"
    return f"PT{text}"


@dataclass(frozen=True)
class ApiVersion:
    """A version of the REST API. v3.x is in the path, a dated version in the query."""

    name: str
    in_path: bool

    def link(self, origin: str, path: str, query: Mapping[str, str | int] | None = None) -> str:
        """Return a link to `path` (such as `transcriptions/{id}`) at `origin`, as this version writes it.

        A dated version writes LINKED_VERSION, which no request may use.
        """
        prefix = f"speechtotext/{self.name}" if self.in_path else "speechtotext"
        parameters = {**(query or {}), **({} if self.in_path else {"api-version": LINKED_VERSION})}
        # `%24` would be valid too, but the service does not escape what a query may contain.
        encoded = urlencode(parameters, safe=":'()")
        return f"{origin}/{prefix}/{path}" + (f"?{encoded}" if encoded else "")

    @property
    def sas_parameter(self) -> tuple[str, int]:
        """Return the query parameter for the life of a SAS, and the number of seconds in its unit."""
        return ("sasValidityInSeconds", 1) if self.in_path else ("sasLifetimeMinutes", 60)

    def properties(self, dated: Mapping[str, Any]) -> dict[str, Any]:
        """Return a job's properties, given with the names of 2024-11-15, with the names of this version."""
        if not self.in_path:
            return dict(dated)
        result = {"diarizationEnabled": False, **dated}
        if (milliseconds := result.pop("durationMilliseconds", None)) is not None:
            result["duration"] = iso_duration(milliseconds * TICKS_PER_MILLISECOND)
        if (hours := result.pop("timeToLiveHours", None)) is not None:
            result["timeToLive"] = iso_duration(hours * 3600 * TICKS_PER_SECOND)
        if (diarization := result.pop("diarization", None)) is not None:
            result["diarizationEnabled"] = diarization.get("enabled", True)
            result["diarization"] = {"speakers": {"minCount": 1, "maxCount": diarization.get("maxSpeakers", 2)}}
        return result


VERSIONS = {
    version.name: version
    for version in (
        ApiVersion("v3.1", in_path=True),
        ApiVersion("v3.2", in_path=True),
        ApiVersion("2024-11-15", in_path=False),
        ApiVersion("2025-10-15", in_path=False),
    )
}


def version_of(in_path: str | None, in_query: str | None) -> ApiVersion:
    """Return the version of a request. Raises SpeechError if there is none (404 in the path, 400 otherwise)."""
    if in_path is not None:
        version = VERSIONS.get(in_path)
        if version is None or not version.in_path:
            raise SpeechError(404, "NotFound", f"There is no API version '{in_path}'.")
        return version
    version = VERSIONS.get(in_query or "")
    if version is None or version.in_path:
        raise SpeechError(400, "InvalidRequest", f"The api-version '{in_query or ''}' is not supported.")
    return version
