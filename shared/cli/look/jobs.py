"""`speech2cosmos jobs`: lists jobs and their states."""

from typing import Annotated

import typer

from shared.adapters.clock import SystemClock
from shared.adapters.cosmos.job_lists import JobLists
from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.look.job_rows import columns_of, row_of, row_of_tombstone
from shared.cli.terminal.lists import AsForm, Fields, ListForm, chosen_columns, print_list
from shared.cli.terminal.live import show_changes, tell_once
from shared.cli.terminal.output import print_note, print_set_aside
from shared.cli.terminal.times import since_of
from shared.cli.watching import Watch, Watched, reading
from shared.domain.job import END_STATES, Status

OfStatus = Annotated[Status | None, typer.Option(help="Only jobs of this status.")]
Failed = Annotated[bool, typer.Option("--failed", help="Only jobs that ended without all their files, and why.")]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Only jobs accepted since: 45m, 12h, 2d or 2026-11-28.")
]
Watching = Annotated[bool, typer.Option("--watch", help="Show every change of these jobs until all have ended.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most this many jobs, the newest.")]

_WITHOUT_ALL_FILES = END_STATES - {Status.COMPLETED}


def jobs(  # noqa: PLR0913 - the command's own options
    *,
    status: OfStatus = None,
    failed: Failed = False,
    since: Since = None,
    limit: Limit = 50,
    watch: Watching = False,
    form: AsForm = ListForm.TABLE,
    fields: Fields = None,
) -> None:
    """List jobs, the newest first.

    \b
    speech2cosmos jobs --watch
    speech2cosmos jobs --since 2d --failed
    speech2cosmos jobs -o csv --fields id,status,endedAt
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    now = SystemClock().now()
    if status and failed:
        raise typer.BadParameter("--status and --failed exclude each other", param_hint="--failed")
    if watch and status is Status.FORGOTTEN:
        raise typer.BadParameter("an erased job does not change", param_hint="--watch")
    if watch and (form is not ListForm.TABLE or fields):
        raise typer.BadParameter("shows changes as they come; -o and --fields are for lists", param_hint="--watch")
    begin = None if since is None else since_of(since, now)
    erased = status is Status.FORGOTTEN
    columns = columns_of(now, with_failure=failed, erased=erased)
    chosen_columns(columns, form, fields)
    app = App(settings_of(COSMOS))
    store = JobLists(app.database, print_set_aside)
    if erased:
        tombstones = store.forgotten(limit, begin)
        print_list(map(row_of_tombstone, tombstones), columns, form, fields)
        if form is ListForm.TABLE and not tombstones:
            print_note("No job was erased.")
        return
    statuses = _WITHOUT_ALL_FILES if failed else {status} if status else ()
    listed = store.newest(limit, sorted(statuses), begin)
    if watch:
        watched = Watch([Watched(job.id, job) for job in listed], reading(app.jobs.find), app.clock, tell_once())
        show_changes(watched, watched.changes(), app.clock)
        return
    print_list(map(row_of, listed), columns, form, fields)
    if form is ListForm.TABLE:
        _tell(len(listed), limit)


def _tell(count: int, limit: int) -> None:
    if not count:
        print_note("No jobs. `speech2cosmos submit JOB` enqueues one.")
    elif count == limit:
        print_note(f"The newest {limit} jobs; --limit shows more.")
