"""What `azd` expects: main.parameters.json, tags, outputs, the service of azure.yaml."""

import json
import re
from collections.abc import Iterator

from infra.check import tree
from infra.check.kinds import Kinds
from infra.check.problem import Problem
from infra.check.scenarios import Scenario
from infra.check.source import Source, Tree

_FORM = re.compile(r"\$\{(\w+)(?:=(.*))?\}")
_SERVICE = re.compile(r"^services:\n  (\w+):", re.MULTILINE)
OUTPUTS = ("AZURE_LOCATION", "AZURE_TENANT_ID", "AZURE_RESOURCE_GROUP")
"""Outputs that azd and its hooks look for."""


def check(bicep: Tree, main: Source, default: Scenario) -> Iterator[Problem]:
    """Give what azd would stumble over."""
    yield from _parameters(bicep, main)
    outputs = {one.name for one in main.file.all_of(tree.Output)}
    for name in OUTPUTS:
        if name not in outputs:
            yield Problem(main.file.path, 1, "azd", f"there is no output {name}")
    for one in default.resources:
        if (
            one.type == "Microsoft.Resources/resourceGroups"
            and not one.existing
            and not one.get("tags", "azd-env-name")
        ):
            yield Problem(
                one.file, one.line, "azd", "the resource group has no tag azd-env-name: azd does not find it again"
            )
    yield from _services(bicep, default)


def _parameters(bicep: Tree, main: Source) -> Iterator[Problem]:
    path = bicep.root / "main.parameters.json"
    shown = str(path.relative_to(bicep.root.parent))
    if not path.exists():
        yield Problem(shown, 1, "missing-file", "it is not there, and azd reads the parameters from it")
        return
    lines = path.read_text("utf-8").splitlines()
    given = json.loads("\n".join(lines))["parameters"]
    wanted = {one.name: one for one in main.file.all_of(tree.Parameter)}
    kinds = Kinds(bicep, main)
    for name, said in given.items():
        line = next((at for at, text in enumerate(lines, 1) if f'"{name}"' in text), 1)
        if name not in wanted:
            yield Problem(shown, line, "module-parameter", f"main.bicep has no parameter {name}")
        elif isinstance(value := said["value"], str) and (form := _FORM.fullmatch(value)):
            allowed = [
                str(leaf.value).lower() for leaf in kinds.of_parameter(wanted[name], 0) if leaf.value is not None
            ]
            if form[2] and allowed and form[2].lower() not in allowed:
                yield Problem(shown, line, "enum", f"{name} is {form[2]!r} by default, not one of {', '.join(allowed)}")
    for name, parameter in wanted.items():
        if parameter.default is None and name not in given:
            yield Problem(shown, 1, "module-parameter", f"main.bicep demands {name}")


def _services(bicep: Tree, default: Scenario) -> Iterator[Problem]:
    path = bicep.root.parent / "azure.yaml"
    found = _SERVICE.search(path.read_text("utf-8")) if path.exists() else None
    sites = [one for one in default.resources if one.type == "Microsoft.Web/sites" and not one.existing]
    for one in sites:
        if found is None or one.get("tags", "azd-service-name") != found[1]:
            named = found[1] if found else "nothing"
            text = f"azd-service-name is {one.get('tags', 'azd-service-name')}, azure.yaml names {named}"
            yield Problem(one.file, one.line, "azd", text)
