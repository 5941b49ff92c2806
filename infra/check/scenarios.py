"""Which deployments are looked at: main.bicep as it stands, and each of its switches turned by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.check import tree
from infra.check.kinds import Kinds
from infra.check.plan import Plan
from infra.check.source import Source, Tree
from infra.check.values import SUBSCRIPTION, Planned

_PERSON = "00000000-0000-4000-8000-00000000000f"
_EXISTING = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/theirs/providers/"
SAMPLES: dict[str, Any] = {
    "existingStorageAccountId": f"{_EXISTING}Microsoft.Storage/storageAccounts/theirstorage",
    "existingCosmosAccountId": f"{_EXISTING}Microsoft.DocumentDB/databaseAccounts/their-cosmos",
    "existingSpeechAccountId": f"{_EXISTING}Microsoft.CognitiveServices/accounts/their-speech",
    "principalId": _PERSON,
    "senders": [{"id": _PERSON, "type": "ServicePrincipal"}],
    "readers": [{"id": _PERSON, "type": "Group"}],
    "location": "westeurope",
    "environmentName": "dev",
}
"""Values for parameters whose type does not suggest one."""

ALL_EXISTING = ("existingStorageAccountId", "existingCosmosAccountId", "existingSpeechAccountId")


@dataclass(frozen=True)
class Scenario:
    """Parameters of main.bicep, and the deployment that they make."""

    name: str
    plan: Plan

    @property
    def resources(self) -> list[Planned]:
        """What is deployed, existing resources that are only looked up among it."""
        return self.plan.resources


def scenarios(bicep: Tree, main: Source) -> Iterator[Scenario]:
    """Give the deployment by default, then one for each other value that a parameter has."""
    kinds = Kinds(bicep, main)
    parameters = main.file.all_of(tree.Parameter)
    needed = {one.name: SAMPLES.get(one.name, one.name) for one in parameters if one.default is None}
    yield Scenario("default", Plan.of(bicep, main, needed))
    for one in (one for one in parameters if one.default is not None):
        for value in _others(kinds, one):
            yield Scenario(f"{one.name}={value}", Plan.of(bicep, main, needed | {one.name: value}))
    existing = {name: SAMPLES[name] for name in ALL_EXISTING if name in {one.name for one in parameters}}
    yield Scenario("all existing, private", Plan.of(bicep, main, needed | existing | {"vnetEnabled": True}))


def _others(kinds: Kinds, parameter: tree.Parameter) -> list[Any]:
    """Return values besides the default: a switch turned, the other choices, something in place of nothing."""
    default = parameter.default
    if isinstance(default, tree.Constant) and isinstance(default.value, bool):
        return [not default.value]
    choices = [leaf.value for leaf in kinds.of_parameter(parameter, 0) if leaf.value is not None]
    if choices:
        shipped = default.literal if isinstance(default, tree.Text) else getattr(default, "value", None)
        return [value for value in choices if value != shipped]
    if isinstance(default, tree.Constant) and default.value == 0:
        return [7]
    if (isinstance(default, tree.Text) and default.literal == "") or parameter.name in SAMPLES:
        return [SAMPLES.get(parameter.name, "given.example")]
    return []
