"""The sample jobs of `make run`: what the Speech simulator serves, what is enqueued, how each should end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from local.samples.generate import GeneratedResult, report
from local.speech.client import Contents
from local.speech.spec import FileSpec, JobError, JobSpec
from shared.domain.enqueued import named
from shared.errors import InvalidMessage

DATA = Path(__file__).parent / "data"

REFERENCE_JOB = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
"""The job on Microsoft's page "Get batch transcription results"."""

Expected = Literal["completed", "completedWithErrors", "failed", "notFound", "rejected"]


@dataclass(frozen=True)
class SampleJob:
    """One sample: a message for `transcription-jobs`, and the job that it names, if Speech has it."""

    name: str
    shows: str
    """One line that says what it shows."""
    message: str
    """The text to enqueue."""
    expected: Expected
    """The state in which the job should end. `rejected`: the message names no job."""
    spec: JobSpec | None = None
    contents: Contents = field(default_factory=dict)

    @property
    def job_id(self) -> str | None:
        """The id of the job that the message names, if it names one."""
        try:
            return named(self.message.strip()).job_id
        except InvalidMessage:
            return None


def sample_jobs() -> tuple[SampleJob, ...]:
    """Return the sample jobs, the same ones every time."""
    return (
        _reference(),
        _one_file(2, "diarized-mono", "two speakers on one channel; utterances in pieces that share an offset"),
        _one_file(3, "stereo-short", "several alternatives, a blank phrase, phrases out of order, two channels"),
        _one_file(4, "hindi-diarized", "half an hour of Hindi with two speakers", locale="hi-IN"),
        _one_file(5, "empty", "silence: no phrase at all, and still a success"),
        _stereo_hour(),
        _failed(),
        _partly_failed(),
        _many_files(),
        SampleJob("unknown", "an id that Speech does not know", _id(10), "notFound"),
        SampleJob("no-id", "a message that names no job", "please transcribe my call", "rejected"),
    )


def _id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _data(name: str) -> bytes:
    return (DATA / f"{name}.json").read_bytes()


def _source(job: str, index: int) -> str:
    return f"https://example.blob.core.windows.net/audio/{job}/{index}.wav"


def _succeeded(source: str) -> Mapping[str, str]:
    return {"source": source, "status": "Succeeded"}


def _reference() -> SampleJob:
    blob = f"TranscriptionData/{REFERENCE_JOB}"
    files = (
        FileSpec(id="2dd180a1-434e-4368-a1ac-37350700284f", name="contenturl_0.json", blob=f"{blob}_0_0.json"),
        FileSpec(id="c027c6a9-2436-4303-b64b-e98e3c9fc2e3", name="contenturl_1.json", blob=f"{blob}_1_0.json"),
        FileSpec(
            id="faea9a41-c95c-4d91-96ff-e39225def642",
            name="report.json",
            blob=f"{blob}_report.json",
            kind="TranscriptionReport",
        ),
    )
    result = _data("reference-result")
    spec = JobSpec(
        id=REFERENCE_JOB,
        model="aaa321e9-5a4e-4db1-88a2-f251bbe7b555",
        properties={
            "wordLevelTimestampsEnabled": False,
            "displayFormWordLevelTimestampsEnabled": True,
            "channels": [0, 1],
            "punctuationMode": "DictatedAndAutomatic",
            "profanityFilterMode": "Masked",
            "durationMilliseconds": 3000,
            "languageIdentification": {"candidateLocales": ["en-US", "de-DE", "es-ES"]},
        },
        run_seconds=2,
        files=files,
    )
    contents = dict(zip((file.blob for file in files), (result, result, _data("reference-report")), strict=True))
    shows = "the job on Microsoft's page: two files and the report"
    return SampleJob("reference", shows, REFERENCE_JOB, "completed", spec, contents)


def _one_file(number: int, name: str, shows: str, *, locale: str = "en-US") -> SampleJob:
    job = _id(number)
    file, report_file = FileSpec.of(job, "contenturl_0.json"), FileSpec.of(job, "report.json")
    content = _data(name)
    contents = {file.blob: content, report_file.blob: report([_succeeded(json.loads(content)["source"])])}
    spec = JobSpec(
        id=job,
        display_name=name,
        locale=locale,
        not_started_seconds=1,
        run_seconds=number,
        files=(file, report_file),
    )
    return SampleJob(name, shows, job, "completed", spec, contents)


def _stereo_hour() -> SampleJob:
    job = _id(6)
    file, report_file = FileSpec.of(job, "contenturl_0.json"), FileSpec.of(job, "report.json")
    content = GeneratedResult(hours=1, channels=2, display_words=True, style="2024-11-15")
    spec = JobSpec(
        id=job,
        display_name="stereo-hour",
        properties={"channels": [0, 1], "wordLevelTimestampsEnabled": True, "durationMilliseconds": 3_600_000},
        custom_properties={"queue": "support"},
        not_started_seconds=2,
        run_seconds=4,
        files=(report_file, file),
    )
    contents: Contents = {file.blob: content, report_file.blob: report([_succeeded(content.source)])}
    shows = "an hour of stereo with times of every word; the message is JSON"
    return SampleJob("stereo-hour", shows, json.dumps({"id": job}), "completed", spec, contents)


def _failed() -> SampleJob:
    job = _id(7)
    spec = JobSpec(
        id=job,
        display_name="failed",
        not_started_seconds=1,
        run_seconds=2,
        status="Failed",
        error=JobError(code="InvalidAudio", message="The audio could not be decoded."),
    )
    shows = "a job that Speech itself gave up"
    return SampleJob("failed", shows, job, "failed", spec)


def _partly_failed() -> SampleJob:
    job = _id(8)
    failures = json.loads(_data("report-failures"))["details"]
    files = tuple(FileSpec.of(job, f"contenturl_{index}.json") for index in range(2))
    report_file = FileSpec.of(job, "report.json")
    results = [GeneratedResult(hours=0.05, speakers=2, source=_source(job, index), seed=index) for index in range(2)]
    contents: Contents = {
        **{file.blob: result for file, result in zip(files, results, strict=True)},
        report_file.blob: report([*(_succeeded(result.source) for result in results), *failures]),
    }
    spec = JobSpec(id=job, display_name="partly-failed", run_seconds=3, files=(*files, report_file))
    shows = "two sources transcribed, two that could not be downloaded; the message is in capitals"
    return SampleJob("partly-failed", shows, f" {job.upper()}\n", "completedWithErrors", spec, contents)


def _many_files() -> SampleJob:
    job = _id(9)
    files = tuple(FileSpec.of(job, f"contenturl_{index}.json") for index in range(60))
    report_file = FileSpec.of(job, "report.json")
    results = [GeneratedResult(hours=0.01, source=_source(job, index), seed=index, indent=0) for index in range(60)]
    contents: Contents = {
        **{file.blob: result for file, result in zip(files, results, strict=True)},
        report_file.blob: report([_succeeded(result.source) for result in results]),
    }
    spec = JobSpec(id=job, display_name="many-files", run_seconds=4, files=(report_file, *files), page_size=25)
    return SampleJob("many-files", "60 files on three pages, the report first", job, "completed", spec, contents)
