"""The columns of a table, and its rows as lines of CSV and of JSON."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from shared.domain.documents import utc
from shared.rendering.rows import BYTE_ORDER_MARK, guarded


class Kind(StrEnum):
    """The type of a column's values."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time of day, UTC"


_KINDS: dict[type[inspect.Type], Kind] = {
    inspect.StrType: Kind.TEXT,
    inspect.IntType: Kind.INTEGER,
    inspect.FloatType: Kind.NUMBER,
    inspect.BoolType: Kind.BOOLEAN,
    inspect.DateTimeType: Kind.TIME,
}


class Column(NamedTuple):
    """A column: its name, the type of its values, whether it may be empty, and what it means."""

    name: str
    kind: Kind
    nullable: bool
    meaning: str


def columns_of(shape: type[msgspec.Struct]) -> list[Column]:
    """Return the columns of a table with rows of this type, in order."""
    table: Any = inspect.type_info(shape)
    return [_column(field.encode_name, field.type) for field in table.fields]


def _column(name: str, described: Any) -> Column:  # noqa: ANN401 - every column has a description, so it is Metadata
    bare = described.type
    choices = bare.types if isinstance(bare, inspect.UnionType) else (bare,)
    (kind,) = (_KINDS[type(each)] for each in choices if not isinstance(each, inspect.NoneType))
    return Column(name, kind, len(choices) > 1, described.extra_json_schema["description"])


def csv_lines(shape: type[msgspec.Struct], rows: Iterable[msgspec.Struct], separator: str = ",") -> Iterator[str]:
    """Yield a table as CSV (RFC 4180), in UTF-8 with a byte order mark: the header, then a line for each row.

    Texts are guarded against formulas. Without a value a cell is empty.
    """
    names = [column.name for column in columns_of(shape)]
    writer = csv.writer(_Line(), delimiter=separator, lineterminator="\r\n")
    yield BYTE_ORDER_MARK + str(writer.writerow(names))
    for row in rows:
        yield str(writer.writerow([_cell(value) for value in msgspec.structs.astuple(row)]))


class _Line:
    """What csv writes to. `csv.writer` returns what `write` returns: the line."""

    def write(self, line: str) -> str:
        return line


def _cell(value: object) -> object:
    match value:
        case str():
            return guarded(value)
        case bool():
            return str(value).lower()
        case datetime():
            return utc(value)
        case _:
            return value
