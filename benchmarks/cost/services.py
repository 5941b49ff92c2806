"""The services besides Cosmos DB, counting their requests: Speech, contents, Blob storage; and the clock."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from shared.domain.documents import utc
from shared.domain.speech_api import FilePage, Transcription, TranscriptionFile, TranscriptionPage, decode_answer
from shared.domain.speech_urls import SpeechResource
from shared.errors import NotFound
from shared.pipeline.ports import Content

ENDPOINT = "https://contoso-speech.cognitiveservices.azure.com"
VERSION = "2025-10-15"
RESOURCE = SpeechResource(ENDPOINT, VERSION)
PAGE = 100

_T = TypeVar("_T")


class WorkClock:
    """A clock that moves only when it is told to."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def now(self) -> datetime:
        """Return the time of day."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.time += timedelta(seconds=seconds)


@dataclass(frozen=True)
class SpeechJob:
    """A transcription at Speech. `contents` are its files in chunks, with the report as `report.json`."""

    id: str
    created: datetime
    ends: datetime
    contents: Mapping[str, list[bytes]] = field(default_factory=dict)

    def body(self, now: datetime) -> dict[str, Any]:
        """Return Speech's object of it, with the properties of a real one."""
        url = RESOURCE.url(self.id)
        ended = now >= self.ends
        return {
            "self": url,
            "displayName": "Recordings of the day",
            "locale": "en-US",
            "createdDateTime": utc(self.created),
            "lastActionDateTime": utc(self.ends if ended else self.created),
            "status": "Succeeded" if ended else "Running",
            "model": {"self": f"{ENDPOINT}/speechtotext/models/base/5988d691-0893-472c-851e-8e36a0fe7aaf"},
            "links": {"files": RESOURCE.url(self.id, "files")},
            "properties": {
                "wordLevelTimestampsEnabled": True,
                "displayFormWordLevelTimestampsEnabled": True,
                "channels": [0, 1],
                "punctuationMode": "DictatedAndAutomatic",
                "profanityFilterMode": "Masked",
                "timeToLiveHours": 48,
            },
        }

    def file(self, number: int) -> dict[str, Any]:
        """Return Speech's object of the file with this number."""
        name = list(self.contents)[number]
        file_id = f"{self.id[:-12]}{number:012}"
        return {
            "self": RESOURCE.url(self.id, "files", file_id),
            "name": name,
            "kind": "TranscriptionReport" if name == "report.json" else "Transcription",
            "links": {"contentUrl": f"{self.id}/{name}"},
        }


class CountingSpeech:
    """Implements the port Speech over some jobs. `requests` counts."""

    def __init__(self, clock: WorkClock) -> None:
        self.resource = RESOURCE
        self.jobs: dict[str, SpeechJob] = {}
        self.requests: Counter[str] = Counter()
        self._clock = clock

    def transcription(self, job_id: str) -> Transcription | None:
        """Get a transcription."""
        self.requests["get job"] += 1
        return _decoded(self.jobs[job_id].body(self._clock.now()), Transcription)

    def transcriptions(self, odata_filter: str | None, page: str | None) -> TranscriptionPage:
        """List one page of transcriptions: all, or those that ended since the time at the filter's end."""
        now, jobs = self._clock.now(), list(self.jobs.values())
        if odata_filter is not None:
            since = odata_filter.rpartition(" ")[2]
            jobs = [job for job in jobs if job.ends <= now and utc(job.ends) >= since]
        self.requests["list jobs"] += 1
        begin = int(page.removeprefix("skip=")) if page else 0
        following = RESOURCE.url(page=f"skip={begin + PAGE}") if begin + PAGE < len(jobs) else None
        return TranscriptionPage(values=[job.body(now) for job in jobs[begin : begin + PAGE]], next_link=following)

    def files(self, job_id: str, page: str | None) -> FilePage:
        """List a page of a job's files."""
        self.requests["list files"] += 1
        job, start = self.jobs[job_id], int(page.removeprefix("skip=")) if page else 0
        end = min(start + PAGE, len(job.contents))
        files = [_decoded(job.file(number), TranscriptionFile) for number in range(start, end)]
        following = RESOURCE.url(job_id, "files", page=f"skip={end}") if end < len(job.contents) else None
        return FilePage(values=files, next_link=following)

    def file(self, job_id: str, file_id: str) -> TranscriptionFile:
        """Get a file with its content's URL."""
        self.requests["get file"] += 1
        return _decoded(self.jobs[job_id].file(int(file_id[-12:])), TranscriptionFile)


class CountingContents:
    """Implements the port Contents over the jobs' files. `requests` and `received` (bytes) count."""

    def __init__(self, speech: CountingSpeech) -> None:
        self.requests = 0
        self.received = 0
        self._speech = speech

    @contextmanager
    def open(self, content_url: str) -> Iterator[Content]:
        """Open a file."""
        job_id, _, name = content_url.partition("/")
        chunks = self._speech.jobs[job_id].contents.get(name)
        if chunks is None:
            raise NotFound(f"there is no {content_url}")
        self.requests += 1
        self.received += sum(map(len, chunks))
        yield Content(f'"0x{len(chunks):015X}"', iter(chunks))


class CountingBlobs:
    """The container of raw results as BlobArchive uses it. `writes` and `stored` (bytes) count."""

    def __init__(self) -> None:
        self.writes = 0
        self.stored = 0

    def get_blob_client(self, blob: str) -> "CountingBlobs":  # noqa: ARG002 - the SDK's signature
        """Return a blob, of which only the bytes are counted."""
        return self

    def upload_blob(self, data: bytes, **options: object) -> None:  # noqa: ARG002 - the SDK's signature
        """Write a blob by one request."""
        self._write(data)

    def stage_block(self, block_id: str, data: bytes) -> None:  # noqa: ARG002 - the SDK's signature
        """Write a block."""
        self._write(data)

    def commit_block_list(self, block_list: object, **options: object) -> None:  # noqa: ARG002 - the SDK's signature
        """Commit the blocks."""
        self._write(b"")

    def _write(self, data: bytes) -> None:
        self.writes += 1
        self.stored += len(data)


def _decoded(body: dict[str, Any], shape: type[_T]) -> _T:
    return decode_answer(msgspec.json.encode(body), shape)
