"""`speech2cosmos show`: what is in Cosmos DB of a job."""

from collections.abc import Iterator
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.ids import document_id_of, job_id_of
from shared.cli.output import print_json_line
from shared.cli.reading import Found, Reader
from shared.cli.views import print_file, print_file_failures, print_files, print_job, print_report, print_speech_failures
from shared.domain.job import Job
from shared.domain.split import FileKey
from shared.errors import NotFound

JobId = Annotated[str, typer.Argument(metavar="ID", help="The transcription's id or URL.")]
FileId = Annotated[str | None, typer.Argument(metavar="[FILE_ID]", help="One file of it: what was said.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the documents themselves, one line of JSON each.")]
Turns = Annotated[bool, typer.Option("--turns", help="What was said in every file; with --json, no parts but turns.")]


def show(
    ctx: typer.Context, job_id: JobId, file_id: FileId = None, *, as_json: AsJson = False, turns: Turns = False
) -> None:
    """Show a job: how it stands, what failed, its files; with FILE_ID or --turns, what was said when by whom."""
    wanted_job, wanted_file = job_id_of(job_id), document_id_of(file_id) if file_id else None
    app = App(settings_of(ctx, COSMOS))
    job = app.jobs.get(wanted_job)
    if job is None:
        raise NotFound(f"there is no job {wanted_job} in the database {app.settings.cosmos_database}")
    reader = Reader(app.database)
    found = reader.files(job.id, wanted_file)
    is_report = job.report is not None and wanted_file == job.report.file_id
    if wanted_file and not (found.heads or found.failures or is_report):
        raise NotFound(f"of job {job.id} there is no file {wanted_file} in the database")
    if as_json:
        documents = [] if wanted_file else [job]
        ...
    elif wanted_file is None:
        _print_job(reader, job, found, turns=turns)
    else:
        _print_said(reader, found)
        print_file_failures(job, found.failures)
        if is_report:
            print_report(reader.report(job))


def _documents(reader: Reader, job: Job, found: Found, *, turns_only: bool) -> Iterator[object]:
    for head in found.heads:
        yield head
        yield from reader.parts(FileKey(head.job_id, head.file_id), head.turns.parts if turns_only else head.parts())
    yield from found.failures
