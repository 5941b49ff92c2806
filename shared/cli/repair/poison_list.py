"""`speech2cosmos poison list`: everything that was given up."""

from collections.abc import Iterator
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, QUEUE_NAMES, settings_of
from shared.cli.repair.given_up import GivenUp, everything, is_message, message_of, of_job
from shared.cli.selecting import job_of
from shared.cli.terminal.columns import Column, Row
from shared.cli.terminal.lists import AsForm, Fields, ListForm, chosen_columns, print_list
from shared.cli.terminal.output import print_note
from shared.cli.terminal.times import local_time

COLUMNS = (
    Column("id", "Id of the job, or of the rejected message.", "ID"),
    Column("fileId", "Id of the file; null for a message, and for a job whose files could not be listed.", "FILE ID"),
    Column("name", "Name of the file.", "NAME", wraps=True, rank=3),
    Column("code", "Why it was given up.", "CODE", rank=1),
    Column("givenUpAt", "When it was given up (UTC).", "WHEN", cell=local_time, rank=4),
    Column("reason", "Why, in words.", "REASON", wraps=True, rank=2),
    Column("type", "message, listing or file."),
    Column("queue", "The queue of the message that tries it again."),
    Column("run", "The job's run in which it was given up; null for a message."),
    Column("retry", "The command that tries it again."),
)

Name = Annotated[
    str | None, typer.Argument(metavar="JOB", help="Only what was given up of this job: its id, beginning or name.")
]


def list_given_up(job: Name = None, *, form: AsForm = ListForm.TABLE, fields: Fields = None) -> None:
    """List what was given up: messages, jobs whose files could not be listed, files.

    \b
    speech2cosmos poison list
    speech2cosmos poison list JOB
    speech2cosmos poison list -o csv --fields retry,reason
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    chosen_columns(COLUMNS, form, fields)
    app = App(settings_of(COSMOS | QUEUE_NAMES))
    found = everything(app) if job is None else _of(app, job)
    if found or form is not ListForm.TABLE:
        print_list(_rows(found, app.settings.jobs_queue, app.settings.results_queue), COLUMNS, form, fields)
    else:
        print_note("nothing was given up")
    if found and form is ListForm.TABLE:
        print_note("again: speech2cosmos retry ID [FILE ID]; all with code GivenUp: speech2cosmos retry --given-up")


def _of(app: App, name: str) -> GivenUp:
    return GivenUp([message_of(app, name)], [], []) if is_message(name) else of_job(app, job_of(app, name))


def _rows(found: GivenUp, jobs_queue: str, results_queue: str) -> Iterator[Row]:
    for message in found.messages:
        yield {
            "type": "message",
            "id": message.id,
            "queue": message.queue,
            "code": message.code,
            "givenUpAt": message.rejected_at,
            "reason": message.reason,
            "retry": retry_line(message.id),
        }
    for job in found.listings:
        yield {
            "type": "listing",
            "id": job.id,
            "queue": jobs_queue,
            "name": job.display_name,
            "code": job.failure and job.failure.code,
            "givenUpAt": job.ended_at or job.moved_at,
            "reason": job.failure and job.failure.message,
            "run": job.run,
            "retry": retry_line(job.id),
        }
    for file in found.files:
        yield {
            "type": "file",
            "id": file.job_id,
            "fileId": file.file_id,
            "queue": results_queue,
            "name": file.name,
            "code": file.code,
            "givenUpAt": file.failed_at,
            "reason": file.message,
            "run": file.run,
            "retry": retry_line(file.job_id, file.file_id),
        }


def retry_line(*names: str) -> str:
    """Return the command that tries a message, a job or a file again."""
    return " ".join(("speech2cosmos retry", *names))
