"""What waits for what: values that must be known before anything is deployed, and circles.

Bicep decides names, scopes, conditions and loops before it begins, so none of them may rest on what only a deployed
resource or module tells: error BCP120, BCP178 for loops. A circle is BCP080.
"""

from collections.abc import Iterator

from infra.check import tree
from infra.check.kinds import Kinds
from infra.check.problem import Problem
from infra.check.source import Source, Tree
from infra.check.walk import expressions, walk

_KNOWN = {"id", "name", "type", "apiVersion"}
"""What is known of a resource before it is deployed."""

_AT_START = ("name", "scope")


def check(bicep: Tree) -> Iterator[Problem]:
    """Give what is asked for too early, and what waits for itself, in every file."""
    for source in bicep.sources.values():
        kinds = Kinds(bicep, source)
        made: list[tree.Resource | tree.Module] = [placed.resource for placed in source.resources]
        for one in made + source.file.all_of(tree.Module):
            for what, expr in _at_start(one.body):
                for name in sorted(_later(kinds, expr, frozenset())):
                    text = f"{what} of {one.name} rests on {name}, which is known only once that is deployed"
                    yield Problem(source.file.path, expr.line, "too-early", text)
        yield from _circles(source)


def _at_start(body: tree.Expr) -> Iterator[tuple[str, tree.Expr]]:
    while isinstance(body, tree.For | tree.If):
        yield ("the loop", body.over) if isinstance(body, tree.For) else ("the condition", body.condition)
        body = body.body
    if isinstance(body, tree.Object):
        yield from ((name, value) for name in _AT_START if (value := body.get(name)) is not None)


def _later(kinds: Kinds, expr: tree.Expr, seen: frozenset[str]) -> set[str]:
    """Return the resources and modules on whose deployment an expression rests, also by way of variables."""
    found = set[str]()
    for node, reach in walk(expr):
        if isinstance(node, tree.Member):
            module, placed = kinds.module(node.of), kinds.resource(node.of)
            if module is not None:
                found.add(module.name)
            elif placed is not None and node.name not in _KNOWN:
                found.add(placed.resource.name)
        elif isinstance(node, tree.Name) and node.name not in reach and node.name not in seen:
            declared = kinds.source.symbols.get(node.name)
            if isinstance(declared, tree.Variable):
                found |= _later(kinds, declared.value, seen | {node.name})
    return found


def _circles(source: Source) -> Iterator[Problem]:
    waits = {name: _named(one) & source.symbols.keys() for name, one in source.symbols.items()}
    reported = set[str]()
    for start in waits:
        path, ahead = list[str](), [(start, 0)]
        while ahead and start not in reported:
            name, depth = ahead.pop()
            path = [*path[:depth], name]
            for other in sorted(waits[name]):
                if other == start:
                    reported |= set(path)
                    text = f"waits for itself: {' -> '.join([*path, start])}"
                    yield Problem(source.file.path, source.symbols[start].line, "circle", text)
                    break
                if other not in path:
                    ahead.append((other, depth + 1))


def _named(one: tree.Declaration) -> set[str]:
    if isinstance(one, tree.Function | tree.TypeName | tree.Import):
        return set()
    found = set[str]()
    for expr in expressions(one):
        found |= {node.name for node, reach in walk(expr) if isinstance(node, tree.Name) and node.name not in reach}
    return found
