"""Prints checks as a table: status, name, what was found; beneath, what to do about it."""

from collections import Counter

from rich.table import Table
from rich.text import Text

from shared.cli.doctor.checks import Diagnosis, State
from shared.cli.terminal.output import print_line, print_pieces
from shared.cli.terminal.spans import width_of_output
from shared.cli.terminal.table import print_drawn
from shared.cli.terminal.text import shown

_COLOURS = {
    State.PASS: "green",
    State.WARN: "yellow",
    State.FAIL: "bold red",
    State.SKIPPED: "dim",
    State.INCONCLUSIVE: "magenta",
}

_WIDE = 90
"""Columns of a terminal from which on what was found stands beside the check's name, and not beneath it."""


def print_diagnosis(diagnosis: Diagnosis) -> None:
    """Print what was looked at, the checks, and how many have which status."""
    for words in diagnosis.addresses:
        print_line(words)
    print_pieces(["\n"])
    narrow = width_of_output(_WIDE) < _WIDE
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    if not narrow:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in diagnosis.checks:
        status, name = Text(check.status, style=_COLOURS[check.status]), Text(shown(check.name))
        said = Text(shown(check.detail))
        if check.fix is not None:
            said.append("\nfix: ", style="bold").append(shown(check.fix))
        if narrow:
            table.add_row(status, Text("\n").join([name, said]))
        else:
            table.add_row(status, name, said)
    print_drawn(table)
    counts = Counter(check.status for check in diagnosis.checks)
    print_drawn(Text("\n" + ", ".join(f"{counts[each]} {each}" for each in State if counts[each])))
