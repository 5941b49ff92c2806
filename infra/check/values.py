"""What Bicep comes to before it is deployed: values, and what only Azure will know."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

OPEN, CLOSE = "<~", "~>"
"""Around what is not known, where it stands in a string."""


@dataclass(frozen=True)
class Unknown:
    """What is known only once deployed."""

    text: str

    def __str__(self) -> str:
        return f"{OPEN}{self.text}{CLOSE}"


@dataclass(frozen=True)
class Planned:
    """A resource as it would be deployed. `body` is empty for an existing one."""

    type: str
    name: str
    id: str
    existing: bool
    body: dict[str, Any]
    file: str
    line: int
    scope: str = ""

    def get(self, *path: str) -> Any:  # noqa: ANN401 - whatever the Bicep says there
        """Return what is at a path of the body: None if it is not set, Unknown below what is not known."""
        here: Any = self.body
        for name in path:
            if isinstance(here, Unknown):
                return here
            here = here.get(name) if isinstance(here, dict) else None
        return here


@dataclass(frozen=True)
class Running:
    """An object of a resource that runs: what the Bicep says of it, and whatever Azure adds."""

    said: dict[str, Any]
    text: str


@dataclass(frozen=True)
class Passed:
    """A value that a module was given for one of its parameters."""

    to: str
    parameter: str
    value: Any
    file: str
    line: int


@dataclass(frozen=True)
class Deployed:
    """A module as it would be deployed."""

    name: str
    outputs: dict[str, Any] = field(default_factory=dict)


SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
AMBIENT: dict[str, Any] = {
    "subscription": {
        "id": f"/subscriptions/{SUBSCRIPTION}",
        "subscriptionId": SUBSCRIPTION,
        "tenantId": "00000000-0000-4000-8000-000000000002",
        "displayName": "a subscription",
    },
    "resourceGroup": {
        "id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/group",
        "name": "group",
        "location": "westeurope",
        "tags": {},
    },
    "tenant": {"tenantId": "00000000-0000-4000-8000-000000000002"},
    "deployment": {"name": "deployment", "location": "westeurope"},
    "deployer": {
        "objectId": "00000000-0000-4000-8000-000000000003",
        "tenantId": "00000000-0000-4000-8000-000000000002",
    },
    "environment": {
        "name": "AzureCloud",
        "suffixes": {"storage": "core.windows.net", "sqlServerHostname": ".database.windows.net"},
        "resourceManager": "https://management.azure.com/",
        "authentication": {"loginEndpoint": "https://login.microsoftonline.com/"},
    },
}
"""What functions that ask for the surroundings give: any values would do, these are recognizable."""


def call(name: str, given: list[Any]) -> Any:  # noqa: ANN401 - as Bicep's own functions
    """Return what a function without a lambda gives; Unknown where an argument or the function is not known."""
    if name in AMBIENT:
        return AMBIENT[name]
    function = _FUNCTIONS.get(name)
    # These look at how many there are, or take unknown parts as they are.
    if function is None or (any(isinstance(one, Unknown) for one in given) and name not in _TOLERANT):
        return Unknown(f"{name}({', '.join(map(str, given))})")
    return function(*given)


def _unique(*given: object) -> str:
    return sha256("|".join(map(str, given)).encode()).hexdigest()[:13]


def _guid(*given: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(map(str, given))))


def _union(first: Any, *others: Any) -> Any:  # noqa: ANN401 - of lists or of objects
    if isinstance(first, list):
        return first + [one for other in others for one in other if one not in first]
    merged = dict(first)
    for other in others:
        for key, value in other.items():
            both = isinstance(value, dict) and isinstance(merged.get(key), dict)
            merged[key] = _union(merged[key], value) if both else value
    return merged


def _concat(*given: Any) -> Any:  # noqa: ANN401 - of lists or of strings
    if isinstance(given[0], list):
        return [one for part in given for one in (part if isinstance(part, list) else [part])]
    return "".join(map(str, given))


def _resource_id(*given: str) -> str:
    at = next(index for index, one in enumerate(given) if "/" in one and "." in one.split("/")[0])
    kinds, names = given[at].split("/"), given[at + 1 :]
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(kinds[1:], names, strict=False))
    return f"{AMBIENT['resourceGroup']['id']}/providers/{kinds[0]}/{pairs}"


def _subscription_resource_id(*given: str) -> str:
    whole = _resource_id(*given)
    return whole.replace("/resourceGroups/group", "")


def _format(text: str, *given: object) -> str:
    for index, one in enumerate(given):
        text = text.replace(f"{{{index}}}", str(one))
    return text


def _empty(one: Any) -> bool:  # noqa: ANN401 - of anything
    return one is None or one in ("", [], {})


def _contains(one: Any, other: Any) -> bool:  # noqa: ANN401 - of anything
    return other in one


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "any": lambda one: one,
    "array": lambda one: one if isinstance(one, list) else [one],
    "bool": lambda one: str(one).lower() == "true",
    "coalesce": lambda *given: next((one for one in given if one is not None), None),
    "concat": _concat,
    "contains": _contains,
    "empty": _empty,
    "endsWith": lambda one, end: one.lower().endswith(end.lower()),
    "first": lambda one: one[0] if one else None,
    "flatten": lambda one: [item for part in one for item in part],
    "format": _format,
    "guid": _guid,
    "indexOf": lambda one, other: one.lower().find(other.lower()),
    "int": int,
    "items": lambda one: [{"key": key, "value": one[key]} for key in sorted(one)],
    "join": lambda one, between: between.join(map(str, one)),
    "last": lambda one: one[-1] if one else None,
    "length": len,
    "max": lambda *given: max(given[0] if isinstance(given[0], list) else given),
    "min": lambda *given: min(given[0] if isinstance(given[0], list) else given),
    "objectKeys": sorted,
    "padLeft": lambda one, width, fill=" ": str(one).rjust(width, fill),
    "range": lambda start, count: list(range(start, start + count)),
    "replace": lambda one, old, new: one.replace(old, new),
    "resourceId": _resource_id,
    "shallowMerge": lambda one: {key: value for part in one for key, value in part.items()},
    "skip": lambda one, count: one[count:],
    "split": lambda one, at: one.split(at) if isinstance(at, str) else [one],
    "startsWith": lambda one, start: one.lower().startswith(start.lower()),
    "string": lambda one: str(one).lower() if isinstance(one, bool) else str(one),
    "subscriptionResourceId": _subscription_resource_id,
    "substring": lambda one, start, count=None: one[start:] if count is None else one[start : start + count],
    "take": lambda one, count: one[:count],
    "toLower": lambda one: one.lower(),
    "toUpper": lambda one: one.upper(),
    "trim": lambda one: one.strip(),
    "union": _union,
    "uniqueString": _unique,
}
_TOLERANT = {"any", "array", "concat", "coalesce", "guid", "uniqueString", "join", "format", "string"}
