"""`speech2cosmos poison show`: prints everything that is stored about something that was given up."""

from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.repair.poison_find import named
from shared.cli.terminal.output import moment, print_fields, print_json_line, print_line
from shared.domain.documents import FileFailure
from shared.domain.job import Job, Rejected

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a rejected message, or of a job.")]
FileId = Annotated[str | None, typer.Argument(metavar="[FILE_ID]", help="Only this file of the job.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the documents, one line of JSON each.")]


def show_given_up(name: Id, file_id: FileId = None, *, as_json: AsJson = False) -> None:
    """Show all that is stored about what was given up: a message, a job's files, or one file."""
    found = named(App(settings_of(COSMOS)), name, [file_id] if file_id else [])
    if as_json:
        for document in (*found.messages, *found.listings, *found.files):
            print_json_line(document)
        return
    for message in found.messages:
        _message(message)
    for job in found.listings:
        _listing(job)
    for file in found.files:
        _file(file)


def _message(rejected: Rejected) -> None:
    print_line(f"Message {rejected.id}")
    print_fields(
        {
            "queue": rejected.queue,
            "given up": moment(rejected.rejected_at),
            "code": rejected.code,
            "reason": rejected.reason,
        }
    )
    print_line("  message:")
    for line in rejected.message.splitlines():
        print_line(f"    {line}")


def _listing(job: Job) -> None:
    print_line(f"Listing of job {job.id}: {job.status}")
    print_fields(
        {
            "moved": moment(job.moved_at),
            "run": job.run,
            "code": job.failure and job.failure.code,
            "reason": job.failure and job.failure.message,
            "tried again": "by itself" if job.ended_at is None else "when the job is replayed",
        }
    )


def _file(failure: FileFailure) -> None:
    print_line(f"File {failure.file_id} of job {failure.job_id}")
    print_fields(
        {
            "name": failure.name,
            "kind": failure.kind,
            "run": failure.run,
            "given up": moment(failure.failed_at),
            "attempts": failure.attempts,
            "code": failure.code,
            "reason": failure.message,
            "raw": failure.raw,
            "message": failure.queue_message,
        }
    )
