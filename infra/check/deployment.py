"""Reads a snapshot: the resources of a deployment as plain JSON, with expressions for values only Azure knows."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_REFERENCE = re.compile(r"reference\('([^']+)'")
_EXTENDS = re.compile(r"^\[extensionResourceId\('([^']+)'")
_LAST_LITERAL = re.compile(r"'([^']*)'\)+\]$")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

SITE = "Microsoft.Web/sites"
SETTINGS = "Microsoft.Web/sites/config"


@dataclass(frozen=True)
class Resource:
    """A resource of a snapshot. `body` is what is sent to Azure."""

    body: dict[str, Any]

    @property
    def type(self) -> str:
        """The type, such as `Microsoft.Web/sites`."""
        return str(self.body["type"])

    @property
    def id(self) -> str:
        """The resource id, or an expression if only Azure knows a part of it."""
        return str(self.body["id"])

    @property
    def name(self) -> str:
        """The last part of the name."""
        return str(self.body["name"]).rpartition("/")[2]

    @property
    def scope(self) -> str:
        """The id of the resource that an extension resource, such as a role assignment, extends."""
        extends = _EXTENDS.match(self.id)
        before, _, _ = self.id.rpartition("/providers/")
        return extends[1] if extends else before

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the value at a path such as `properties.siteConfig.minTlsVersion`; None if there is none."""
        found: Any = self.body
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        return found


@dataclass(frozen=True)
class Deployment:
    """One of the deployments: its parameter file and its resources."""

    name: str
    parameters: str
    snapshot: dict[str, Any]

    @classmethod
    def read(cls, parameters: Path) -> "Deployment":
        """Return the deployment of a .bicepparam file. Raises OSError or ValueError if its snapshot cannot be read."""
        snapshot = json.loads(parameters.with_suffix(".snapshot.json").read_text("utf-8"))
        return cls(parameters.stem, parameters.read_text("utf-8"), snapshot)

    @cached_property
    def resources(self) -> list[Resource]:
        """Every resource that is created. A snapshot does not contain existing resources."""
        return [Resource(one) for one in self.snapshot["predictedResources"]]

    def of(self, kind: str) -> list[Resource]:
        """Return the resources of a type."""
        return [one for one in self.resources if one.type == kind]

    @property
    def settings(self) -> dict[str, Any]:
        """The app's settings."""
        return {
            name: value
            for one in self.of(SETTINGS)
            if one.name == "appsettings"
            for name, value in one.body.get("properties", {}).items()
        }

    @property
    def identities(self) -> set[str]:
        """The resource ids of the app's identities."""
        return {name for one in self.of(SITE) for name in one.get("identity.userAssignedIdentities") or {}}

    @property
    def principals(self) -> set[str]:
        """The object ids that the parameter file names."""
        return set(_GUID.findall("\n".join(line for line in self.parameters.splitlines() if "/" not in line)))


def known(value: object) -> bool:
    """Return whether a value is known before the deployment, so is no expression."""
    return not (isinstance(value, str) and value.startswith("["))


def referenced(value: object) -> str:
    """Return the id of the resource that an expression reads; empty if it reads none."""
    found = _REFERENCE.search(str(value))
    return found[1] if found else ""


def last_literal(value: object) -> str:
    """Return the last literal of an expression, such as the container at the end of a URL; of a text its last part."""
    found = _LAST_LITERAL.search(str(value))
    return (found[1] if found else str(value)).rpartition("/")[2]


def strings(value: object) -> Iterator[str]:
    """Yield every string in JSON, including keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield key
            yield from strings(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from strings(inside)
