"""What an expression may be, as far as the files tell: its leaves, each a literal or at least of a known kind."""

from collections.abc import Iterator
from dataclasses import dataclass

from infra.check import schema, tree
from infra.check.functions import FUNCTIONS
from infra.check.source import Placed, Source, Tree
from infra.check.walk import Locals, inner

ANY = "any"
_COMPARISONS = {"==", "!=", "=~", "!~", "<", "<=", ">", ">=", "&&", "||"}
_DEPTH = 12


@dataclass(frozen=True)
class Leaf:
    """One thing that an expression may turn out to be.

    `kind`: string, int, bool, object, array, null or any. `value`: the literal, None if it is not known. `expr`: the
    object or array as written, with the local variables in its reach. `written`: of what only its type is known, that
    type, and the file in which its names count.
    """

    line: int
    kind: str
    value: str | int | bool | None = None
    expr: "tree.Object | tree.Array | tree.For | None" = None
    reach: tuple[tuple[str, "tree.Expr | None"], ...] = ()
    written: "tree.Type | None" = None
    home: Source | None = None

    def member(self, name: str) -> "tree.Type | None":
        """Return the type of a property of what only the type is known of, None if it has none."""
        members = dict(self.written.members) if self.written else {}
        return members.get(name, members.get("*"))


