"""The whole check: every rule on every file, then every deployment that the parameters allow."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.check import azd, bodies, carried, members, modules, names, order, security, wants
from infra.check.problem import Problem
from infra.check.scenarios import Scenario, scenarios
from infra.check.source import Tree

LEAST = {
    "Microsoft.Web/sites": 1,
    "Microsoft.Storage/storageAccounts": 1,
    "Microsoft.Storage/storageAccounts/queueServices/queues": 4,
    "Microsoft.Storage/storageAccounts/blobServices/containers": 2,
    "Microsoft.DocumentDB/databaseAccounts": 1,
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers": 2,
    "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments": 1,
    "Microsoft.CognitiveServices/accounts": 1,
    "Microsoft.Authorization/roleAssignments": 5,
    "Microsoft.Insights/components": 1,
    "Microsoft.Insights/diagnosticSettings": 2,
    "Microsoft.Insights/scheduledQueryRules": 3,
    "Microsoft.OperationalInsights/workspaces": 1,
}
"""What the deployment by default makes at least; less means that the check, or the Bicep, has lost something."""


@dataclass(frozen=True)
class Report:
    """What was found, and how much was looked at."""

    problems: list[Problem]
    checked: dict[str, int]


def check(root: Path) -> Report:
    """Check the Bicep in a folder, and azure.yaml beside it."""
    bicep = Tree.of(root)
    checked = {
        "files": len(bicep.sources),
        "resource declarations": sum(len(source.resources) for source in bicep.sources.values()),
        "resource types": len(bicep.resource_types()),
        "deployments": 0,
        "resources by default": 0,
    }
    main = bicep.sources.get((root / "main.bicep").resolve())
    found = list(bicep.problems)
    if main is None:
        found.append(Problem(f"{root.name}/main.bicep", 1, "nothing", "it is not there"))
    elif not found:
        found += _linted(bicep)
        # What does not fit together cannot be carried out.
        if {one.kind for one in found} <= HARMLESS:
            looked_at = list(scenarios(bicep, main))
            checked["deployments"] = len(looked_at)
            checked["resources by default"] = len(looked_at[0].resources)
            found += _lost(looked_at[0])
            found += azd.check(bicep, main, looked_at[0])
            for one in looked_at:
                found += _deployed(one)
    return Report(sorted(set(found)), checked)


HARMLESS = {"unused", "description", "security", "role"}
"""Classes of problems with which a deployment can still be carried out on paper."""


def _linted(bicep: Tree) -> Iterator[Problem]:
    for rule in (names, bodies, members, modules, order):
        yield from rule.check(bicep)
    yield from security.check_text(bicep)
    yield from wants.evidence()


def _deployed(one: Scenario) -> Iterator[Problem]:
    yield from carried.check(one.plan)
    yield from security.check_plan(one.resources)
    yield from wants.check(one.resources)


def _lost(default: Scenario) -> Iterator[Problem]:
    made = Counter(one.type for one in default.resources if not one.existing)
    for name, least in LEAST.items():
        if made[name] < least:
            yield Problem(
                "infra/main.bicep", 1, "nothing", f"{made[name]} of {name} by default, at least {least} expected"
            )
