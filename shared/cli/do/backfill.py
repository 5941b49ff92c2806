"""`speech2cosmos backfill`: takes up finished jobs of the Speech resource that were never enqueued."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import msgspec
import typer

from shared.adapters.cosmos.job_lists import JobLists
from shared.bootstrap import App
from shared.cli.account import cosmos_words, queue_words, speech_words
from shared.cli.do.missing import Counts, Wanted, kept_since, missing
from shared.cli.do.missing_rows import COLUMNS, names_of, row_of, summary_of
from shared.cli.environment import COSMOS, QUEUE, SPEECH, settings_of
from shared.cli.exits import Exit
from shared.cli.sending import Message, send
from shared.cli.terminal.counter import StatusLine
from shared.cli.terminal.lists import AsForm, Fields, ListForm, chosen_columns, print_list
from shared.cli.terminal.output import print_line, print_note
from shared.cli.terminal.questions import confirmed, need_terminal
from shared.cli.terminal.text import counted
from shared.cli.terminal.times import local_time, since_of
from shared.domain.documents import utc
from shared.domain.speech_api import Transcription

JOBS_A_MESSAGE = 500
"""Most jobs of one message. The app accepts as many (domain/enqueued.py); 500 ids take 20 of a message's 64 KiB."""

RETENTION = frozenset({"RETENTION_DAYS"})

_UNKNOWN_RETENTION = (
    "RETENTION_DAYS is not set here, and there is no job in the database to learn it from: "
    "no job is left out for its age"
)

Since = Annotated[
    str, typer.Option("--since", metavar="TIME", help="Jobs that ended since: 45m, 12h, 7d, 2026-11-28 or a time.")
]
Name = Annotated[str, typer.Option("--name", metavar="PREFIX", help="Only jobs whose displayName begins so.")]
Property = Annotated[
    list[str] | None,
    typer.Option("--property", metavar="K=V", help="Only jobs with this customProperties entry. May be repeated."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the jobs, and send nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]


def backfill(  # noqa: PLR0913 - the command's own options
    *,
    since: Since,
    name: Name = "",
    properties: Property = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    form: AsForm = ListForm.TABLE,
    fields: Fields = None,
) -> None:
    """Take up finished jobs of Speech that were never enqueued.

    \b
    speech2cosmos backfill --since 7d --dry-run
    speech2cosmos backfill --since 2026-11-28 --name calls- --property team=north
    speech2cosmos backfill --since 2d --yes

    It reads which jobs of the Speech resource succeeded or failed since then, by their lastActionDateTime, and enqueues
    those of which Cosmos DB has no document. Erased jobs have one. Jobs that ended longer ago than RETENTION_DAYS are
    left out. It asks first, and shows how the names of the jobs begin, because other applications may use the same
    Speech resource. It can be interrupted and repeated: the app takes a job up once.
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    if not dry_run and (form is not ListForm.TABLE or fields):
        raise typer.BadParameter("-o and --fields are for the list of --dry-run", param_hint="--dry-run")
    chosen_columns(COLUMNS, form, fields)
    app = App(settings_of(SPEECH | COSMOS | QUEUE | RETENTION))
    now = app.clock.now()
    wanted = Wanted(datetime.fromisoformat(since_of(since, now)), name, _pairs(properties or []))
    queue = queue_words(app.settings, app.settings.jobs_queue)
    if not (dry_run or yes):
        need_terminal(f"Send jobs to {queue}?")
    found = _Finding(app, _within_retention(app, wanted, now), now)
    if dry_run:
        print_list(map(row_of, found.jobs()), COLUMNS, form, fields)
    ids = [] if dry_run else [job.job_id for job in found.jobs()]
    found.tell()
    count = found.counts.found.total()
    if not count:
        print_line("nothing to take up") if not dry_run else print_note("nothing to take up")
    elif dry_run:
        print_note(f"{counted(count, 'job')} would be sent to {queue}; nothing was sent")
    else:
        _send(app, ids, queue, yes=yes)


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not (key and sign):
            raise typer.BadParameter(f"{text!r} is not K=V", param_hint="--property")
        pairs[key] = value
    return pairs


def _within_retention(app: App, wanted: Wanted, now: datetime) -> Wanted:
    """Return what is wanted of what documents would still live. Says on stderr what that leaves out."""
    seconds = app.settings.retention_seconds
    if seconds is None:
        told = JobLists(app.database).retention()
        seconds = told.seconds if told else None
        if told is None:
            print_note(_UNKNOWN_RETENTION)
    since = kept_since(wanted.since, seconds, now)
    if since != wanted.since:
        days = f"{(seconds or 0) / 86_400:g} days"
        print_note(f"left out: jobs that ended before {local_time(utc(since))}; documents live {days} (RETENTION_DAYS)")
    return replace(wanted, since=since)


class _Finding:
    """Reads which jobs are missing, and says on stderr how far it is."""

    def __init__(self, app: App, wanted: Wanted, now: datetime) -> None:
        self.counts = Counts()
        self._app = app
        self._wanted = wanted
        self._now = now

    def jobs(self) -> Iterator[Transcription]:
        """Yield the jobs that are missing. On a terminal a line shows how many were read."""
        line, counts = StatusLine(), self.counts
        known = JobLists(self._app.database)
        line.show("reading the list of jobs")
        try:
            for found in missing(self._app.speech, known, self._wanted, self._now, counts):
                line.erase()
                yield from found
                line.show(
                    f"{counts.listed:,} jobs read" + (f", up to {local_time(counts.latest)}" if counts.latest else "")
                )
        except KeyboardInterrupt:
            line.erase()
            print_note(f"interrupted after {counted(counts.listed, 'job')} of Speech; nothing was sent")
            raise
        finally:
            line.erase()

    def tell(self) -> None:
        """Say what was listed, what is left out, and what was found."""
        counts, settings = self.counts, self._app.settings
        since = local_time(utc(self._wanted.since))
        print_note(f"{counted(counts.listed, 'job')} ended since {since} at {speech_words(settings)}")
        for line in summary_of(counts):
            print_note(f"  {line}")
        if counts.found:
            print_note(f"{counted(counts.found.total(), 'job')} not in {cosmos_words(settings)}:")
            for line in names_of(counts):
                print_note(line)
            if not (self._wanted.name or self._wanted.properties):
                print_note("if jobs of other applications are among them: --name and --property choose")


def _send(app: App, ids: Sequence[str], queue: str, *, yes: bool) -> None:
    jobs = counted(len(ids), "job")
    if not yes and not confirmed(f"Send {jobs} to {queue}?"):
        print_note("nothing was sent")
        raise typer.Exit(Exit.FAILED)
    batches = [ids[begin : begin + JOBS_A_MESSAGE] for begin in range(0, len(ids), JOBS_A_MESSAGE)]
    messages = [_message(app.settings.jobs_queue, batch) for batch in batches]
    sent: list[Message] = []
    again = (
        "the same command again: it sends what is not in Cosmos DB by then; a job that was sent twice is taken up once"
    )
    try:
        send(app.settings, messages, go_on=lambda _: again, sent=sent.append)
    finally:
        if len(sent) < len(messages):
            done = sum(map(len, batches[: len(sent)]))
            print_note(f"at least {done:,} of {jobs} were sent")
    print_line(f"{jobs} sent to {app.settings.jobs_queue}")
    print_note("next: speech2cosmos " + (f"show {ids[0]}" if len(ids) == 1 else "jobs --watch"))


def _message(queue: str, ids: Sequence[str]) -> Message:
    return Message(queue, msgspec.json.encode(ids).decode(), counted(len(ids), "job"))
