"""Prints lists: a table for people; json, jsonl or csv for programs."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from shared.cli.advice import advised
from shared.cli.terminal.columns import Column, Row
from shared.cli.terminal.output import print_pieces
from shared.cli.terminal.table import print_table
from shared.cli.terminal.text import escaped_json, one_line
from shared.errors import WrongUsage
from shared.rendering.rows import guarded


class ListForm(StrEnum):
    """Values of `-o`."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


AsForm = Annotated[ListForm, typer.Option("--output", "-o", help="Form of the list.")]
Fields = Annotated[
    str | None, typer.Option("--fields", help="Only these fields, separated by commas; `-o json` has all.")
]


def print_list(rows: Iterable[Row], columns: Sequence[Column], form: ListForm, fields: str | None) -> None:
    """Print rows on stdout. json and jsonl are printed row by row; the table and csv of no rows have their heading.

    Raises WrongUsage for a field that there is not.
    """
    chosen = chosen_columns(columns, form, fields)
    names = [column.field for column in chosen]
    match form:
        case ListForm.TABLE:
            print_table(list(rows), chosen)
        case ListForm.JSON:
            print_pieces(_array(_encoded(row, names) for row in rows))
        case ListForm.JSONL:
            # Whoever reads lines wants each as soon as it is there.
            print_pieces((f"{_encoded(row, names)}\n" for row in rows), at_once=True)
        case ListForm.CSV:
            print_pieces(_table_of_cells(rows, names))


def chosen_columns(columns: Sequence[Column], form: ListForm, fields: str | None) -> list[Column]:
    """Return the columns that a list of this form has. Raises WrongUsage for a field that there is not."""
    if fields is None:
        return [column for column in columns if column.title or form is not ListForm.TABLE]
    by_name = {column.field: column for column in columns}
    wanted = [name.strip() for name in fields.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in by_name]
    if unknown or not wanted:
        raise advised(
            WrongUsage(f"--fields: there is no field {', '.join(map(repr, unknown)) or repr('')}"),
            f"--fields {','.join(by_name)}",
        )
    # Whoever names columns wants them all, and in this order.
    return [replace(by_name[name], title=by_name[name].title or name, rank=0) for name in wanted]


def _encoded(row: Row, names: Iterable[str]) -> str:
    return escaped_json(msgspec.json.encode({name: row.get(name) for name in names})).decode()


def _array(rows: Iterable[str]) -> Iterable[str]:
    before = "[\n"
    for row in rows:
        yield before + row
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _table_of_cells(rows: Iterable[Row], names: Sequence[str]) -> Iterable[str]:
    yield _csv(names)
    for row in rows:
        yield _csv([row.get(name) for name in names])


def _csv(cells: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_text(cell) for cell in cells])
    return written.getvalue()


def _text(cell: object) -> object:
    match cell:
        case str():
            return guarded(one_line(cell))
        case list() | dict():
            return escaped_json(msgspec.json.encode(cell)).decode()
        case _:
            return cell
