"""Names: undefined, unused, twice; functions that do not exist or are given too much or too little."""

from collections import Counter
from collections.abc import Iterator

from infra.check import tree
from infra.check.functions import DECORATORS, FUNCTIONS, LAMBDAS, NAMESPACES, Signature
from infra.check.problem import Problem
from infra.check.source import Source, Tree
from infra.check.walk import Locals, expressions, walk


def check(bicep: Tree) -> Iterator[Problem]:
    """Give what is wrong with the names of every file."""
    for source in bicep.sources.values():
        for line, kind, text in [*_undefined(source), *_unused(source), *_twice(source), *_undescribed(source)]:
            yield Problem(source.file.path, line, kind, text)


Found = tuple[int, str, str]


def _everything(source: Source) -> Iterator[tuple[tree.Declaration, tree.Expr, Locals]]:
    declared = [one for one in source.file.declarations if not isinstance(one, tree.Resource)]
    for one in [*declared, *(placed.resource for placed in source.resources)]:
        reach: Locals = dict.fromkeys(name for name, _ in one.parameters) if isinstance(one, tree.Function) else {}
        for expr in expressions(one):
            for node, here in walk(expr, reach):
                yield one, node, here


def _undefined(source: Source) -> Iterator[Found]:
    functions = {one.name: one for one in source.file.all_of(tree.Function)}
    imported = {one.name for one in source.file.all_of(tree.Import)}
    for _, node, here in _everything(source):
        if isinstance(node, tree.Name) and node.name not in here and node.name not in source.symbols | _spaces():
            yield node.line, "undefined", f"nothing declares {node.name}"
        elif isinstance(node, tree.Call) and (node.of is None or _is_namespace(node.of)):
            if node.name in functions:
                most = len(functions[node.name].parameters)
                yield from _miscalled(node, Signature(most, most))
            elif node.name in FUNCTIONS:
                yield from _miscalled(node, FUNCTIONS[node.name])
            elif node.name not in imported:
                yield node.line, "function", f"Bicep has no function {node.name}"
    for one in source.file.declarations:
        yield from _decorated(one)
        for used in _types_of(one):
            if used.form == "named" and used.name != "|" and used.name.split(".")[0] not in source.symbols:
                yield used.line, "undefined", f"nothing declares the type {used.name}"


def _spaces() -> dict[str, None]:
    return dict.fromkeys(NAMESPACES)


def _is_namespace(of: tree.Expr) -> bool:
    return isinstance(of, tree.Name) and of.name in NAMESPACES


def _miscalled(call: tree.Call, signature: Signature) -> Iterator[Found]:
    least, most, _ = signature
    if len(call.arguments) < least or (most is not None and len(call.arguments) > most):
        wanted = f"{least}" if most == least else f"at least {least}" if most is None else f"{least} to {most}"
        yield call.line, "function", f"{call.name} takes {wanted} arguments, not {len(call.arguments)}"
    if call.name in LAMBDAS and len(call.arguments) > 1:
        given = call.arguments[1]
        if not isinstance(given, tree.Lambda):
            yield call.line, "function", f"{call.name} takes a lambda, such as x => x.name"
        elif len(given.parameters) < LAMBDAS[call.name]:
            yield call.line, "function", f"the lambda of {call.name} takes {LAMBDAS[call.name]} parameters"


def _decorated(one: tree.Declaration) -> Iterator[Found]:
    for call in one.decorators:
        if call.name not in DECORATORS:
            yield call.line, "function", f"Bicep has no decorator @{call.name}"
        else:
            yield from _miscalled(call, DECORATORS[call.name])


def _types_of(one: tree.Declaration) -> Iterator[tree.Type]:
    waiting = [getattr(one, "type", None), getattr(one, "returns", None)]
    waiting += [kind for _, kind in one.parameters] if isinstance(one, tree.Function) else []
    for kind in (kind for kind in waiting if isinstance(kind, tree.Type)):
        yield from _types_in(kind)


def _types_in(kind: tree.Type) -> Iterator[tree.Type]:
    yield kind
    for inner in [*([kind.items] if kind.items else []), *(member for _, member in kind.members)]:
        yield from _types_in(inner)


def _unused(source: Source) -> Iterator[Found]:
    used = {node.name for one, node, _ in _everything(source) if isinstance(node, tree.Name) and node.name != one.name}
    used |= {node.name for _, node, _ in _everything(source) if isinstance(node, tree.Call)}
    used |= {kind.name.split(".")[0] for one in source.file.declarations for kind in _types_of(one)}
    nested = {node.name for _, node, _ in _everything(source) if isinstance(node, tree.Nested)}
    for one in source.file.declarations:
        exported = one.decorator("export") is not None
        silent = isinstance(one, tree.Resource) and not one.existing
        if silent or exported or isinstance(one, tree.Output | tree.Module) or one.name in used:
            continue
        inside = {
            placed.resource.name for placed in source.resources if placed.within and placed.within.resource is one
        }
        if not inside & nested and not any(not placed.existing for placed in _resources_in(source, one)):
            yield one.line, "unused", f"nothing uses {one.name}"


def _resources_in(source: Source, one: tree.Declaration) -> list[tree.Resource]:
    return [placed.resource for placed in source.resources if placed.within and placed.within.resource is one]


def _twice(source: Source) -> Iterator[Found]:
    named = [one for one in source.file.declarations if not isinstance(one, tree.Output)]
    for group in (named, source.file.all_of(tree.Output)):
        counted = Counter(one.name for one in group)
        seen = set[str]()
        for one in group:
            if counted[one.name] > 1 and one.name in seen:
                yield one.line, "duplicate", f"{one.name} is declared twice"
            seen.add(one.name)
    for _, node, _ in _everything(source):
        if isinstance(node, tree.Object):
            keys = [one.key for one in node.properties if isinstance(one.key, str)]
            for key in (key for key, count in Counter(keys).items() if count > 1):
                yield node.line, "duplicate", f"{key} is set twice"


def _undescribed(source: Source) -> Iterator[Found]:
    for one in source.file.declarations:
        if isinstance(one, tree.Parameter) and one.decorator("description") is None:
            yield one.line, "description", f"{one.name} has no @description"
