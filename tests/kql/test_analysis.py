"""Microsoft's Kusto language service finds no error in any query, in syntax or in the types of the columns."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.kql.azure import SCHEMA
from tests.kql.queries import GRAIN, documented, rules, tiles

PROGRAM = Path(__file__).parent / "analyse.cjs"


def findings(queries: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the language service's findings for each query."""
    asked = json.dumps({"tables": SCHEMA, "queries": queries})
    node = shutil.which("node")
    assert node is not None, "the stand-ins for Azure need node, and so does this test"
    done = subprocess.run([node, PROGRAM], input=asked, capture_output=True, text=True, check=True)  # noqa: S603 - a program of ours
    found: dict[str, list[str]] = json.loads(done.stdout)
    assert found.keys() == queries.keys()
    return found


def test_no_query_of_alerts_workbook_and_docs_has_an_error() -> None:
    queries = {
        **{f"alert {name}": rule.query for name, rule in rules().items()},
        **{f"tile {name}": query for name, query in tiles().items()},
        **documented(),
    }
    assert len(queries) >= 17
    assert {name: found for name, found in findings(queries).items() if found} == {}


def test_the_workbook_sets_only_the_parameter_grain() -> None:
    assert "{" not in "".join(tiles(GRAIN).values()).replace(GRAIN, "").replace(r"\{", "").replace("'{", "")


def test_a_mistake_in_a_query_is_found() -> None:
    codes = {
        "AppTrace | take 1": "KS204",
        "AppTraces | where Mesage has 'x'": "KS142",
        "AppTraces | where SeverityLevel >= 'error'": "KS106",
        "AppRequests | summarize Last = max(TimeGenerated) | where Last < ago(15)": "KS107",
        "AppRequests | where Name == 'poll_jobs' |": "KS",
    }
    found = findings({query: query for query in codes})
    assert {query for query, code in codes.items() if not "".join(found[query]).startswith(code)} == set()
