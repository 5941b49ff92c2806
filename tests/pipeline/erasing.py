"""Erases recordings in the order in which a command has to, and looks for what is left of them."""

from typing import Any

import msgspec

from shared.domain.documents import HEAD_ID, FileKey, ReportPart, Transcript
from shared.domain.forgotten import ForgottenFile, StoredJob, forgotten, forgotten_file, without_file
from shared.domain.job import END_STATES, Job
from tests.pipeline.world import JOB, World


def speech_of(name: str) -> bytes:
    """Return a result whose words and source occur in no other file."""
    hypothesis = dict.fromkeys(("lexical", "itn", "maskedITN", "display"), f"words-of-{name}")
    phrase = {
        "recognitionStatus": "Success",
        "channel": 0,
        "offsetInTicks": 0,
        "durationInTicks": 10_000_000,
        "nBest": [{"confidence": 0.5, **hypothesis}],
    }
    return msgspec.json.encode({"source": source_of(name), "recognizedPhrases": [phrase]})


def source_of(name: str) -> str:
    """Return the URL of a file's audio."""
    return f"https://audio.example/source-of-{name}.wav"


def report_of(*names: str) -> bytes:
    """Return a report in which these sources succeeded, and another one failed."""
    details = [{"source": source_of(name), "status": "Succeeded"} for name in names]
    failed = {"source": source_of("nobody"), "status": "Failed", "errorKind": "InvalidAudio"}
    counts = {"successfulTranscriptionsCount": len(names), "failedTranscriptionsCount": 1}
    return msgspec.json.encode({**counts, "details": [*details, failed]})


def erase_job(world: World) -> bool:
    """Erase the whole job if it has ended: its document first. Return whether it is erased."""

    def change(job: StoredJob) -> StoredJob | None:
        return forgotten(job, world.clock.now()) if isinstance(job, Job) and job.status in END_STATES else None

    tombstone = world.jobs.exchange(JOB, change)
    if tombstone is None:
        return False
    for key in [key for key in world.transcripts.partitions if key.job_id == JOB]:
        _replace(world, key, tombstone.run)
    world.archive.remove(f"{JOB}/")
    return True


def erase_file(world: World, name: str) -> bool:
    """Erase one recording of a job that has ended: its trace in the job's document first. Return whether it is gone."""
    key = FileKey(JOB, name)
    documents = world.transcripts.documents(key)
    if JOB not in world.jobs.documents or world.job().status not in END_STATES or not documents:
        return False
    head = documents.get(HEAD_ID)
    if isinstance(head, ForgottenFile):
        return True
    source = head.source if isinstance(head, Transcript) else source_of(name)
    job = world.jobs.update(JOB, lambda job: without_file(job, name, source, world.clock.now()))
    assert job is not None
    _replace(world, key, job.run)
    report = FileKey(JOB, "report")
    for part in world.transcripts.documents(report).values():
        if isinstance(part, ReportPart):
            left = [row for row in part.details if row.source != source]
            world.transcripts.put(report, msgspec.structs.replace(part, details=left))
    world.archive.remove(f"{JOB}/{name}/")
    world.archive.remove(f"{JOB}/report/")
    return True


def _replace(world: World, key: FileKey, run: int) -> None:
    stored = world.transcripts.head(key)
    world.transcripts.forget(forgotten_file(key, run, world.clock.now()), stored.etag if stored else None)
    world.transcripts.clear(key)


def traces(world: World, name: str) -> list[str]:
    """Return the names of all documents and blobs that have the words of a file, its source, or its name at Speech."""
    stored: dict[str, Any] = {
        f"{key.file_id}/{each}": document
        for key in world.transcripts.partitions
        for each, document in world.transcripts.documents(key).items()
    }
    stored |= {each: job for each, (job, _) in world.jobs.documents.items()} | {**world.jobs.rejected}
    stored |= {each: body.decode() for each, body in world.archive.blobs.items()}
    marks = (f"words-of-{name}", f"source-of-{name}", f"{name}.json")
    return [
        each for each, value in stored.items() if any(mark in msgspec.json.encode(value).decode() for mark in marks)
    ]


def leftovers(world: World, name: str) -> set[str]:
    """Return the names of a file's documents and raw results, except its tombstone."""
    raw = {blob for blob in world.archive.blobs if f"/{name}/" in blob}
    documents = world.transcripts.documents(FileKey(JOB, name))
    return raw | {each for each, document in documents.items() if not isinstance(document, ForgottenFile)}
