"""The outline of the compiled template: parameters, outputs, and dependencies between resources.

A snapshot has no dependencies, and does not say what a parameter allows. The template does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MODULE = "Microsoft.Resources/deployments"
_SYMBOL = re.compile(r"\w+")


def outline(template: dict[str, Any]) -> dict[str, Any]:
    """Return what the rules need of a template with symbolic names (languageVersion 2.0)."""
    return {
        "parameters": {
            name: {
                "type": said.get("type", said.get("$ref")),
                "required": "defaultValue" not in said and not said.get("nullable", False),
                "default": said.get("defaultValue"),
                **({"allowed": said["allowedValues"]} if "allowedValues" in said else {}),
            }
            for name, said in template["parameters"].items()
        },
        "outputs": sorted(template["outputs"]),
        "resources": dict(_resources(template, "")),
    }


def _resources(template: dict[str, Any], within: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, said in template["resources"].items():
        if said.get("existing"):
            continue
        # A dependency on a resource of a loop is an expression: `[format('links[{0}]', copyIndex())]`.
        after = {_symbol(one) for one in said.get("dependsOn", [])}
        made = {one for one in after if not template["resources"][one].get("existing")}
        serial = said.get("copy", {}).get("mode") == "serial"
        yield (
            within + name,
            {
                "type": said["type"],
                "after": sorted(within + one for one in made),
                **({"serial": True} if serial else {}),
            },
        )
        if said["type"] == MODULE:
            yield from _resources(said["properties"]["template"], f"{within}{name}/")


def _symbol(dependency: str) -> str:
    words: list[str] = _SYMBOL.findall(dependency)
    return words[1] if words[0] == "format" else words[0]


@dataclass(frozen=True)
class Order:
    """The order in which the resources of the outline are created."""

    resources: dict[str, dict[str, Any]]

    def of(self, kind: str) -> list[str]:
        """Return the resources of a type, as `module/symbol`."""
        return [name for name, one in self.resources.items() if one["type"] == kind]

    def before(self, name: str) -> set[str]:
        """Return everything that is created before a resource, including what modules contain."""
        found, ahead = set[str](), [name]
        while ahead:
            one = ahead.pop()
            module, _, inside = one.partition("/")
            after = [*self.resources[one]["after"], *(self.resources[module]["after"] if inside else [])]
            within = [other for each in after for other in self.resources if other.startswith(f"{each}/")]
            new = {*after, *within} - found
            found |= new
            ahead += new
        return found
