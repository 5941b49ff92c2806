"""Says what an erasure does not reach, and for how long it is kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from shared.adapters.raw_results import Kept
from shared.cli.erase.found import Found
from shared.cli.erase.queues import Look
from shared.cli.terminal.text import counted
from shared.cli.terminal.times import local_time
from shared.domain.documents import utc
from shared.domain.job import Job
from shared.domain.patience import deleted_at

Remains = tuple[str, str]
"""Where something remains, and what, and for how long."""


def remains(before: Found, kept: Kept, queues: Sequence[Look], *, at_speech: bool, now: datetime) -> Iterator[Remains]:
    """Yield what remains elsewhere. `before`: what was stored before the erasure. `kept`: what soft delete keeps.

    `queues`: a look at the queues after the erasure. `at_speech`: whether the transcription at Speech was deleted too.
    """
    if not at_speech:
        yield "Speech", _at_speech(before, now)
    yield "backups", "of Cosmos DB: for 7 days, or 30 (cosmosBackupTier); those of an existing account as it says"
    if kept.copies:
        until = "until somebody deletes them" if kept.days is None else f"for up to {counted(kept.days, 'day')}"
        yield "raw results", f"versions or copies that the storage account keeps {until}: {kept.copies:,}"
    unseen = [f"{look.queue} ({look.unseen:,})" for look in queues if look.unseen]
    if unseen:
        yield (
            "queues",
            f"messages that cannot be seen now: {', '.join(unseen)}; the app drops those about what is erased",
        )
    yield "logs", "lines with the ids: for 30 days, or as logRetentionDays says"
    yield "audio", "where Speech read it, and files that Speech wrote into a container of yours"
    yield "copies", "of applications that read it or follow the change feed, and exported files"


def _at_speech(before: Found, now: datetime) -> str:
    job = before.job if isinstance(before.job, Job) else None
    at = deleted_at(job) if job else None
    if at is not None and at <= now:
        return f"nothing: its time to live ended at {local_time(utc(at))}"
    until = f"until {local_time(utc(at))}" if at else "until its time to live ends, or somebody deletes it"
    if before.target.file_id is None:
        return f"the transcription and its files {until}; with --speech this command deletes them"
    whole = f"speech2cosmos forget {before.target.job_id} --speech"
    return f"the file, {until}; Speech deletes only whole transcriptions, with all their files: {whole}"
