"""What `azd` requires: main.parameters.json, tags, outputs, the service of azure.yaml."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.check.deployment import SITE, Deployment
from infra.check.problem import Problem

PARAMETERS = "main.parameters.json"
GROUPS = "Microsoft.Resources/resourceGroups"
OUTPUTS = ("AZURE_LOCATION", "AZURE_TENANT_ID", "AZURE_RESOURCE_GROUP")
"""Outputs that azd and its hooks read."""

_FORM = re.compile(r"\$\{(\w+)(?:=(.*))?\}")
_SERVICE = re.compile(r"^services:\n  (\w+):", re.MULTILINE)
_AZURE_YAML = {
    r"^    host: function$": "host: function",
    # Without it azd packs this machine's packages, and those with compiled parts do not run on Azure's machines.
    r"^    remoteBuild: true$": "remoteBuild: true",
    r'^  azd: "?>= 1\.(2[3-9]|[3-9]\d)': "requiredVersions azd: >= 1.23.5, the first that knows remoteBuild",
}
"""Lines that azure.yaml needs, and their names in a message."""


def check_files(infra: Path, outline: dict[str, Any]) -> Iterator[Problem]:
    """Yield what would make azd fail before it deploys."""
    path = infra / PARAMETERS
    given = json.loads(path.read_text("utf-8"))["parameters"] if path.exists() else {}
    for name, said in given.items():
        if name not in outline["parameters"]:
            yield Problem("azd", PARAMETERS, f"main.bicep has no parameter {name}")
            continue
        form = _FORM.fullmatch(said["value"]) if isinstance(said["value"], str) else None
        parameter = outline["parameters"][name]
        allowed = ["false", "true"] if parameter["type"] == "bool" else parameter.get("allowed", [])
        if form and form[2] and allowed and form[2] not in map(str, allowed):
            yield Problem("azd", PARAMETERS, f"{name} is {form[2]!r} by default, not one of {', '.join(allowed)}")
    for name, parameter in outline["parameters"].items():
        if parameter["required"] and name not in given:
            yield Problem("azd", PARAMETERS, f"main.bicep demands {name}")
    azure = _text(infra.parent / "azure.yaml")
    for pattern, line in _AZURE_YAML.items():
        if not re.search(pattern, azure, re.MULTILINE):
            yield Problem("azd", "azure.yaml", f"lacks {line}")
    for name in OUTPUTS:
        if name not in outline["outputs"]:
            yield Problem("azd", "main.bicep", f"there is no output {name}")


def check(infra: Path, one: Deployment) -> Iterator[Problem]:
    """Yield what azd would not find in a deployment."""
    service = _SERVICE.search(_text(infra.parent / "azure.yaml"))
    for group in one.of(GROUPS):
        if not group.get("tags.azd-env-name"):
            yield Problem("azd", GROUPS, "no tag azd-env-name: azd does not find it again")
    for site in one.of(SITE):
        if service is None or site.get("tags.azd-service-name") != service[1]:
            named = service[1] if service else "nothing"
            text = f"azd-service-name is {site.get('tags.azd-service-name')}, azure.yaml names {named}"
            yield Problem("azd", SITE, text)


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
