"""Waits until submitted jobs have ended: `--wait`."""

from collections.abc import Sequence

from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.exits import Exit
from shared.cli.look.job_rows import row_of
from shared.cli.terminal.counter import progress
from shared.cli.terminal.live import show_changes, tell_once
from shared.cli.terminal.output import print_error, print_note
from shared.cli.terminal.text import counted
from shared.cli.terminal.times import duration_of
from shared.cli.watching import Watch, Watched, before_sending, exit_of_jobs, in_rounds, reading
from shared.domain.enqueued import Enqueued
from shared.domain.job import Status
from shared.errors import WrongUsage

_SHOWN = 20
"""How many jobs that are not completed are named at the end."""

NEXT = "speech2cosmos jobs --watch"


def seconds_of(text: str) -> int:
    """Return the seconds of a duration such as 90s, 30m, 12h or 2d. Raises WrongUsage, also for none."""
    found = duration_of(text)
    if not found:
        raise advised(WrongUsage(f"{text!r} is no duration"), "a number and a unit: 90s, 30m, 12h or 2d")
    return int(found.total_seconds())


def before(app: App, jobs: Sequence[Enqueued]) -> list[Watched]:
    """Return the jobs to watch. Their documents are read before anything is sent, to know a new run from an old one."""
    now = app.clock.now()
    found = progress(in_rounds(reading(app.jobs.find), [job.job_id for job in jobs]), len(jobs))
    return [before_sending(job, document, now) for job, document in zip(jobs, found, strict=True)]


def wait_for(app: App, watched: Sequence[Watched], seconds: float | None) -> Exit:
    """Wait until the jobs have ended, or `seconds` have passed, and show each change. Returns the exit code."""
    watch = Watch(watched, reading(app.jobs.find), app.clock, tell_once())
    try:
        print_note("waiting until all have ended; Ctrl-C ends only the waiting")
        show_changes(watch, watch.changes(seconds), app.clock)
    except KeyboardInterrupt:
        print_note(f"the jobs go on: {NEXT}")
        raise
    states = watch.states()
    short = [each for each in watch.jobs.values() if each.ended and each.state != Status.COMPLETED]
    for each in short[:_SHOWN]:
        why = each.job and row_of(each.job)["failure"]
        print_note(f"{each.job_id} is {each.state}{f': {why}' if why else ''}")
    if len(short) > _SHOWN:
        print_note(f"and {len(short) - _SHOWN:,} more: speech2cosmos jobs --failed")
    if not watch.ended:
        left = sum(not each.ended for each in watch.jobs.values())
        print_error(f"{left:,} of {counted(len(watch.jobs), 'job')} did not end within --timeout; they go on", NEXT)
    elif states.keys() == {Status.FORGOTTEN}:
        pass  # nothing comes next
    elif len(watch.jobs) == 1:
        print_note(f"next: speech2cosmos {'retry' if short else 'read'} {next(iter(watch.jobs))}")
    elif short:
        print_note("next: speech2cosmos jobs --failed")
    return exit_of_jobs(states)
