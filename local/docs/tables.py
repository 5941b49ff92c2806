"""Generates the columns of the tables `calls` and `turns`, and how DuckDB and Power BI load them."""

from collections.abc import Mapping

import msgspec

from local.docs.pages import code, table
from shared.rendering.tables.columns import Kind, columns_of
from shared.rendering.tables.rows import CallRow, TurnRow

TABLES: Mapping[str, type[msgspec.Struct]] = {"calls": CallRow, "turns": TurnRow}

_DUCKDB = {
    Kind.TEXT: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.TIME: "TIMESTAMPTZ",
}
_POWER_QUERY = {
    Kind.TEXT: "type text",
    Kind.INTEGER: "Int64.Type",
    Kind.NUMBER: "type number",
    Kind.BOOLEAN: "type logical",
    Kind.TIME: "type datetimezone",
}


def columns_blocks() -> dict[str, str]:
    """Return the blocks of docs/export.md: the columns of each table."""
    return {f"columns: {name}": _columns(shape) for name, shape in TABLES.items()}


def loading_blocks() -> dict[str, str]:
    """Return the blocks of docs/questions.md that load the files."""
    duckdb = {f"duckdb: {form}": code("sql", "\n".join(map(_view, TABLES, (form,) * 2))) for form in ("jsonl", "csv")}
    return {
        **duckdb,
        **{f"m: {form} {name}": code("m", _m(name, form)) for form in ("parquet", "csv") for name in TABLES},
    }


def _columns(shape: type[msgspec.Struct]) -> str:
    rows = (
        (f"`{each.name}`", each.kind + (" or null" if each.nullable else ""), each.meaning)
        for each in columns_of(shape)
    )
    return table(("column", "type", "meaning"), rows)


def _view(name: str, form: str) -> str:
    """Return the statement with which DuckDB reads a file with its types, instead of guessing them."""
    read = "read_csv" if form == "csv" else "read_json"
    options = "header = true" if form == "csv" else "format = 'newline_delimited'"
    columns = ",\n".join(f"    {each.name}: '{_DUCKDB[each.kind]}'" for each in columns_of(TABLES[name]))
    return f"CREATE VIEW {name} AS FROM {read}('tables/{name}.{form}', {options}, columns = {{\n{columns}\n}});"


def _m(name: str, form: str) -> str:
    """Return a query in Power Query's language M."""
    file = f'File.Contents(Folder & "{name}.{form}")'
    if form == "csv":
        options = '[Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]'
        source = f"Csv.Document({file}, {options})"
        source = f"Table.PromoteHeaders({source}, [PromoteAllScalars = true])"
    else:
        source = f"Parquet.Document({file})"
    types = ",\n".join(f'        {{"{each.name}", {_POWER_QUERY[each.kind]}}}' for each in columns_of(TABLES[name]))
    return f"""
let
    Folder = "C:\\tables\\",
    Source = {source},
    Typed = Table.TransformColumnTypes(Source, {{
{types}
    }}, "en-US"),
    Keyed = Table.AddColumn(Typed, "call", each [jobId] & "/" & [fileId], type text)
in
    Keyed
"""
