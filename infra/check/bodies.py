"""Resource bodies against the type database: properties, types, enums, bounds, versions."""

from collections.abc import Generator, Iterator

from infra.check import tree
from infra.check.kinds import ANY, Kinds, Leaf, items_of
from infra.check.problem import Problem
from infra.check.schema import Basic, Kind, ListOf, OneOf, Prop, ResourceType, Shape, Variants
from infra.check.source import Placed, Tree
from infra.check.walk import Locals, inner

_OURS = {"name", "parent", "scope", "dependsOn"}
"""Properties that Bicep itself adds to every resource."""

Found = tuple[int, str, str]
Choosing = Generator[Found, None, Shape | None]


def check(bicep: Tree) -> Iterator[Problem]:
    """Give what is wrong with the resources of every file."""
    for source in bicep.sources.values():
        kinds = Kinds(bicep, source)
        for placed in source.resources:
            for line, kind, text in sorted(set(_resource(kinds, placed))):
                yield Problem(source.file.path, line, kind, text)


def _resource(kinds: Kinds, placed: Placed) -> Iterator[Found]:
    line, known = placed.resource.line, kinds.schema_of(placed)
    yield from _place(kinds, placed)
    if known is None:
        yield line, "unknown-type", f"the cache holds no type {placed.type}; see docs/infra.md for how to make it anew"
        return
    if placed.version != known.version:
        yield line, "api-version", f"{placed.type}@{placed.version}: the cache holds {known.version}"
    if known.body is None:
        return
    body, reach = inner(placed.resource.body)
    if isinstance(body, tree.Object):
        yield from _Values(kinds, known).body(body, reach, existing=placed.resource.existing)


def _place(kinds: Kinds, placed: Placed) -> Iterator[Found]:
    body, line = placed.body(), placed.resource.line
    parent, name = body.get("parent"), body.get("name")
    above = kinds.resource(parent) if parent is not None else None
    if above is not None and placed.type.rpartition("/")[0].lower() != above.type.lower():
        yield line, "wrong-type", f"{above.type} cannot be the parent of {placed.type}"
    parts = name.parts if isinstance(name, tree.Text) else ()
    slashes = sum(part.count("/") for part in parts if isinstance(part, str))
    wanted = 0 if parent is not None or placed.within else placed.type.count("/") - 1
    if slashes != wanted:
        yield line, "missing-property", f"{placed.type} needs a parent, or {wanted} '/' in its name, not {slashes}"


