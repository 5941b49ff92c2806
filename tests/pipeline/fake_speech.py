"""Speech's REST API in memory: jobs with scripted statuses, pages of files, and a count of the requests."""

# ruff: noqa: D102 - the ports say what the methods do

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.domain.speech_api import FilePage, Transcription, TranscriptionFile, TranscriptionPage
from shared.domain.speech_urls import SpeechResource
from shared.errors import NotFound, Speech2CosmosError
from tests.pipeline.script import Script

ROOT = "https://eastus.api.cognitive.microsoft.com/speechtotext/transcriptions"
"""The address in links: the regional host, as in every public example."""
CONTENT = "https://content.example"
JOBS_PAGE = 100

_SINCE = re.compile(r"lastActionDateTime ge (\S+)$")


@dataclass
class SpeechJob:
    """A job at Speech. Each request returns the next of `statuses`; the last one stays."""

    id: str
    statuses: list[str] = field(default_factory=lambda: ["Succeeded"])
    files: list[tuple[str, str]] = field(default_factory=list)  # (file id, kind)
    ended: datetime = datetime(2026, 11, 2, tzinfo=UTC)
    error: dict[str, str] | None = None
    properties: dict[str, Any] = field(default_factory=dict)

    def body(self, status: str, *, whole: bool) -> Transcription:
        """Return the job in the form of a GET, or (not whole) of an entry of the list."""
        error = {"error": self.error} if self.error and whole else {}
        said = {
            "self": f"{ROOT}/{self.id}",
            "status": status,
            "displayName": "calls",
            "lastActionDateTime": f"{self.ended:%Y-%m-%dT%H:%M:%SZ}",
            "properties": {**self.properties, **error},
            "links": {"files": f"{ROOT}/{self.id}/files"},
        }
        return msgspec.convert(said, Transcription)


class FakeSpeech:
    """Implements the port. `requests` counts the HTTP requests by kind. The GET of a job in `broken` fails."""

    def __init__(self, script: Script, jobs: Sequence[SpeechJob] = ()) -> None:
        self.script = script
        self.resource = SpeechResource("https://speech.example", "2025-10-15")
        self.jobs = {job.id: job for job in jobs}
        self.requests: Counter[str] = Counter()
        self.broken: dict[str, Speech2CosmosError] = {}
        self.asked: list[str] = []
        self.odd: dict[str, object] = {}  # entries that the list has in place of a job's own
        self.pages: list[str | None] = []  # of the list, in the order of the requests
        self.links: dict[str | None, str] = {}  # next links in place of the right ones, by the page that has them
        self.page = 100
        self.back: dict[str | None, str] = {}  # pages whose next link leads to a wrong page
        self.lost: set[str] = set()  # ids that no list contains
        self.unlinked: set[str] = set()  # ids that a list contains without a link
        self.sizes: dict[str, int | None] = {}  # bytes, by the id of the file; None: Speech gives no size

    def add(self, *jobs: SpeechJob) -> None:
        """Add jobs."""
        self.jobs.update({job.id: job for job in jobs})

    def transcription(self, job_id: str) -> Transcription | None:
        self.requests["get"] += 1
        self.asked.append(job_id)
        with self.script.effect("speech.get"):
            if job_id in self.broken:
                raise self.broken[job_id]
            job = self.jobs.get(job_id)
            return job.body(self._status(job), whole=True) if job else None

    def transcriptions(self, odata_filter: str | None, page: str | None) -> TranscriptionPage:
        since = _SINCE.search(odata_filter) if odata_filter else None
        wanted = list(self.jobs.values())
        if since:
            begin = datetime.fromisoformat(since[1])
            wanted = [job for job in wanted if job.statuses[0] in {"Succeeded", "Failed"} and job.ended >= begin]
        self.requests["list"] += 1
        self.pages.append(page)
        with self.script.effect("speech.list"):
            start = int(page.removeprefix("skip=")) if page else 0
            end = start + JOBS_PAGE
            values = [self._entry(job) for job in wanted[start:end]]
            link = self.links.get(page, f"{ROOT}?skip={end}" if end < len(wanted) else None)
            return TranscriptionPage(values=values, next_link=link)

    def _entry(self, job: SpeechJob) -> object:
        if job.id in self.odd:
            return self.odd[job.id]
        return msgspec.to_builtins(job.body(self._status(job), whole=False))

    def files(self, job_id: str, page: str | None) -> FilePage:
        self.requests["files"] += 1
        with self.script.effect("speech.files"):
            if job_id not in self.jobs:
                raise NotFound("Speech does not know the transcription")
            skip = int(page.removeprefix("skip=")) if page else 0
            files = self.jobs[job_id].files
            more = f"{ROOT}/{job_id}/files?skip={skip + self.page}" if skip + self.page < len(files) else None
            if page in self.back:
                more = f"{ROOT}/{job_id}/files?{self.back[page]}"
            shown = [file for file in files[skip : skip + self.page] if file[0] not in self.lost]
            found = [self._file(job_id, *file, linked=file[0] not in self.unlinked) for file in shown]
            return FilePage(values=found, next_link=more)

    def file(self, job_id: str, file_id: str) -> TranscriptionFile:
        self.requests["file"] += 1
        with self.script.effect("speech.file"):
            kinds = dict(self.jobs[job_id].files) if job_id in self.jobs else {}
            if file_id not in kinds:
                raise NotFound("Speech does not know the file")
            return self._file(job_id, file_id, kinds[file_id])

    def _file(self, job_id: str, file_id: str, kind: str, *, linked: bool = True) -> TranscriptionFile:
        link = f"{CONTENT}/{job_id}/{file_id}?sig={self.requests['file']}"
        said = {
            "self": f"{ROOT}/{job_id}/files/{file_id}",
            "kind": kind,
            "name": f"{file_id}.json",
            "links": {"contentUrl": link} if linked else {},
            "properties": {"size": self.sizes.get(file_id)},
        }
        return msgspec.convert(said, TranscriptionFile)

    @staticmethod
    def _status(job: SpeechJob) -> str:
        return job.statuses.pop(0) if len(job.statuses) > 1 else job.statuses[0]
