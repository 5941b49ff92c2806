"""Builds the bodies that describe jobs and files, and the pages of lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.speech.content import Content
from local.speech.filters import Fields
from local.speech.simulator import Job
from local.speech.spec import SAS_SECONDS, FileSpec
from local.speech.versions import ApiVersion

Body = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What the form of every body depends on: API version, regional host in links, and time."""

    version: ApiVersion
    region: str
    moment: datetime

    def link(self, path: str, query: Mapping[str, str | int] | None = None) -> str:
        """Return a link to `path`. It names the regional host, not the host of the request."""
        return self.version.link(self.region, path, query)


def date_time(moment: datetime) -> str:
    """Format a time of day as the service does: UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def filter_fields(job: Job, moment: datetime) -> Fields:
    """Return the fields of `job` that a filter may use. Dates are cut to the seconds that are shown."""
    status, since = job.state_at(moment)
    return {
        "displayName": job.spec.display_name,
        "description": job.spec.description,
        "locale": job.spec.locale,
        "status": status,
        "createdDateTime": job.created.replace(microsecond=0),
        "lastActionDateTime": since.replace(microsecond=0),
    }


def job_body(job: Job, asked: Asked) -> Body:
    """Return the transcription object of `job`."""
    spec = job.spec
    path = f"transcriptions/{spec.id.lower()}"
    status, since = job.state_at(asked.moment)
    properties = dict(spec.properties)
    if not job.ended_at(asked.moment):
        properties.pop("durationMilliseconds", None)
    body: Body = {"self": asked.link(path)}
    if spec.model:
        body["model"] = {"self": asked.link(f"models/base/{spec.model}")}
    body |= {
        "links": {"files": asked.link(f"{path}/files")},
        "properties": asked.version.properties(properties),
        "lastActionDateTime": date_time(since),
        "status": status,
        "createdDateTime": date_time(job.created),
        "locale": spec.locale,
        "displayName": spec.display_name,
    }
    if spec.error and job.ended_at(asked.moment):
        body["properties"]["error"] = {"code": spec.error.code, "message": spec.error.message}
    if spec.description is not None:
        body["description"] = spec.description
    if spec.custom_properties:
        body["customProperties"] = dict(spec.custom_properties)
    return body


def file_body(job: Job, file: FileSpec, asked: Asked, content: Content, sas_seconds: int | None) -> Body:
    """Return the file object. Its SAS lives as long as requested (seconds), within the job's limit."""
    seconds, bound = sas_seconds or SAS_SECONDS, job.spec.sas_seconds
    if bound is not None:
        seconds = min(seconds, bound)
    return {
        "self": asked.link(f"transcriptions/{job.spec.id.lower()}/files/{file.id.lower()}"),
        "name": file.name,
        "kind": file.kind,
        "properties": {"size": file.size},
        "createdDateTime": date_time(job.state_at(asked.moment)[1]),
        "links": {"contentUrl": content.url(file.blob, sas_seconds=seconds if job.spec.sas else None)},
    }
