"""The map of resources as Mermaid text, made from the Bicep itself: `python -m infra.check.picture`.

A box is a module, what is in it are its resources; []: one for each of a list, dashed: only under a condition. An arrow
goes from what is made to what takes something of it.
"""

import sys
from collections.abc import Iterator

from infra.check import tree
from infra.check.kinds import Kinds
from infra.check.source import INFRA, Placed, Source, Tree
from infra.check.walk import walk


def draw(bicep: Tree, main: Source) -> str:
    """Return the map, a Mermaid flowchart."""
    lines = ["flowchart LR"]
    lines += _resources(bicep, main, "main")
    for module in main.file.all_of(tree.Module):
        other = bicep.beside(main, module.path)
        if other is not None:
            title = f"{module.name}{_mark(module.body)}"
            lines += [f'  subgraph {module.name}["{title}"]', *_resources(bicep, other, module.name), "  end"]
            if isinstance(module.body, tree.If):
                lines.append(f"  style {module.name} stroke-dasharray: 5 5")
    for module in main.file.all_of(tree.Module):
        for name in sorted(_taken(main, module.body, set())):
            lines.append(f"  {name} --> {module.name}")
    return "\n".join(lines)


def _resources(bicep: Tree, source: Source, prefix: str) -> Iterator[str]:
    kinds = Kinds(bicep, source)
    made = [one for one in source.resources if not one.resource.existing]
    for one in made:
        kind = one.type.removeprefix("Microsoft.").replace("/", " / ", 1)
        yield f'  {_id(prefix, one)}["{one.resource.name}{_mark(one.resource.body)}<br/><small>{kind}</small>"]'
        if isinstance(one.resource.body, tree.If):
            yield f"  style {_id(prefix, one)} stroke-dasharray: 5 5"
    for one in made:
        others = (other for other in _named(kinds, one, frozenset()) if other in made)
        for other in sorted(others, key=lambda other: other.resource.line):
            yield f"  {_id(prefix, other)} --> {_id(prefix, one)}"


def _named(kinds: Kinds, one: Placed, seen: frozenset[str]) -> set[Placed]:
    """Return the resources that a resource names, also by way of existing ones, which are found in others."""
    found = set[Placed]()
    for node, _ in walk(one.resource.body):
        other = kinds.resource(node)
        if other is not None and other != one and other.resource.name not in seen:
            found.add(other)
            if other.resource.existing:
                found |= _named(kinds, other, seen | {one.resource.name, other.resource.name})
    return found


def _id(prefix: str, one: Placed) -> str:
    return f"{prefix}_{one.resource.name}"


def _mark(body: tree.Expr) -> str:
    return " []" if isinstance(body, tree.For) else ""


def _taken(main: Source, expr: tree.Expr, seen: set[str]) -> set[str]:
    """Return the modules whose outputs an expression takes, also by way of variables."""
    found = set[str]()
    for node, reach in walk(expr):
        if not isinstance(node, tree.Name) or node.name in reach or node.name in seen:
            continue
        declared = main.symbols.get(node.name)
        if isinstance(declared, tree.Module):
            found.add(node.name)
        elif isinstance(declared, tree.Variable):
            found |= _taken(main, declared.value, seen | {node.name})
    return found


def main() -> None:
    """Print the map of this repository's Bicep."""
    bicep = Tree.of(INFRA)
    sys.stdout.write(draw(bicep, bicep.sources[(INFRA / "main.bicep").resolve()]) + "\n")


if __name__ == "__main__":
    main()