class _Values:
    """Checks values against one resource type."""

    def __init__(self, kinds: Kinds, known: ResourceType) -> None:
        self._kinds = kinds
        self._known = known

    def body(self, body: tree.Object, reach: Locals, *, existing: bool) -> Iterator[Found]:
        """Give what is wrong with a resource's body; an existing one is only found, so nothing else is set."""
        if existing:
            for one in body.properties:
                if one.key not in _OURS:
                    yield one.line, "unknown-property", f"an existing resource has no {one.key} to set"
            if body.get("name") is None:
                yield body.line, "missing-property", f"{self._known.name} needs name"
            return
        kind = self._known.kind(self._known.body or ANY)
        shape = (yield from self._variant(body, kind, reach)) if isinstance(kind, Variants) else kind
        if isinstance(shape, Shape):
            ours = {name: Prop("any") for name in _OURS - shape.properties.keys()}
            yield from self._object(body, Shape(shape.properties | ours, shape.additional), reach, self._known.name)

    def _value(self, expr: tree.Expr, prop: Prop, reach: Locals, where: str) -> Iterator[Found]:
        kind = self._known.kind(prop.type)
        for leaf in self._kinds.leaves(expr, reach):
            if leaf.kind == ANY or kind == Basic(ANY):
                continue
            if leaf.kind == "null":
                if prop.required:
                    yield leaf.line, "missing-property", f"{where} is required and may be null"
                continue
            yield from self._leaf(leaf, kind, where)
            yield from bounds(leaf, {name: prop.bound(name) for name in BOUNDS}, where)

    def _leaf(self, leaf: Leaf, kind: Kind, where: str) -> Iterator[Found]:
        wanted = _wanted(kind)
        if leaf.kind != wanted:
            yield leaf.line, "wrong-type", f"{where} must be {wanted}, not {leaf.kind}"
            return
        match kind:
            case OneOf(literals):
                if leaf.value is not None and leaf.value not in literals:
                    yield leaf.line, "enum", f"{where} is {leaf.value!r}, not one of {', '.join(literals)}"
            case ListOf(item):
                for one, reach in items_of(leaf):
                    yield from self._value(one, Prop(item), reach, f"{where}[]")
            case Shape() if isinstance(leaf.expr, tree.Object):
                yield from self._object(leaf.expr, kind, dict(leaf.reach), where)
            case Variants() if isinstance(leaf.expr, tree.Object):
                shape = yield from self._variant(leaf.expr, kind, dict(leaf.reach))
                if shape is not None:
                    yield from self._object(leaf.expr, shape, dict(leaf.reach), where)

    def _variant(self, body: tree.Object, kind: Variants, reach: Locals) -> Choosing:
        chosen = body.get(kind.discriminator)
        if chosen is None:
            yield body.line, "missing-property", f"{kind.discriminator} is required"
            return None
        leaves = self._kinds.leaves(chosen, reach)
        for leaf in leaves:
            if leaf.value is not None and leaf.value not in kind.elements:
                yield (
                    leaf.line,
                    "enum",
                    f"{kind.discriminator} is {leaf.value!r}, not one of {', '.join(kind.elements)}",
                )
        return kind.elements.get(str(leaves[0].value)) if len(leaves) == 1 else None

    def _object(self, body: tree.Object, shape: Shape, reach: Locals, where: str) -> Iterator[Found]:
        for one in body.properties:
            if isinstance(one.key, tree.Text):
                prop = Prop(shape.additional) if shape.additional else None
            else:
                prop = shape.properties.get(one.key) or (Prop(shape.additional) if shape.additional else None)
            name = one.key if isinstance(one.key, str) else "${…}"
            if prop is None:
                yield one.line, "unknown-property", f"{where} has no {name}{_meant(name, shape)}"
            elif prop.read_only:
                yield one.line, "read-only", f"{where}.{name} is set by Azure only"
            else:
                yield from self._value(one.value, prop, reach, f"{where}.{name}")
        given = {one.key for one in body.properties}
        for name, prop in shape.properties.items():
            if prop.required and not prop.read_only and name not in given:
                yield body.line, "missing-property", f"{where} needs {name}"


BOUNDS = ("minLength", "maxLength", "minValue", "maxValue")


def bounds(leaf: Leaf, limits: dict[str, int | None], where: str) -> Iterator[Found]:
    """Give where a literal passes its bounds: a string's or array's length, an int's value."""
    size: int | None = None
    if isinstance(leaf.value, str):
        size = len(leaf.value)
    elif isinstance(leaf.expr, tree.Array):
        size = len(leaf.expr.items)
    value = leaf.value if isinstance(leaf.value, int) else None
    for name, found, least in (
        ("Length", size, True),
        ("Length", size, False),
        ("Value", value, True),
        ("Value", value, False),
    ):
        limit = limits.get(("min" if least else "max") + name)
        if limit is not None and found is not None and (found < limit if least else found > limit):
            yield leaf.line, "bounds", f"{where}: {name.lower()} {found}, {'at least' if least else 'at most'} {limit}"


def _wanted(kind: Kind) -> str:
    match kind:
        case Basic(name):
            return name
        case OneOf():
            return "string"
        case ListOf():
            return "array"
        case _:
            return "object"


def _meant(name: str, shape: Shape) -> str:
    same = [one for one in shape.properties if one.lower() == name.lower()]
    return f"; meant: {same[0]}" if same else ""
