"""Which deployments are looked at: main.bicep as it stands, and each of its switches turned by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.check import tree
from infra.check.kinds import Kinds
from infra.check.plan import Modules, Plan
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
    """Give the deployment by default, then one for each switch turned, then rounds in which all choices are others."""
    kinds = Kinds(bicep, main)
    parameters = main.file.all_of(tree.Parameter)
    needed = {one.name: SAMPLES.get(one.name, one.name) for one in parameters if one.default is None}

    modules: Modules = {}

    def scenario(name: str, given: dict[str, Any]) -> Scenario:
        return Scenario(name, Plan.of(bicep, main, needed | given, modules))

    yield scenario("default", {})
    for one in parameters:
        if (turned := _turned(one)) is not None:
            yield scenario(f"{one.name}={turned}", {one.name: turned})
    others = {one.name: found for one in parameters if (found := _other_choices(kinds, one))}
    for turn in range(max(map(len, others.values()), default=0)):
        chosen = {name: values[min(turn, len(values) - 1)] for name, values in others.items()}
        yield scenario(f"other choices, round {turn + 1}", chosen | {"principalId": _PERSON})
    existing = {name: SAMPLES[name] for name in ALL_EXISTING if name in {one.name for one in parameters}}
    yield scenario("all existing, private", existing | {"vnetEnabled": True})


def _turned(parameter: tree.Parameter) -> Any | None:  # noqa: ANN401 - of Bicep
    """Return the other way of a switch, something in place of nothing; None for a parameter that is neither."""
    match parameter.default:
        case tree.Constant(value=bool() as value):
            return not value
        case tree.Text(parts=()) | tree.Array(items=()):
            return SAMPLES.get(parameter.name, "given.example")
        case _:
            return None


def _other_choices(kinds: Kinds, parameter: tree.Parameter) -> list[Any]:
    """Return the choices that a parameter has besides its default; for a number that is 0 by default some other."""
    match parameter.default:
        case tree.Constant(value=0 as value) if value is not False:
            return [7]
        case tree.Constant(value=value):
            default: object = value
        case tree.Text() as text:
            default = text.literal
        case _:
            return []
    choices = [leaf.value for leaf in kinds.of_parameter(parameter, 0) if leaf.value is not None]
    return [value for value in choices if value != default]
