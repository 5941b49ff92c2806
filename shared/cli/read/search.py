"""`speech2cosmos search`: finds a phrase in what was said."""

import shlex
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Annotated

import typer

from shared.adapters.clock import SystemClock
from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.environment import COSMOS, settings_of
from shared.cli.exits import Exit
from shared.cli.read.any_job import RecordingsOfJobs
from shared.cli.read.hit_rows import COLUMNS, row_of
from shared.cli.read.options import AllChannels, NamesFile
from shared.cli.read.search_run import Found, SearchRun
from shared.cli.read.searching import search_in
from shared.cli.read.wanted import wanted_of_all, wanted_of_job
from shared.cli.selecting import JOB_HELP, job_of
from shared.cli.terminal.lists import AsForm, Fields, ListForm, chosen_columns, print_list
from shared.cli.terminal.output import print_note, print_pieces
from shared.cli.terminal.spans import painted, width_of_output
from shared.cli.terminal.times import local_time, since_of
from shared.errors import WrongUsage
from shared.rendering.finding import Phrase
from shared.rendering.found import found
from shared.rendering.plain import WIDTH
from shared.rendering.spans import Line

Text = Annotated[str, typer.Argument(metavar="TEXT", help="A word or phrase.")]
OfJob = Annotated[str | None, typer.Option("--job", metavar="JOB", help=f"Only in this job. {JOB_HELP}")]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="Only in recordings ingested since: 45m, 12h, 7d or 2026-11-28."),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="End after this many turns.")]


def search(  # noqa: PLR0913 - the command's own options
    text: Text,
    *,
    job: OfJob = None,
    since: Since = None,
    names: NamesFile = None,
    all_channels: AllChannels = False,
    limit: Limit = None,
    form: AsForm = ListForm.TABLE,
    fields: Fields = None,
) -> None:
    """Find a phrase in what was said.

    \b
    speech2cosmos search "direct debit" --since 7d
    speech2cosmos search insurance --job JOB -o jsonl --fields at,name,text,command

    Case, accents, and how many blanks stand between words make no difference. The phrase may begin and end within a
    word. It is found within a turn, not where two turns share it. Recordings come the newest first, those of one job
    in the order of their names.
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    phrase = Phrase(text)
    begin = None if since is None else since_of(since, SystemClock().now())
    chosen_columns(COLUMNS, form, fields)
    run = SearchRun(limit)
    app = App(settings_of(COSMOS))
    recordings = RecordingsOfJobs(app, names, run.add_trouble)
    if job is not None:
        wanted = wanted_of_job(app, job_of(app, job), begin, run.lost)
    elif begin is not None:
        wanted = wanted_of_all(app, begin, run.lost)
    else:
        raise advised(
            WrongUsage("all recordings of all jobs are too many; name a job with --job, or a time with --since"),
            f"speech2cosmos search {shlex.quote(text)} --since 7d",
        )
    if not wanted:
        print_note(f"no recording was ingested since {local_time(begin)}")
        raise typer.Exit(Exit.FAILED)
    with closing(search_in(recordings, wanted, phrase, all_channels=all_channels)) as searched:
        coming = run.through(searched, len(wanted))
        if form is ListForm.TABLE and fields is None:
            print_pieces(painted(_blocks(coming)), at_once=True)
        else:
            print_list((row_of(each.recording, hit) for each in coming for hit in each.hits), COLUMNS, form, fields)
    run.end(text, summary=form is ListForm.TABLE)


def _blocks(coming: Iterable[Found]) -> Iterator[Iterator[Line]]:
    width = width_of_output(WIDTH)
    for each in coming:
        yield found(each.recording, each.hits, width, local_time(each.recording.head.timestamp))
