"""Pages of `speech2cosmos serve` for the screenshots: made-up jobs in each state, and one that is in progress."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.domain.documents import ReportDetail, Transcript, utc
from shared.domain.job import FailedFile, Failure, FileCounts, Job, ReportSummary, Status
from shared.rendering.page.frame import Live
from shared.rendering.page.job import Recordings, job_page
from shared.rendering.page.jobs import jobs_page

NOW = datetime.fromisoformat("2026-11-03T10:24:00+00:00")

_LIVE = Live("/state", "jobs", "0", 3600)
_LOST = FailedFile("5b0a3c0e-1f7d-4d7e-9a51-3f0c1c2f7a11", "contenturl_17.json", "InvalidResult", "byte 88213: …")
_REPORT = ReportSummary(
    successful_transcriptions_count=38,
    failed_transcriptions_count=2,
    failures=[ReportDetail("https://calls.example/in/17.wav", "Failed", "InvalidAudio", "The audio is empty.")],
    file_id="5b0a3c0e-1f7d-4d7e-9a51-3f0c1c2f7a12",
    revision="5f1d7a90c2e4",
    parts=[],
    raw=None,
    run=1,
)
_INGESTING = FileCounts(expected=5, ingested=3)
_JOBS: tuple[tuple[str | None, Status, FileCounts, int, dict[str, Any]], ...] = (
    ("Calls of Tuesday morning", Status.PENDING, FileCounts(), 6, {"speech_status": "Running"}),
    ("Bicycle workshop, first week", Status.INGESTING, _INGESTING, 38, {"speech_status": "Succeeded"}),
    ("Calls of Monday", Status.COMPLETED, FileCounts(expected=112, ingested=112), 60 * 19, {}),
    (
        "Complaints of October",
        Status.COMPLETED_WITH_ERRORS,
        FileCounts(expected=40, ingested=37, failed=1, failures=[_LOST]),
        60 * 22,
        {"report": _REPORT},
    ),
    ("Calls of Sunday", Status.COMPLETED, FileCounts(expected=8, ingested=8), 60 * 43, {}),
    (
        "Test of the new telephones",
        Status.FAILED,
        FileCounts(),
        60 * 70,
        {"failure": Failure("InvalidAudio", "The audio could not be decoded.", "Speech")},
    ),
    (None, Status.NOT_FOUND, FileCounts(), 60 * 96, {}),
)
"""Name, state, files, age in minutes, further properties."""


def list_of_jobs() -> str:
    """Return the list of jobs."""
    about = "database speech at contoso.documents.azure.com"
    older = _JOBS[-1][0] or "2026"
    return jobs_page(
        [*map(_job, range(len(_JOBS)))], store=about, unread=[], before=None, older=older, now=NOW, live=_LIVE
    )


def ingesting_job(head: Transcript) -> str:
    """Return the page of a job of which three of five files are in. Each has the call's `head`."""
    job = _job(1)
    heads = [
        msgspec.structs.replace(
            head,
            job_id=job.id,
            file_id=f"9c6f0f2e-7a4b-4c7f-8d2e-0000000000{number:02}",
            source=f"https://calls.example/in/{name}.wav",
            duration_in_ticks=minutes * 600_000_000,
            word_count=minutes * 131,
            ingested_at=utc(NOW - timedelta(minutes=2)),
        )
        for number, (name, minutes) in enumerate((("red touring bike", 2), ("brake cable", 7), ("child seat", 4)))
    ]
    return job_page(job, Recordings(heads), now=NOW, live=_LIVE)


def _job(number: int) -> Job:
    name, status, files, minutes, more = _JOBS[number]
    accepted = NOW - timedelta(minutes=minutes)
    ended = None if status in {Status.PENDING, Status.INGESTING} else utc(accepted + timedelta(minutes=31))
    return Job(
        id=f"3f0c61d2-94f1-4b0e-8c55-1b6d2c7e{number:04}",
        status=status,
        display_name=name,
        locale="en-US",
        accepted_at=utc(accepted),
        ended_at=ended,
        files=files,
        **more,
    )
