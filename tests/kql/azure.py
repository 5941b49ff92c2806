"""Simulates Log Analytics and Azure Monitor's alerts. duckdb-kql runs the queries in place of Kusto.

The columns are those of https://learn.microsoft.com/azure/azure-monitor/reference/tables-index that the queries use.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import duckdb_kql

from tests.kql.queries import Rule

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
"""Rows by table. A missing column is null."""

SCHEMA: Mapping[str, Mapping[str, str]] = json.loads((Path(__file__).parent / "schema.json").read_text())
TIME = "TimeGenerated"

_TYPES = {
    "datetime": "TIMESTAMPTZ",
    "string": "VARCHAR",
    "int": "INTEGER",
    "real": "DOUBLE",
    "bool": "BOOLEAN",
    "dynamic": "JSON",
}


def run(query: str, rows: Rows, *, at: datetime, look_back: timedelta) -> list[dict[str, Any]]:
    """Return the result of the query at the time `at`. It sees only rows of the time `look_back` before."""
    with duckdb_kql.connect() as connection:
        for table, columns in SCHEMA.items():
            listed = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in columns.items())
            connection.execute(f'CREATE TABLE "{table}" ({listed})')
            _insert(connection, table, [row for row in rows.get(table, ()) if at - look_back < row[TIME] <= at])
        result = duckdb_kql.kql(connection, query, query_now=at)
        return [dict(zip(result.columns, values, strict=True)) for values in result.fetchall()]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    columns = SCHEMA[table]
    for row in rows:
        assert row.keys() <= columns.keys(), f"{table} has no such column: {row.keys() - columns.keys()}"
    if rows:
        places = ", ".join("?" for _ in columns)
        connection.executemany(
            f'INSERT INTO "{table}" VALUES ({places})',  # noqa: S608 - the tables are those of schema.json
            [[row.get(name) for name in columns] for row in rows],
        )


def firing(rule: Rule, rows: Rows, *, at: datetime) -> set[str]:
    """Return the causes for which the rule fires when it is evaluated at the time `at`.

    Each value of a dimension is counted by itself: https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-types
    """
    return {row["Cause"] for row in run(rule.query, rows, at=at, look_back=rule.window)}
