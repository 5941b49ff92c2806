"""What a resource type may hold, from the cache in infra/types; `python -m infra.check.cache` makes it anew.

A type's file: `type`, `apiVersion`, `source`, `body` (the name of its outermost type) and `types`: for each name the
`properties` (each `[type, flags, bounds]`; flags r, o, w: required, read-only, write-only), with `additional` the type
of any other property, or `discriminator` with `elements`. A `body` of null: the database knows only the name.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

TYPES = Path(__file__).parent.parent / "types"
BY_HAND = TYPES / "by-hand"


@dataclass(frozen=True)
class Prop:
    """A property: its type as the database writes it, its flags, its bounds."""

    type: str
    required: bool = False
    read_only: bool = False
    bounds: str = ""

    def bound(self, name: str) -> int | None:
        """Return minLength, maxLength, minValue or maxValue; None where there is none."""
        pairs = (part.partition(": ") for part in self.bounds.split(", "))
        return next((int(value) for key, _, value in pairs if key == name), None)


@dataclass(frozen=True)
class Shape:
    """An object: its properties, and the type of those it does not name (None: there may be none)."""

    properties: dict[str, Prop]
    additional: str | None = None


@dataclass(frozen=True)
class Variants:
    """An object whose shape depends on the literal at `discriminator`."""

    discriminator: str
    elements: dict[str, Shape]


@dataclass(frozen=True)
class OneOf:
    """One of some literals. Where the database says `| string` too, others may work, but ours must not use them."""

    literals: tuple[str, ...]


@dataclass(frozen=True)
class ListOf:
    """An array of a type."""

    item: str


@dataclass(frozen=True)
class Basic:
    """string, int, bool, object, array or any."""

    name: str


Kind = Shape | Variants | OneOf | ListOf | Basic
BASIC = {"string", "int", "bool", "object", "array", "any"}


@dataclass(frozen=True)
class ResourceType:
    """One resource type at the one API version that the cache holds."""

    name: str
    version: str
    source: str
    body: str | None
    types: dict[str, Shape | Variants] = field(repr=False)

    def kind(self, written: str) -> Kind:
        """Return what a type as the database writes it means."""
        if written.endswith("[]"):
            return ListOf(written[:-2])
        if written in BASIC:
            return Basic(written)
        if written in self.types:
            return self.types[written]
        return OneOf(tuple(part for part in written.split(" | ") if part != "string"))


@cache
def resource_types() -> dict[str, ResourceType]:
    """Return every cached type by its name in lower case; those written by hand fill what the database lacks."""
    found = {}
    for path in sorted(TYPES.glob("*.json")) + sorted(BY_HAND.glob("*.json")):
        one = _load(json.loads(path.read_text("utf-8")))
        found[one.name.lower()] = one
    return found


def _load(data: dict[str, Any]) -> ResourceType:
    types = {name: _type(written) for name, written in data["types"].items()}
    return ResourceType(data["type"], data["apiVersion"], data["source"], data["body"], types)


def _type(data: dict[str, Any]) -> Shape | Variants:
    if "discriminator" in data:
        base = data["properties"]
        shapes = {key: _shape({"properties": base | one["properties"]}) for key, one in data["elements"].items()}
        return Variants(data["discriminator"], shapes)
    return _shape(data)


def _shape(data: dict[str, Any]) -> Shape:
    return Shape({name: _prop(*parts) for name, parts in data["properties"].items()}, data.get("additional"))


def _prop(written: str, flags: str = "", bounds: str = "") -> Prop:
    return Prop(written, "r" in flags, "o" in flags, bounds)
