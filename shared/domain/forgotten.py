"""Tombstones: the documents that take the place of erased ones (docs/decisions/0062).

The change feed shows no deletions. A tombstone is a write, so whoever follows the feed learns of the erasure.
"""

from datetime import datetime
from typing import Literal

import msgspec

from shared.domain.documents import HEAD_ID, Document, FileDocument, FileKey, UtcTime, utc
from shared.domain.job import Event, Job, next_status

FORGOTTEN = "forgotten"
"""The `type` of both tombstones, and the status of a forgotten job."""


class ForgottenFile(FileDocument, rename="camel", frozen=True, kw_only=True):
    """The tombstone of an erased recording, under the id of its head. It has no time to live.

    `run`: the job's run at the erasure. It counts like a head's: the file is in until the job is reprocessed.
    """

    type: Literal["forgotten"] = "forgotten"
    run: int
    forgotten_at: UtcTime


class ForgottenJob(Document, rename="camel", frozen=True, kw_only=True):
    """The tombstone of an erased job, under its id. It has no time to live.

    `run`: the job's run at the erasure. A reprocess goes on with the next one.
    """

    type: Literal["forgotten"] = "forgotten"
    status: Literal["forgotten"] = "forgotten"
    run: int
    forgotten_at: UtcTime


StoredJob = Job | ForgottenJob
"""What container `jobs` may hold under a job's id."""


def forgotten(job: Job, now: datetime) -> ForgottenJob:
    """Return the tombstone of an ended job. Raises UnknownValue for a job that is pending or ingesting."""
    next_status(job.status, Event.ERASED)
    return ForgottenJob(id=job.id, run=job.run, forgotten_at=utc(now))


def forgotten_file(key: FileKey, run: int, now: datetime) -> ForgottenFile:
    """Return the tombstone of a recording. `run`: its job's run."""
    return ForgottenFile(id=HEAD_ID, job_id=key.job_id, file_id=key.file_id, run=run, forgotten_at=utc(now))


def without_file(job: Job, file_id: str, source: str | None, now: datetime) -> Job:
    """Return the document of an ended job from which one recording is erased: neither id nor source remain in it.

    `source`: the recording's source, as its head and the report name it; None if no head named one. Raises UnknownValue
    for a job that is pending or ingesting. The job is tidied again, because a delivery may leave parts behind.
    """
    next_status(job.status, Event.ERASED)
    failures = [each for each in job.files.failures if each.file_id != file_id]
    report = job.report
    if report is not None:
        details = [each for each in report.failures if source is None or each.source != source]
        report = msgspec.structs.replace(report, failures=details)
    return msgspec.structs.replace(
        job,
        files=msgspec.structs.replace(job.files, failures=failures),
        report=report,
        forgotten_at=utc(now),
        tidied_at=None,
    )
