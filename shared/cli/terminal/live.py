"""Shows jobs that are watched: on a terminal a table that changes in place, elsewhere a line for each change."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from shared.cli.look.job_rows import columns_of, row_of
from shared.cli.terminal.colour import coloured
from shared.cli.terminal.columns import Row
from shared.cli.terminal.lists import ListForm, chosen_columns
from shared.cli.terminal.output import print_line, print_note
from shared.cli.terminal.table import drawn
from shared.cli.watching import SENT, Clock, Watch, Watched

_FRAME_LINES = 4
"""Lines of a terminal that the table leaves free: its heading, the counts, what is left out, and the cursor's line."""


def tell_once() -> Callable[[Exception], None]:
    """Return what a watch tells when reading fails. The same error is printed once."""
    told: set[str] = set()

    def tell(error: Exception) -> None:
        if str(error) not in told:
            told.add(str(error))
            print_note(f"cannot be read, and is read again: {error}")

    return tell


def show_changes(watch: Watch, changes: Iterable[list[Watched]], clock: Clock) -> None:
    """Show the jobs of a watch until `changes` ends; at last, how many are in each state.

    Without a terminal, and on one that is dumb, each state that a job has at first, and each change, is a line.
    """
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        _in_place(watch, changes, clock)
        return
    known = [each for each in watch.jobs.values() if each.state != SENT]
    for each in chain(known, chain.from_iterable(changes)):
        print_line(_line(each))
    print_line(_counts(watch))


def _counts(watch: Watch) -> str:
    ended = sum(each.ended for each in watch.jobs.values())
    counts = ", ".join(f"{count:,} {state}" for state, count in watch.states().most_common())
    return f"{ended:,} of {len(watch.jobs):,} ended: {counts}"


def _line(each: Watched) -> str:
    row = _row(each)
    return "  ".join(str(row[name]) for name in ("id", "status", "files", "name", "failure") if row.get(name))


def _row(each: Watched) -> Row:
    known = row_of(each.job) if each.job else {"files": None}
    return {**known, "id": each.job_id, "status": each.state}


def _in_place(watch: Watch, changes: Iterable[list[Watched]], clock: Clock) -> None:
    screen = Console(markup=False, emoji=False, highlight=False, force_terminal=True, no_color=not coloured(sys.stdout))

    def view(now: datetime) -> Group:
        room = max(1, screen.height - _FRAME_LINES)
        shown = _the_most_telling(list(watch.jobs.values()), room)
        more = [Text(f"and {len(watch.jobs) - len(shown):,} more")] if len(shown) < len(watch.jobs) else []
        table = drawn(
            [_row(each) for each in shown],
            chosen_columns(columns_of(now, with_failure=False), ListForm.TABLE, None),
            screen.width,
        )
        # The counts come first, since what does not fit is left out at the end.
        return Group(Text(_counts(watch), style="bold"), table, *more)

    with Live(view(clock.now()), console=screen, auto_refresh=False) as live:
        for _ in changes:
            live.update(view(clock.now()), refresh=True)


def _the_most_telling(jobs: list[Watched], room: int) -> list[Watched]:
    """Return as many jobs as there is room for: those that have not ended, then the others; in their own order."""
    if len(jobs) <= room:
        return jobs
    order = sorted(range(len(jobs)), key=lambda index: jobs[index].ended)[:room]
    return [jobs[index] for index in sorted(order)]
