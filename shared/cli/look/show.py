"""`speech2cosmos show`: prints what Cosmos DB stores of a job."""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.erased import erased_file
from shared.cli.look.views import (
    print_erased,
    print_erased_job,
    print_file,
    print_files,
    print_given_up,
    print_job,
    print_report,
)
from shared.cli.reader import Files, Reader
from shared.cli.selecting import FILE_HELP, JOB_HELP, file_of, job_of
from shared.cli.terminal.output import print_json_line, print_set_aside
from shared.domain.documents import FileKey, ReportDetail
from shared.domain.forgotten import ForgottenJob, StoredJob
from shared.domain.job import Job, ReportSummary
from shared.errors import NotFound, Unreadable

JobId = Annotated[str, typer.Argument(metavar="JOB", help=JOB_HELP)]
FileId = Annotated[str | None, typer.Argument(metavar="FILE", help=FILE_HELP)]
AsJson = Annotated[bool, typer.Option("--json", help="Print the documents themselves, one line of JSON each.")]


def show(job: JobId, file: FileId = None, *, as_json: AsJson = False) -> None:
    """Show a job: its state, its failures and its files.

    \b
    speech2cosmos show JOB
    speech2cosmos show JOB FILE --json
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    app = App(settings_of(COSMOS))
    job_id, reader = job_of(app, job), Reader(app.database)
    file_id = file_of(reader, job_id, file) if file else None
    found = _job(app, job_id)
    files = reader.files(job_id, file_id)
    if files.erased and file_id and not as_json:
        raise erased_file(files.erased[0])
    report = found.report if isinstance(found, Job) and found.report else None
    report = report if report and file_id in {None, report.file_id} else None
    if file_id and not (files.heads or files.failures or files.erased or report):
        raise NotFound(f"job {job_id} has no file {file_id} in the database that can be read")
    if as_json:
        whole = [found] if found and file_id is None else []
        for document in chain(whole, _documents(reader, job_id, files, report)):
            print_json_line(document)
    elif file_id is not None:
        print_given_up(files.failures)
        if report:
            print_report(reader.report(job_id, report), only_failures=False)
        for head in files.heads:
            print_file(head)
    elif isinstance(found, ForgottenJob):
        print_erased_job(found, len(files.erased))
    else:
        _print_whole(found, files, reader.report(job_id, report) if report else None)


def _print_whole(job: Job | None, files: Files, report: Iterator[ReportDetail] | None) -> None:
    if job:
        print_job(job)
    print_given_up(files.failures)
    if report is not None:
        print_report(report, only_failures=True)
    print_files(files.heads)
    print_erased(files.erased)


def _job(app: App, job_id: str) -> StoredJob | None:
    """Read the job's document. If it cannot be read, prints that and returns None. Raises NotFound if there is none."""
    try:
        job = app.jobs.find(job_id)
    except Unreadable as error:
        print_set_aside(error)
        return None
    if job is None:
        raise NotFound(f"there is no job {job_id} in the database {app.settings.cosmos_database}")
    return job


def _documents(reader: Reader, job_id: str, files: Files, report: ReportSummary | None) -> Iterator[object]:
    for head in files.heads:
        yield head
        yield from reader.parts(FileKey(job_id, head.file_id), head.parts())
    yield from files.failures
    yield from files.erased
    if report:
        yield from reader.parts(FileKey(job_id, report.file_id), report.parts)
