"""Log lines that alerts and the workbook read: the oldest pending job of each tick, and the end of each job."""

from datetime import datetime, timedelta

from shared.domain.job import END_STATES, Job
from shared.pipeline.signals import Log, Signal, about

log = Log(__name__)


def tell_oldest(oldest: Job | None, now: datetime) -> None:
    """Log the pending job that was accepted first and its hours since then; nothing if no job is pending."""
    if oldest is None:
        return
    hours = round((now - datetime.fromisoformat(oldest.accepted_at)) / timedelta(hours=1), 3)
    with about(oldest.id):
        log.info(
            "job %s: the oldest that is pending, for %.1f h",
            *(oldest.id, hours),
            signal=Signal.PENDING,
            since=oldest.accepted_at,
            hours=hours,
        )


def tell_end(job: Job | None) -> None:
    """Log the job's end state. Does nothing for a job that has not ended, or whose document was not written (None)."""
    if job is not None and job.status in END_STATES:
        with about(job.id):
            log.info("job %s: %s, %s", job.id, job.status, file_counts(job), signal=Signal.ENDED, status=job.status)


def file_counts(job: Job) -> str:
    """Return a text with the numbers of files that are in, given up and expected."""
    if job.files.expected is None:
        return "its files were not listed"
    return f"{job.files.ingested} files in and {job.files.failed} given up of {job.files.expected}"
