"""`speech2cosmos jobs`: lists jobs and their states."""

from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.terminal.output import (
    failure_text,
    moment,
    print_json_line,
    print_set_aside,
    print_table,
    retry_text,
)
from shared.domain.job import Job, Rejected, Status

_JOBS = (
    "ID",
    "STATUS",
    "SPEECH",
    "INGESTED",
    "FAILED",
    "EXPECTED",
    "REPORT OK",
    "REPORT FAILED",
    "ACCEPTED",
    "ENDED",
    "FAILURE",
    "LISTED AGAIN",
)
_REJECTED = ("ID", "QUEUE", "REJECTED", "REASON", "MESSAGE")

OfStatus = Annotated[Status | None, typer.Option(help="Only jobs of this status.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most this many jobs, the newest first.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the documents, one line of JSON each.")]
WithRejected = Annotated[bool, typer.Option("--rejected", help="Print rejected messages too.")]


def jobs(
    ctx: typer.Context,
    *,
    status: OfStatus = None,
    limit: Limit = 50,
    as_json: AsJson = False,
    rejected: WithRejected = False,
) -> None:
    """List jobs, the newest first."""
    store = App(settings_of(ctx, COSMOS)).jobs
    listed = store.listed(status, limit, print_set_aside)
    refused = store.rejected(limit, print_set_aside) if rejected else []
    if as_json:
        for document in (*listed, *refused):
            print_json_line(document)
        return
    print_table("Jobs", _JOBS, map(_job, listed))
    if rejected:
        print_table("Rejected messages", _REJECTED, map(_rejected, refused))


def _job(job: Job) -> tuple[object, ...]:
    return (
        job.id,
        job.status,
        job.speech_status,
        job.files.ingested,
        job.files.failed,
        job.files.expected,
        job.report.successful_transcriptions_count if job.report else None,
        job.report.failed_transcriptions_count if job.report else None,
        moment(job.accepted_at),
        moment(job.ended_at),
        failure_text(job.failure),
        retry_text(job.retry),
    )


def _rejected(message: Rejected) -> tuple[object, ...]:
    return (message.id, message.queue, moment(message.rejected_at), message.reason, message.message)