@dataclass(frozen=True)
class Kinds:
    """Answers for one file."""

    bicep: Tree
    source: Source

    def leaves(self, expr: tree.Expr, reach: Locals, depth: int = _DEPTH) -> list[Leaf]:  # noqa: C901, PLR0911 - many kinds
        """Return everything that `expr` may be; [any] where the files do not tell."""
        if depth == 0:
            return [Leaf(expr.line, ANY)]
        match expr:
            case tree.Text():
                return [Leaf(expr.line, "string", expr.literal)]
            case tree.Constant(line, value):
                return [Leaf(line, "null" if value is None else type(value).__name__, value)]
            case tree.Object():
                return [Leaf(expr.line, "object", None, expr, tuple(reach.items()))]
            case tree.Array() | tree.For():
                return [Leaf(expr.line, "array", None, expr, tuple(reach.items()))]
            case tree.Choice(_, _, then, other) | tree.Binary(_, "??", then, other):
                return self.leaves(then, reach, depth - 1) + self.leaves(other, reach, depth - 1)
            case tree.Binary(line, operator, _, _):
                return [Leaf(line, "bool" if operator in _COMPARISONS else "int")]
            case tree.Unary(line, operator, _):
                return [Leaf(line, "bool" if operator == "!" else "int")]
            case tree.Call(line, name, None, _) if name in FUNCTIONS:
                return [Leaf(line, FUNCTIONS[name].gives)]
            case tree.Name(line, name):
                return self._named(line, name, reach, depth - 1)
            case tree.Member(line, of, name, _):
                return self._member(line, of, name, reach, depth - 1)
            case _:
                return [Leaf(expr.line, ANY)]

    def _named(self, line: int, name: str, reach: Locals, depth: int) -> list[Leaf]:
        if name in reach:
            over = reach[name]
            return self._items(line, over, depth) if over is not None else [Leaf(line, ANY)]
        match self.source.symbols.get(name):
            case tree.Parameter() as parameter:
                return self.of_parameter(parameter, line)
            case tree.Variable(value=value):
                return self.leaves(value, {}, depth)
            case tree.Resource(body=body) | tree.Module(body=body):
                return [Leaf(line, "array" if isinstance(body, tree.For) else "object")]
            case _:
                return [Leaf(line, ANY)]

    def _items(self, line: int, over: tree.Expr, depth: int) -> list[Leaf]:
        found = list[Leaf]()
        for leaf in self.leaves(over, {}, depth):
            if isinstance(leaf.expr, tree.Array):
                found += [one for item in leaf.expr.items for one in self.leaves(item, dict(leaf.reach), depth)]
            elif leaf.written is not None and leaf.home is not None and leaf.written.items is not None:
                found += Kinds(self.bicep, leaf.home).of_type(leaf.written.items, line)
            else:
                found.append(Leaf(line, ANY))
        return found

    def _member(self, line: int, of: tree.Expr, name: str, reach: Locals, depth: int) -> list[Leaf]:
        if (output := self.output(tree.Member(line, of, name))) is not None:
            return self.of_type(output.type, line)
        if (placed := self.resource(of)) is not None and name in {"id", "name", "type"}:
            return [Leaf(line, "string", placed.type if name == "type" else None)]
        found: list[Leaf] = []
        for leaf in self.leaves(of, reach, depth):
            value = leaf.expr.get(name) if isinstance(leaf.expr, tree.Object) else None
            if isinstance(leaf.expr, tree.Object) and value is None:
                continue  # members reports it
            if leaf.written is not None and leaf.home is not None and leaf.written.form == "shape":
                member = leaf.member(name)
                found += Kinds(self.bicep, leaf.home).of_type(member, line) if member else []
                continue
            found += [Leaf(line, ANY)] if value is None else self.leaves(value, dict(leaf.reach), depth)
        return found or [Leaf(line, ANY)]

    def of_parameter(self, parameter: tree.Parameter, line: int) -> list[Leaf]:
        """Return what a parameter may be: its @allowed values, else what its type says."""
        return self.allowed(parameter, line) or self.of_type(parameter.type, line)

    def allowed(self, parameter: tree.Parameter, line: int) -> list[Leaf]:
        """Return the literals that @allowed names, none where there is no such decorator."""
        decorator = parameter.decorator("allowed")
        listed = decorator.arguments[0] if decorator and decorator.arguments else None
        items = listed.items if isinstance(listed, tree.Array) else ()
        return [Leaf(line, one.kind, one.value) for item in items for one in self.leaves(item, {})]

    def of_type(self, kind: tree.Type, line: int) -> list[Leaf]:
        """Return what a value of a written type may be."""
        resolved, home = self.resolved(kind)
        match resolved.form:
            case "union":
                return [Leaf(line, _kind_of(value), value) for value in resolved.literals]
            case "list":
                return [Leaf(line, "array", written=resolved, home=home.source)]
            case "shape":
                return [Leaf(line, "object", written=resolved, home=home.source)]
            case "named":
                return [Leaf(line, ANY)]
            case form:
                return [Leaf(line, form)]

    def resolved(self, kind: tree.Type) -> "tuple[tree.Type, Kinds]":
        """Return what a type's name stands for, if the files declare it, and the file in which its own names count."""
        match self.source.symbols.get(kind.name) if kind.form == "named" else None:
            case tree.TypeName(type=found):
                return self.resolved(found)
            case tree.Import(path=path, exported=exported):
                other = self.bicep.beside(self.source, path)
                there = other.symbols.get(exported or "") if other else None
                if other and isinstance(there, tree.TypeName):
                    return Kinds(self.bicep, other).resolved(there.type)
        return kind, self

    def resource(self, of: tree.Expr) -> Placed | None:
        """Return the resource that an expression names: `x`, `x[i]` or `x::y`; None if it names none."""
        match of:
            case tree.Name(_, name):
                found = self.source.symbols.get(name)
                return self.source.placed(found) if isinstance(found, tree.Resource) else None
            case tree.Index(_, inner_of, _):
                return self.resource(inner_of)
            case tree.Nested(_, outer, name):
                parent = self.resource(outer)
                return self.source.nested(parent, name) if parent else None
            case _:
                return None

    def module(self, of: tree.Expr) -> tree.Module | None:
        """Return the module that `x` or `x[i]` names, None if it names none."""
        named = of.of if isinstance(of, tree.Index) else of
        found = self.source.symbols.get(named.name) if isinstance(named, tree.Name) else None
        return found if isinstance(found, tree.Module) else None

    def output(self, expr: tree.Member) -> tree.Output | None:
        """Return the output that `module.outputs.name` names, None if that is not what it says or it has none."""
        if not isinstance(expr.of, tree.Member) or expr.of.name != "outputs":
            return None
        module = self.module(expr.of.of)
        other = self.bicep.beside(self.source, module.path) if module else None
        outputs = other.file.all_of(tree.Output) if other else []
        return next((one for one in outputs if one.name == expr.name), None)

    def schema_of(self, placed: Placed) -> schema.ResourceType | None:
        """Return what the cache knows of a resource's type, None if nothing."""
        return schema.resource_types().get(placed.type.lower())


def items_of(leaf: Leaf) -> Iterator[tuple[tree.Expr, Locals]]:
    """Give the items of an array as written, each with its reach; a loop's body once."""
    reach = dict(leaf.reach)
    if isinstance(leaf.expr, tree.Array):
        yield from ((item, reach) for item in leaf.expr.items)
    elif isinstance(leaf.expr, tree.For):
        body, within = inner(leaf.expr)
        yield body, reach | within


def _kind_of(value: str | int | bool) -> str:  # noqa: FBT001 - a literal of Bicep, not a switch
    return {"str": "string"}.get(type(value).__name__, type(value).__name__)
