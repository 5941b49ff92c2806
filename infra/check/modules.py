"""Modules, imports and what passes between files: parameters, their types and bounds, outputs' types."""

from collections.abc import Iterator

from infra.check import tree
from infra.check.bodies import BOUNDS, bounds
from infra.check.kinds import ANY, Kinds, Leaf, items_of
from infra.check.problem import Problem
from infra.check.source import Source, Tree
from infra.check.walk import Locals, inner

Found = tuple[int, str, str]
_OF_MODULE = {"name", "scope", "params", "dependsOn", "identity"}


def check(bicep: Tree) -> Iterator[Problem]:
    """Give what is wrong between the files, and with the defaults of parameters."""
    for source in bicep.sources.values():
        kinds = Kinds(bicep, source)
        for line, kind, text in sorted({*_modules(kinds), *_imports(kinds), *_own(kinds)}):
            yield Problem(source.file.path, line, kind, text)


def _modules(kinds: Kinds) -> Iterator[Found]:
    for module in kinds.source.file.all_of(tree.Module):
        there = kinds.bicep.beside(kinds.source, module.path)
        body, reach = inner(module.body)
        if there is None:
            yield module.line, "missing-file", f"{module.path} is not there"
        elif isinstance(body, tree.Object):
            for one in body.properties:
                if one.key not in _OF_MODULE:
                    yield one.line, "unknown-property", f"a module has no {one.key}"
            given = body.get("params")
            written = given if isinstance(given, tree.Object) else tree.Object(module.line, ())
            yield from _parameters(kinds, there, written, reach, module)
            if there.file.scope != kinds.source.file.scope and body.get("scope") is None:
                yield module.line, "missing-property", f"{module.path} is for a {there.file.scope}: it needs a scope"


def _parameters(kinds: Kinds, there: Source, given: tree.Object, reach: Locals, module: tree.Module) -> Iterator[Found]:
    wanted = {one.name: one for one in there.file.all_of(tree.Parameter)}
    theirs = Kinds(kinds.bicep, there)
    for one in given.properties:
        if isinstance(one.key, str) and one.key in wanted:
            yield from _fits(kinds, theirs, one.value, reach, wanted[one.key])
        else:
            yield one.line, "module-parameter", f"{module.path} has no parameter {one.key}"
    for name, parameter in wanted.items():
        if given.get(name) is None and parameter.default is None and not theirs.resolved(parameter.type)[0].nullable:
            yield module.line, "module-parameter", f"{module.path} demands {name}"


def _imports(kinds: Kinds) -> Iterator[Found]:
    for one in kinds.source.file.all_of(tree.Import):
        there = kinds.bicep.beside(kinds.source, one.path)
        if there is None:
            yield one.line, "missing-file", f"{one.path} is not there"
        elif one.exported is not None:
            found = there.symbols.get(one.exported)
            if found is None or found.decorator("export") is None:
                yield one.line, "undefined", f"{one.path} exports no {one.exported}"


def _own(kinds: Kinds) -> Iterator[Found]:
    for parameter in kinds.source.file.all_of(tree.Parameter):
        if parameter.default is not None:
            yield from _fits(kinds, kinds, parameter.default, {}, parameter)
    for output in kinds.source.file.all_of(tree.Output):
        for leaf in kinds.leaves(output.value, {}):
            yield from _typed(kinds, kinds, leaf, output.type, f"output {output.name}")


def _fits(kinds: Kinds, theirs: Kinds, value: tree.Expr, reach: Locals, parameter: tree.Parameter) -> Iterator[Found]:
    limits = {name: limit(parameter, name) for name in BOUNDS}
    allowed = {leaf.value for leaf in theirs.allowed(parameter, 0)}
    where = f"parameter {parameter.name}"
    for leaf in kinds.leaves(value, reach):
        yield from _typed(kinds, theirs, leaf, parameter.type, where)
        yield from bounds(leaf, limits, where)
        if allowed and leaf.value is not None and leaf.value not in allowed:
            yield (
                leaf.line,
                "enum",
                f"{where} is {leaf.value!r}, not one of {', '.join(map(str, sorted(allowed, key=str)))}",
            )


def limit(parameter: tree.Parameter, name: str) -> int | None:
    """Return what a decorator such as @maxLength says, None without one."""
    decorator = parameter.decorator(name)
    first = decorator.arguments[0] if decorator and decorator.arguments else None
    return first.value if isinstance(first, tree.Constant) else None


def _typed(kinds: Kinds, theirs: Kinds, leaf: Leaf, written: tree.Type, where: str) -> Iterator[Found]:
    """Give where a leaf is not of a written type; values are read in `kinds`, names of types in `theirs`."""
    kind, theirs = theirs.resolved(written)
    wanted = {one.kind for one in theirs.of_type(kind, leaf.line)}
    if ANY in wanted or leaf.kind == ANY or (leaf.kind == "null" and written.nullable):
        return
    if leaf.kind not in wanted:
        yield leaf.line, "wrong-type", f"{where} must be {' or '.join(sorted(wanted))}, not {leaf.kind}"
    elif kind.form == "union" and leaf.value is not None and leaf.value not in kind.literals:
        yield leaf.line, "enum", f"{where} is {leaf.value!r}, not one of {', '.join(map(str, kind.literals))}"
    elif kind.form == "list" and kind.items is not None:
        for item, reach in items_of(leaf):
            for one in kinds.leaves(item, reach):
                yield from _typed(kinds, theirs, one, kind.items, f"{where}[]")
    elif kind.form == "shape":
        yield from _shaped(kinds, theirs, leaf, kind, where)


def _shaped(kinds: Kinds, theirs: Kinds, leaf: Leaf, kind: tree.Type, where: str) -> Iterator[Found]:
    if not isinstance(leaf.expr, tree.Object):
        return
    members = dict(kind.members)
    for one in leaf.expr.properties:
        member = members.get(str(one.key), members.get("*"))
        if member is None:
            yield one.line, "unknown-property", f"{where} has no {one.key}"
            continue
        for inside in kinds.leaves(one.value, dict(leaf.reach)):
            yield from _typed(kinds, theirs, inside, member, f"{where}.{one.key}")
    for name, member in members.items():
        if name != "*" and not member.nullable and leaf.expr.get(name) is None:
            yield leaf.line, "missing-property", f"{where} needs {name}"
