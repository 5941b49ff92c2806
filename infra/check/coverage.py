"""Checks that the deployments together cover every type that the Bicep creates and every parameter."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from infra.check.deployment import Deployment
from infra.check.problem import Problem
from infra.check.template import MODULE

DEPLOYMENTS = {"default", "private", "existing", "operator", "everything"}
LEAST = {
    "Microsoft.Insights/components": 1,
    "Microsoft.Insights/diagnosticSettings": 4,
    "Microsoft.Insights/metricAlerts": 1,
    "Microsoft.Insights/scheduledQueryRules": 2,
    "Microsoft.OperationalInsights/workspaces": 1,
}
"""Types and numbers that the default deployment must contain, and that no other rule requires."""

_GIVEN = re.compile(r"^param (\w+) = (.*)$", re.MULTILINE)


def check(deployments: list[Deployment], outline: dict[str, Any]) -> Iterator[Problem]:
    """Yield what no deployment covers, and what the default deployment lacks."""
    for name in sorted(DEPLOYMENTS - {one.name for one in deployments}):
        yield Problem("coverage", f"infra/snapshots/{name}.bicepparam", "is not there")
    made = {resource.type for one in deployments for resource in one.resources}
    for kind in sorted({one["type"] for one in outline["resources"].values()} - made - {MODULE}):
        yield Problem("coverage", kind, "no deployment in infra/snapshots makes one")
    given = {(name, value.strip("'").lower()) for one in deployments for name, value in _GIVEN.findall(one.parameters)}
    for name, parameter in sorted(outline["parameters"].items()):
        if not any(name == turned and value != str(parameter["default"]).lower() for turned, value in given):
            text = f"no deployment in infra/snapshots gives the parameter {name} a value other than its default"
            yield Problem("coverage", "main.bicep", text)
    for one in (one for one in deployments if one.name == "default"):
        count = Counter(resource.type for resource in one.resources)
        for kind, least in LEAST.items():
            if count[kind] < least:
                yield Problem("coverage", kind, f"{count[kind]} by default, at least {least} expected")
