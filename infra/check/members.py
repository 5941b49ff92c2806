"""What is read from resources, modules and variables: `res.properties.x`, `mod.outputs.x`, `settings.x`."""

from collections.abc import Iterator

from infra.check import tree
from infra.check.kinds import Kinds, Leaf
from infra.check.problem import Problem
from infra.check.schema import Kind, ListOf, ResourceType, Shape, Variants
from infra.check.source import Tree
from infra.check.walk import Locals, expressions, walk

Found = tuple[int, str, str]
_OF_MODULE = {"outputs", "name"}


def check(bicep: Tree) -> Iterator[Problem]:
    """Give what is read and is not there, in every file."""
    for source in bicep.sources.values():
        kinds = Kinds(bicep, source)
        declared = [one for one in source.file.declarations if not isinstance(one, tree.Resource)]
        for one in [*declared, *(placed.resource for placed in source.resources)]:
            for expr in expressions(one):
                for node, reach in walk(expr):
                    if isinstance(node, tree.Member):
                        for line, kind, text in _read(kinds, node, reach):
                            yield Problem(source.file.path, line, kind, text)


def _read(kinds: Kinds, node: tree.Member, reach: Locals) -> Iterator[Found]:
    if (module := kinds.module(node.of)) is not None:
        if node.name not in _OF_MODULE:
            yield node.line, "module-output", f"a module has outputs, not {node.name}"
        elif isinstance(module.body, tree.For) and not isinstance(node.of, tree.Index):
            yield node.line, "module-output", f"{module.name} is a loop: say which, as in {module.name}[0]"
    elif isinstance(node.of, tree.Member) and node.of.name == "outputs" and (above := kinds.module(node.of.of)):
        there = kinds.bicep.beside(kinds.source, above.path)
        if there is not None and kinds.output(node) is None:
            yield node.line, "module-output", f"{there.file.path} has no output {node.name}"
    elif (base := _base(node)) is not None and (placed := kinds.resource(base[0])) is not None:
        known = kinds.schema_of(placed)
        if known is not None and known.body is not None:
            yield from _of_resource(node, known, base[1])
    elif not node.safe:
        yield from _of_value(kinds, node, reach)


def _base(node: tree.Expr) -> tuple[tree.Expr, list[str]] | None:
    """Return what a chain of members begins with, and the members; `[]` stands for an index."""
    match node:
        case tree.Member(_, of, name, _):
            found = _base(of)
            return (found[0], [*found[1], name]) if found else None
        case tree.Index(_, of, _):
            found = _base(of)
            # x[i].y of a resource loop: the index belongs to the resource's name.
            return (node, []) if found and not found[1] else (found[0], [*found[1], "[]"]) if found else None
        case tree.Name() | tree.Nested():
            return node, []
        case _:
            return None


def _of_resource(node: tree.Member, known: ResourceType, path: list[str]) -> Iterator[Found]:
    here: list[Kind] = [known.kind(known.body or "any")]
    for depth, name in enumerate(path):
        last = depth == len(path) - 1
        found = [kind for one in here for kind in _inside(known, one, name)]
        if not found:
            if last and not any(_open(one) for one in here):
                yield node.line, "runtime-property", f"{known.name} has no {'.'.join(path)}"
            return
        here = found


def _inside(known: ResourceType, kind: Kind, name: str) -> list[Kind]:
    match kind:
        case ListOf(item) if name == "[]":
            return [known.kind(item)]
        case Shape(properties, additional):
            written = properties[name].type if name in properties else additional
            return [known.kind(written)] if written else []
        case Variants(_, elements):
            return [found for shape in elements.values() for found in _inside(known, shape, name)]
        case _:
            return []


def _open(kind: Kind) -> bool:
    return getattr(kind, "name", "") in {"any", "object", "array"}


def _of_value(kinds: Kinds, node: tree.Member, reach: Locals) -> Iterator[Found]:
    leaves = kinds.leaves(node.of, reach)
    lacking = [leaf for leaf in leaves if _lacks(leaf, node.name)]
    if lacking and len(lacking) == len(leaves):
        yield node.line, "undefined", f"nothing here has {node.name}; use .? if that may be"
    elif lacking:
        yield node.line, "undefined", f"the one on line {lacking[0].line} has no {node.name}; use .? if that may be"


def _lacks(leaf: Leaf, name: str) -> bool:
    if isinstance(leaf.expr, tree.Object):
        return leaf.expr.get(name) is None and all(isinstance(one.key, str) for one in leaf.expr.properties)
    return leaf.written is not None and leaf.written.form == "shape" and leaf.member(name) is None
