"""`speech2cosmos poison show`: prints everything that is stored about something that was given up."""

from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.environment import COSMOS, settings_of
from shared.cli.reader import Reader
from shared.cli.repair.given_up import GivenUp, is_message, message_of, of_job
from shared.cli.repair.poison_list import retry_line
from shared.cli.selecting import file_of, job_of
from shared.cli.terminal.output import print_fields, print_json_line, print_line
from shared.cli.terminal.times import local_time
from shared.domain.documents import FileFailure
from shared.domain.job import Job, Rejected
from shared.errors import NotFound

Name = Annotated[str, typer.Argument(metavar="JOB", help="A job, or the id of a rejected message.")]
File = Annotated[str | None, typer.Argument(metavar="FILE", help="Only this file of the job.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the documents, one line of JSON each.")]


def show_given_up(job: Name, file: File = None, *, as_json: AsJson = False) -> None:
    """Show all that is stored about what was given up: a message, a job's files, or one file.

    \b
    speech2cosmos poison show JOB
    speech2cosmos poison show JOB FILE --json
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    found = _found(App(settings_of(COSMOS)), job, file)
    if as_json:
        for document in (*found.messages, *found.listings, *found.files):
            print_json_line(document)
        return
    for message in found.messages:
        _message(message)
    for listed in found.listings:
        _listing(listed)
    for failure in found.files:
        _file(failure)


def _found(app: App, name: str, file: str | None) -> GivenUp:
    if is_message(name):
        return GivenUp([message_of(app, name)], [], [])
    job_id = job_of(app, name)
    found = of_job(app, job_id)
    what = f"job {job_id}"
    if file is not None:
        file_id = file_of(Reader(app.database), job_id, file)
        found = GivenUp([], [], [each for each in found.files if each.file_id == file_id])
        what += f" file {file_id}"
    if not found:
        raise advised(NotFound(f"nothing of {what} was given up"), f"speech2cosmos show {job_id}")
    return found


def _message(rejected: Rejected) -> None:
    print_line(f"Message {rejected.id}")
    print_fields(
        {
            "queue": rejected.queue,
            "given up": local_time(rejected.rejected_at),
            "code": rejected.code,
            "reason": rejected.reason,
            "again": retry_line(rejected.id),
        }
    )
    print_line("  message:")
    for line in rejected.message.splitlines():
        print_line(f"    {line}")


def _listing(job: Job) -> None:
    print_line(f"Listing of job {job.id}: {job.status}")
    print_fields(
        {
            "moved": local_time(job.moved_at),
            "run": job.run,
            "code": job.failure and job.failure.code,
            "reason": job.failure and job.failure.message,
            "again": "by itself" if job.ended_at is None else retry_line(job.id),
        }
    )


def _file(failure: FileFailure) -> None:
    print_line(f"File {failure.file_id} of job {failure.job_id}")
    print_fields(
        {
            "name": failure.name,
            "kind": failure.kind,
            "run": failure.run,
            "given up": local_time(failure.failed_at),
            "attempts": failure.attempts,
            "code": failure.code,
            "reason": failure.message,
            "raw": failure.raw,
            "message": failure.queue_message,
            "again": retry_line(failure.job_id, failure.file_id),
        }
    )
