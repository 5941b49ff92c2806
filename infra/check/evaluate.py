"""Expressions carried out on paper: what is known comes to a value, the rest to Unknown."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from infra.check import tree
from infra.check.source import Source
from infra.check.values import AMBIENT, Deployed, Planned, Running, Unknown, call

Value = Any
Reach = dict[str, Value]
"""Values of the loop and lambda variables in reach."""


OFF = ""
"""In a Reach: the resource is not deployed. It may still be named, in the branch of a choice that is not taken."""


class Evaluator(ABC):
    """Carries out the expressions of one file; whoever extends it says what the file's names stand for."""

    source: Source

    @abstractmethod
    def symbol(self, name: str) -> Value:
        """Return what a name of the file stands for; `a::b` is the name of a nested resource."""

    def value(self, expr: tree.Expr, reach: Reach) -> Value:  # noqa: C901, PLR0911, PLR0912 - as many kinds of expressions
        """Return what an expression comes to; `reach` holds loop and lambda variables."""
        match expr:
            case tree.Constant(_, value):
                return value
            case tree.Text(_, parts):
                return "".join(part if isinstance(part, str) else _shown(self.value(part, reach)) for part in parts)
            case tree.Name(_, name):
                return reach[name] if name in reach else self.symbol(name)
            case tree.Array(_, items):
                return [self.value(item, reach) for item in items]
            case tree.Object(_, properties):
                return {self._key(one, reach): self.value(one.value, reach) for one in properties}
            case tree.For() | tree.If():
                return self.each(expr, reach, self.value)
            case tree.Choice(_, condition, then, other):
                decided = self.value(condition, reach)
                if isinstance(decided, Unknown):
                    return Unknown(f"{decided.text} decides")
                return self.value(then if decided else other, reach)
            case tree.Unary(_, operator, of):
                value = self.value(of, reach)
                return value if isinstance(value, Unknown) else not value if operator == "!" else -value
            case tree.Binary(_, operator, left, right):
                return self._binary(operator, left, right, reach)
            case tree.Member(_, of, name, _):
                return _inside(self.value(of, reach), name)
            case tree.Index(_, of, at):
                return _inside(self.value(of, reach), self.value(at, reach))
            case tree.Nested(_, of, name):
                return self._nested(of, name)
            case tree.Call(_, name, of, arguments):
                return self._call(name, of, arguments, reach)
            case _:
                return Unknown(type(expr).__name__)

    def each(self, body: tree.Expr, reach: Reach, make: Callable[[tree.Expr, Reach], Value]) -> Value:
        """Return what `make` makes of a body: a list for a loop. Under a condition that is false, `reach` says so."""
        if isinstance(body, tree.For):
            over = self.value(body.over, reach)
            items = over if isinstance(over, list) else [Unknown(f"one of {over}")]
            indexed = [{body.index: at} if body.index else {} for at in range(len(items))]
            return [
                self.each(body.body, reach | {body.item: item} | index, make)
                for item, index in zip(items, indexed, strict=True)
            ]
        if isinstance(body, tree.If):
            off = self.value(body.condition, reach) is False
            return self.each(body.body, reach | ({OFF: True} if off else {}), make)
        return make(body, reach)

    def _key(self, one: tree.Property, reach: Reach) -> str:
        return _shown(self.value(one.key, reach)) if isinstance(one.key, tree.Text) else one.key

    def _nested(self, of: tree.Expr, name: str) -> Value:
        assert isinstance(of, tree.Name)  # noqa: S101 - a::b::c is beyond what this deployment needs
        return self.symbol(f"{of.name}::{name}")

    def _binary(self, operator: str, left: tree.Expr, right: tree.Expr, reach: Reach) -> Value:
        one = self.value(left, reach)
        if operator == "??":
            return self.value(right, reach) if one is None else one
        if operator == "&&" and one is False:
            return False
        if operator == "||" and one is True:
            return True
        other = self.value(right, reach)
        if isinstance(one, Unknown) or isinstance(other, Unknown):
            decided = {"&&": False, "||": True}
            return other if operator in decided and other is decided[operator] else Unknown(f"{one} {operator} {other}")
        return _OPERATORS[operator](one, other)

    def _call(self, name: str, of: tree.Expr | None, arguments: tuple[tree.Expr, ...], reach: Reach) -> Value:
        if of is not None and not (isinstance(of, tree.Name) and of.name in {"az", "sys"}):
            return Unknown(f"{self.value(of, reach)}.{name}()")
        own = self.source.symbols.get(name)
        if isinstance(own, tree.Function):
            names = [parameter for parameter, _ in own.parameters]
            return self.value(own.body, dict(zip(names, (self.value(one, reach) for one in arguments), strict=False)))
        if name == "resourceGroup" and arguments:
            return AMBIENT["resourceGroup"] | {"name": self.value(arguments[-1], reach)}
        if name in _WITH_LAMBDA:
            return self._with_lambda(name, arguments, reach)
        return call(name, [self.value(one, reach) for one in arguments])

    def _with_lambda(self, name: str, arguments: tuple[tree.Expr, ...], reach: Reach) -> Value:
        over = self.value(arguments[0], reach)
        if isinstance(over, Unknown):
            return Unknown(f"{name}({over})")

        def run(at: int, *given: Value) -> Value:
            one = arguments[at]
            assert isinstance(one, tree.Lambda)  # noqa: S101 - names reports any other
            return self.value(one.body, reach | dict(zip(one.parameters, given, strict=False)))

        match name:
            case "map":
                return [run(1, one) for one in over]
            case "filter":
                return [one for one in over if run(1, one) is not False]
            case "toObject":
                return {str(run(1, one)): run(2, one) if arguments[2:] else one for one in over}
            case "mapValues":
                return {key: run(1, one) for key, one in over.items()}
            case _:
                found = self.value(arguments[1], reach)
                for one in over:
                    found = run(2, found, one)
                return found


_WITH_LAMBDA = {"map", "filter", "toObject", "mapValues", "reduce"}
_OPERATORS: dict[str, Callable[[Any, Any], Value]] = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "=~": lambda one, other: str(one).lower() == str(other).lower(),
    "!~": lambda one, other: str(one).lower() != str(other).lower(),
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "&&": lambda one, other: one and other,
    "||": lambda one, other: one or other,
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one // other,
    "%": lambda one, other: one % other,
}


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _inside(value: Value, key: Value) -> Value:
    match value:
        case Planned():
            own = {"id": value.id, "name": value.name, "type": value.type}
            return own[key] if key in own else _inside(Running(value.body, value.id), key)
        case Running(said, text):
            found = said.get(key, Unknown(f"{text}.{key}"))
            return Running(found, f"{text}.{key}") if isinstance(found, dict) else found
        case Deployed():
            return value.outputs if key == "outputs" else value.name
        case dict():
            return value.get(key)
        case list() if isinstance(key, int):
            return value[key] if key < len(value) else Unknown(f"[{key}] of {len(value)}")
        case _:
            return None if value is None else Unknown(f"{_text(value)}.{key}")


def _text(value: Value) -> str:
    return value.text if isinstance(value, Unknown) else str(value)
