"""The queries of the alerts and the workbook, as deployed, and those in docs/."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SNAPSHOT = ROOT / "infra" / "snapshots" / "default.snapshot.json"
GRAIN = "{TimeRange:grain}"
"""The workbook replaces this by a time span that depends on the selected range."""

_SPAN = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


@dataclass(frozen=True)
class Rule:
    """An alert. It fires if its query returns more than `threshold` rows in each of `periods` windows.

    Rows are counted for each value of the columns `split_by`. If `resolves`, the alert closes when it no longer fires.
    """

    name: str
    query: str
    window: timedelta
    periods: int
    threshold: int
    split_by: tuple[str, ...]
    resolves: bool


def resources(kind: str) -> list[Mapping[str, Any]]:
    """Return the resources of a type in the default deployment, from the compiler's snapshot."""
    made = json.loads(SNAPSHOT.read_text())["predictedResources"]
    return [one for one in made if one["type"].lower() == kind.lower()]


def rules() -> dict[str, Rule]:
    """Return every alert that reads logs, by the last part of its name."""
    found = (_rule(one) for one in resources("Microsoft.Insights/scheduledQueryRules"))
    return {rule.name: rule for rule in found}


def _rule(resource: Mapping[str, Any]) -> Rule:
    values = resource["properties"]
    (condition,) = values["criteria"]["allOf"]
    failing = condition["failingPeriods"]
    # tests/kql/azure.py evaluates rules of this form only.
    assert (condition["operator"], condition["timeAggregation"]) == ("GreaterThan", "Count"), resource["name"]
    assert failing["minFailingPeriodsToAlert"] == failing["numberOfEvaluationPeriods"], resource["name"]
    assert "overrideQueryTimeRange" not in values, resource["name"]
    assert all(one["operator"] == "Include" and one["values"] == ["*"] for one in condition["dimensions"])
    return Rule(
        name=re.sub(r"^alert-[^-]+-", "", resource["name"]),
        query=condition["query"],
        window=span(values["windowSize"]),
        periods=failing["numberOfEvaluationPeriods"],
        threshold=condition["threshold"],
        split_by=tuple(one["name"] for one in condition["dimensions"]),
        resolves=values["autoMitigate"],
    )


def span(text: str) -> timedelta:
    """Return the time span of an ISO 8601 duration."""
    found = _SPAN.fullmatch(text)
    assert found is not None, text
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def tiles(grain: str = "1h") -> dict[str, str]:
    """Return every query of the workbook, by the name of its tile."""
    (workbook,) = resources("Microsoft.Insights/workbooks")
    items = json.loads(workbook["properties"]["serializedData"])["items"]
    return {one["name"]: one["content"]["query"].replace(GRAIN, grain) for one in items if "query" in one["content"]}


def documented() -> dict[str, str]:
    """Return every Kusto query in docs/, by page and place."""
    return dict(_documented())


def _documented() -> Iterator[tuple[str, str]]:
    for page in sorted((ROOT / "docs").glob("*.md")):
        text = re.sub(r"^  ", "", page.read_text(), flags=re.MULTILINE)
        # The page has the query as a block, or in a command that passes it to `az`.
        found = re.findall(r"```kusto\n(.*?)```|<<'END'\n(.*?)\n +END\n", text, re.DOTALL)
        for number, queries in enumerate(found, 1):
            yield f"{page.name} {number}", "".join(queries)
