"""`speech2cosmos poison list`: everything that was given up."""

from collections.abc import Iterator
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, QUEUE_NAMES, settings_of
from shared.cli.ids import job_id_of
from shared.cli.repair.poison_find import GivenUp, everything, named
from shared.cli.terminal.output import moment, print_json_line, print_table
from shared.errors import NotFound

_COLUMNS = ("ID", "FILE ID", "QUEUE", "NAME", "CODE", "WHEN", "REASON")

JobId = Annotated[str | None, typer.Argument(metavar="[JOB_ID]", help="Only what was given up of this job.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the documents, one line of JSON each.")]


def list_given_up(job_id: JobId = None, *, as_json: AsJson = False) -> None:
    """List what was given up: messages, jobs whose files could not be listed, files."""
    wanted = job_id_of(job_id) if job_id else None
    app = App(settings_of(COSMOS | QUEUE_NAMES))
    found = everything(app) if wanted is None else _of_job(app, wanted)
    if as_json:
        for document in (*found.messages, *found.listings, *found.files):
            print_json_line(document)
        return
    print_table("Given up", _COLUMNS, _rows(found, app.settings.results_queue))


def _of_job(app: App, job_id: str) -> GivenUp:
    """Return what was given up of a job. Raises nothing if that is nothing."""
    try:
        return named(app, job_id, [])
    except NotFound:
        return GivenUp([], [], [])


def _rows(found: GivenUp, results_queue: str) -> Iterator[tuple[object, ...]]:
    for message in found.messages:
        yield message.id, None, message.queue, None, message.code, moment(message.rejected_at), message.reason
    for job in found.listings:
        why = job.failure
        moved = moment(job.ended_at or job.moved_at)
        yield job.id, None, results_queue, None, why and why.code, moved, why and why.message
    for file in found.files:
        yield file.job_id, file.file_id, results_queue, file.name, file.code, moment(file.failed_at), file.message
