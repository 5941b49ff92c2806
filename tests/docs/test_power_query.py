"""The queries for Power BI in docs/questions.md are valid M, by Microsoft's own parser, and name each column."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local.docs.tables import TABLES, loading_blocks
from shared.rendering.tables.columns import columns_of

PROGRAM = Path(__file__).parent / "power_query.cjs"
QUERIES = {
    name: block.strip("`").removeprefix("m\n") for name, block in loading_blocks().items() if name.startswith("m:")
}


def findings(queries: dict[str, str]) -> dict[str, str | None]:
    """Return what the parser finds wrong with each query; None if it is right."""
    node = shutil.which("node")
    assert node is not None, "the stand-ins for Azure need node, and so does this test"
    done = subprocess.run([node, PROGRAM], input=json.dumps(queries), capture_output=True, text=True, check=True)  # noqa: S603 - a program of ours
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


def test_the_parser_accepts_every_query_and_finds_what_is_wrong() -> None:
    whole = QUERIES["m: csv calls"]
    wrong = {
        "a comma too many": whole.replace("\n    Typed", "\n    , Typed"),
        "a brace too few": whole.replace('}, "en-US")', ', "en-US")'),
        "no in": whole.replace("\nin\n", "\n"),
        "an open text": whole.replace('.csv"', ".csv"),
    }
    found = findings({**QUERIES, **wrong})
    assert len(QUERIES) == 4
    assert {name for name, problem in found.items() if problem} == wrong.keys(), found


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_types_each_column_once_and_uses_only_what_it_defined(name: str) -> None:
    query = QUERIES[name]
    table = name.rpartition(" ")[2]
    typed = re.findall(r'\{"(\w+)", ([\w. ]+)\}', query)
    assert [column for column, _ in typed] == [column.name for column in columns_of(TABLES[table])]
    defined = ["Folder", "Source", "Typed", "Keyed"]
    assert re.findall(r"^    (\w+) = ", query, re.MULTILINE) == defined
    assert query.rstrip().endswith("in\n    Keyed")


def test_only_functions_of_power_query_are_called() -> None:
    called = {each for query in QUERIES.values() for each in re.findall(r"\b([A-Z]\w+\.\w+)\(", query)}
    # learn.microsoft.com/powerquery-m/power-query-m-function-reference
    assert called == {
        "Csv.Document",
        "File.Contents",
        "Parquet.Document",
        "Table.AddColumn",
        "Table.PromoteHeaders",
        "Table.TransformColumnTypes",
    }
