"""Tables for people. On a narrow terminal columns disappear; if that is not enough, each row becomes a record."""

import sys
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from shared.cli.terminal.colour import coloured
from shared.cli.terminal.columns import Column, Row
from shared.cli.terminal.output import print_pieces
from shared.cli.terminal.text import shown

_UNLIMITED = 100_000
"""Width of a table that is not printed on a terminal. With it no column disappears and no cell is wrapped."""

_GAP = 2
_WRAPPED = 24
"""Least width, in columns of the terminal, of a cell that may wrap."""


def print_table(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Print rows as a table, or as records if not even the columns of rank 0 fit beside each other."""
    console = _console()
    cells = {column.field: [_cell(column, row) for row in rows] for column in columns}
    kept = _that_fit(columns, cells, console.width)
    with console.capture() as printed:
        if kept:
            console.print(_table(kept, cells, len(rows)))
        else:
            for number in range(len(rows)):
                _print_record(console, columns, cells, number)
    _print_lines(printed.get())


def print_drawn(view: RenderableType) -> None:
    """Print a table or text that the caller made, as wide as the terminal."""
    console = _console()
    with console.capture() as printed:
        console.print(view)
    _print_lines(printed.get())


def _print_lines(text: str) -> None:
    # A table pads its last column too. After a long cell that would print many blanks.
    print_pieces(f"{line.rstrip()}\n" for line in text.splitlines())


def drawn(rows: Sequence[Row], columns: Sequence[Column], width: int) -> RenderableType:
    """Return rows as a table, or as records, for a view that is drawn again in place. `width`: of the terminal."""
    cells = {column.field: [_cell(column, row) for row in rows] for column in columns}
    kept = _that_fit(columns, cells, width)
    if kept:
        return _table(kept, cells, len(rows))
    return Group(*(line for number in range(len(rows)) for line in _record(columns, cells, number)))


def _console() -> Console:
    colours = coloured(sys.stdout)
    return Console(
        width=None if sys.stdout.isatty() else _UNLIMITED,
        markup=False,
        emoji=False,
        highlight=False,
        force_terminal=colours,
        no_color=not colours,
    )


def _cell(column: Column, row: Row) -> Text:
    value = row.get(column.field)
    return Text(shown(column.cell(value)), style=column.colour(value) or "")


def _that_fit(columns: Sequence[Column], cells: dict[str, list[Text]], width: int) -> list[Column]:
    """Return the columns that fit beside each other; none if even those of rank 0 do not."""
    kept = list(columns)
    while sum(_least(column, cells[column.field]) for column in kept) + _GAP * (len(kept) - 1) > width:
        least = max(kept, key=lambda column: column.rank)
        if least.rank == 0:
            return []
        kept.remove(least)
    return kept


def _least(column: Column, texts: Sequence[Text]) -> int:
    widest = max((text.cell_len for text in [Text(column.title or column.field), *texts]), default=0)
    return min(widest, _WRAPPED) if column.wraps else widest


def _table(columns: Sequence[Column], cells: dict[str, list[Text]], count: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column.title or column.field, no_wrap=not column.wraps, overflow="fold")
    for number in range(count):
        table.add_row(*(cells[column.field][number] for column in columns))
    return table


def _print_record(console: Console, columns: Sequence[Column], cells: dict[str, list[Text]], number: int) -> None:
    """Print a row as one line for each field. The terminal itself wraps them, so that an id can be copied whole."""
    for line in _record(columns, cells, number):
        console.print(line, soft_wrap=True)


def _record(columns: Sequence[Column], cells: dict[str, list[Text]], number: int) -> Iterator[Text]:
    names = [Text(column.title or column.field, style="bold") for column in columns]
    widest = max(name.cell_len for name in names)
    if number:
        yield Text()
    for name, column in zip(names, columns, strict=True):
        blanks = " " * (widest - name.cell_len + _GAP)
        yield Text.assemble(name, blanks, cells[column.field][number], overflow="fold")
