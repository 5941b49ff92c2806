"""`speech2cosmos show`: prints what Cosmos DB stores of a job."""

from collections.abc import Iterator
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.ids import document_id_of, job_id_of
from shared.cli.look.views import print_file, print_files, print_given_up, print_job, print_report
from shared.cli.reader import Files, Reader
from shared.cli.terminal.output import print_json_line, print_set_aside
from shared.domain.documents import FileKey
from shared.domain.job import Job, ReportSummary
from shared.errors import NotFound, Unreadable

JobId = Annotated[str, typer.Argument(metavar="ID", help="The transcription's id or URL.")]
FileId = Annotated[str | None, typer.Argument(metavar="FILE_ID", help="Show this file and its conversation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the documents themselves, one line of JSON each.")]
Turns = Annotated[bool, typer.Option("--turns", help="Show every file's conversation; with --json, parts with turns.")]


def show(
    ctx: typer.Context, job_id: JobId, file_id: FileId = None, *, as_json: AsJson = False, turns: Turns = False
) -> None:
    """Show a job: its state, its failures and its files; with FILE_ID or --turns also the conversation."""
    wanted_job, wanted_file = job_id_of(job_id), document_id_of(file_id) if file_id else None
    app = App(settings_of(ctx, COSMOS))
    job = _job(app, wanted_job)
    reader = Reader(app.database)
    files = reader.files(wanted_job, wanted_file)
    report = job.report if job and job.report and wanted_file in {None, job.report.file_id} else None
    if wanted_file and not (files.heads or files.failures or report):
        raise NotFound(f"job {wanted_job} has no file {wanted_file} in the database that can be read")
    if as_json:
        if job and wanted_file is None:
            print_json_line(job)
        for document in _documents(reader, wanted_job, files, report, turns_only=turns):
            print_json_line(document)
        return
    if job and wanted_file is None:
        print_job(job)
    print_given_up(files.failures)
    if report:
        print_report(reader.report(wanted_job, report), only_failures=wanted_file is None)
    if wanted_file is None and not turns:
        print_files(files.heads)
        return
    for head in files.heads:
        print_file(head, reader.turns(head))


def _job(app: App, job_id: str) -> Job | None:
    """Read the job's document. If it cannot be read, prints that and returns None. Raises NotFound if there is none."""
    try:
        job = app.jobs.get(job_id)
    except Unreadable as error:
        print_set_aside(error)
        return None
    if job is None:
        raise NotFound(f"there is no job {job_id} in the database {app.settings.cosmos_database}")
    return job


def _documents(
    reader: Reader, job_id: str, files: Files, report: ReportSummary | None, *, turns_only: bool
) -> Iterator[object]:
    for head in files.heads:
        yield head
        yield from reader.parts(FileKey(job_id, head.file_id), head.turns.parts if turns_only else head.parts())
    yield from files.failures
    if report and not turns_only:
        yield from reader.parts(FileKey(job_id, report.file_id), report.parts)
