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
    """An alert rule. It fires an alert for each value of the column `Cause` in the result of its query.

    If `resolves`, an alert closes when it no longer fires.
    """

    name: str
    query: str
    window: timedelta
    resolves: bool

    @property
    def causes(self) -> frozenset[str]:
        """The values that `Cause` can have, as the query spells them: of `failures of …` only the beginning."""
        return frozenset(found.strip() for found in re.findall(r"Cause = (?:strcat\()?'([^']+)'", self.query))


def resources(kind: str) -> list[Mapping[str, Any]]:
    """Return the resources of a type in the default deployment, from the compiler's snapshot."""
    made = json.loads(SNAPSHOT.read_text())["predictedResources"]
    return [one for one in made if one["type"].lower() == kind.lower()]


def rules() -> dict[str, Rule]:
    """Return every alert rule that reads logs, by the last part of its name."""
    found = (_rule(one) for one in resources("Microsoft.Insights/scheduledQueryRules"))
    return {rule.name: rule for rule in found}


def _rule(resource: Mapping[str, Any]) -> Rule:
    values = resource["properties"]
    (condition,) = values["criteria"]["allOf"]
    # tests/kql/azure.py evaluates rules of this form only.
    assert (condition["operator"], condition["timeAggregation"], condition["threshold"]) == ("GreaterThan", "Count", 0)
    assert condition["failingPeriods"] == {"minFailingPeriodsToAlert": 1, "numberOfEvaluationPeriods": 1}
    assert condition["dimensions"] == [{"name": "Cause", "operator": "Include", "values": ["*"]}]
    assert "overrideQueryTimeRange" not in values, resource["name"]
    return Rule(
        name=re.sub(r"^alert-[^-]+-", "", resource["name"]),
        query=condition["query"],
        window=span(values["windowSize"]),
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
