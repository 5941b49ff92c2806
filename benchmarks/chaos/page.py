"""docs/reliability.md: its tables, from what the last whole run found."""

import sys
import textwrap
from pathlib import Path

import msgspec

from benchmarks.chaos.ledger import FILE, Ledger, Row, total
from local.docs.pages import filled, table

PAGE = "docs/reliability.md"

GROUPS = ("crash", "two at once", "services", "processes", "self-repair", "poison", "load", "bad input")
"""In the page's order."""

MOST_WORDS = 300
"""Characters of a note; what a scenario has to say of a loss is longer, and found.json has all of it."""

HEAD = ("fault", "cases", "lost", "duplicated", "half-visible", "repaired", "")
"""The columns of every table."""


def blocks(ledger: Ledger) -> dict[str, str]:
    """Return the page's blocks by name: a summary, and a table for each group of faults."""
    groups = {name: [row for row in ledger.rows if row.group == name] for name in GROUPS}
    return {"summary": _summary(ledger, groups), **{name: _table(rows) for name, rows in groups.items()}}


def write(root: Path, *, file: Path = FILE, check: bool = False) -> int:
    """Write the page anew, or (`check`) only say whether it is as it should be; return the exit code."""
    page = root / PAGE
    before = page.read_text(encoding="utf-8")
    after = filled(PAGE, before, blocks(msgspec.json.decode(file.read_bytes(), type=Ledger)))
    if check and after != before:
        sys.stderr.write(f"{PAGE} differs from what was found last; `make chaos` writes it anew\n")
        return 1
    if not check:
        page.write_bytes(after.encode())
    return 0


def _summary(ledger: Ledger, groups: dict[str, list[Row]]) -> str:
    rows = [_cells(f"[{name}](#{name.replace(' ', '-')})", total(rows)) for name, rows in groups.items()]
    rows.append(_cells("**all**", total(ledger.rows)))
    return f"{table(HEAD[:-1], [cells[:-1] for cells in rows])}\n\nRun on {ledger.date}: {ledger.machine}."


def _table(rows: list[Row]) -> str:
    return table(HEAD, [_cells(row.fault, row) for row in rows])


def _cells(name: str, row: Row) -> tuple[str, ...]:
    figures = (row.cases, row.lost, row.duplicated, row.half_visible, row.repaired)
    return (name, *(f"{figure:,}" for figure in figures), textwrap.shorten(row.note, MOST_WORDS, placeholder=" …"))
