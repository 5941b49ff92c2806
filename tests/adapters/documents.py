"""Jobs and documents for the tests of the Cosmos adapters."""

from typing import Any
from uuid import uuid4

import msgspec

from shared.adapters.cosmos import CosmosTranscripts
from shared.domain.documents import (
    FAILURE_ID,
    HEAD_ID,
    FileFailure,
    FileKey,
    ReportPart,
    ResultPart,
    Transcript,
    Turn,
    TurnsSummary,
)
from shared.domain.encoded import EncodedPart
from shared.domain.job import Job, ReportSummary, Status
from shared.domain.speech_api import KIND_TRANSCRIPTION
from shared.domain.split import SplitOptions, Splitter
from tests.domain.reading import encoded

NOON = "2026-11-02T12:00:00.000000Z"


def new_job(**changes: Any) -> Job:  # noqa: ANN401 - properties of a job
    """Return a new pending job."""
    job = Job(id=str(uuid4()), status=Status.PENDING, accepted_at=NOON)
    return msgspec.structs.replace(job, **changes)


def new_key(job: Job | None = None) -> FileKey:
    """Return the key of a new file, of `job` if given."""
    return FileKey(job.id if job else str(uuid4()), str(uuid4()))


def part(key: FileKey, revision: str, number: int, *, size: int = 10) -> EncodedPart:
    """Return a part with a text of `size` bytes."""
    name = f"{revision}_part_{number:04}"
    turns = [_turn("x" * size)]
    return encoded(
        ResultPart(
            id=name,
            job_id=key.job_id,
            file_id=key.file_id,
            revision=revision,
            part=number,
            tracks=[],
            combined=[],
            turns=turns,
        )
    )


def _turn(text: str) -> Turn:
    return Turn(channel=0, speaker=None, offset_in_ticks=0, duration_in_ticks=1, display=text, phrases=[0])


def report_part(key: FileKey, revision: str) -> EncodedPart:
    """Return the only part of a report."""
    report = ReportPart(
        id=f"{revision}_report_0000",
        job_id=key.job_id,
        file_id=key.file_id,
        revision=revision,
        part=0,
        successful_transcriptions_count=1,
        failed_transcriptions_count=0,
        details=[],
    )
    return encoded(report)


def head(key: FileKey, revision: str, *, run: int = 1, parts: int = 0) -> Transcript:
    """Return the head of a silent file. It names the first `parts` parts that `part` makes."""
    splitter = Splitter(SplitOptions())
    assert list(splitter.parts([b'{"durationInTicks":10,"recognizedPhrases":[]}'])) == []
    silent = splitter.head(key, revision, run=run, name="a.json", raw="raw", ingested_at=NOON)
    named = [part(key, revision, number).id for number in range(parts)]
    return msgspec.structs.replace(silent, turns=TurnsSummary(len(named), named))


def stored_head(transcripts: CosmosTranscripts, key: FileKey) -> Transcript:
    """Return the head as it is stored."""
    (item,) = [each for each in transcripts.items(key.job_id, key.file_id) if each["id"] == HEAD_ID]
    return msgspec.convert(item, Transcript)


def stored_failure(transcripts: CosmosTranscripts, key: FileKey) -> FileFailure | None:
    """Return the stored failure document of a file, or None."""
    found = [each for each in transcripts.items(key.job_id, key.file_id) if each["id"] == FAILURE_ID]
    return msgspec.convert(found[0], FileFailure) if found else None


def failure(key: FileKey, *, run: int = 1, kind: str = KIND_TRANSCRIPTION) -> FileFailure:
    """Return the failure document of a file."""
    return FileFailure(
        id=FAILURE_ID,
        job_id=key.job_id,
        file_id=key.file_id,
        run=run,
        kind=kind,
        name="a.json",
        code="InvalidResult",
        message="byte 7: expected {",
        attempts=1,
        raw=None,
        failed_at=NOON,
        queue_message="{}",
    )


def summary(key: FileKey, revision: str, *, run: int = 1) -> ReportSummary:
    """Return the summary of a report in a job's document."""
    return ReportSummary(1, 0, [], key.file_id, revision, [f"{revision}_report_0000"], None, run)
