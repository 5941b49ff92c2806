"""Going through expressions, knowing which loop and lambda variables are in reach."""

from collections.abc import Iterator

from infra.check import tree
from infra.check.tree import Expr

Locals = dict[str, Expr | None]
"""Loop and lambda variables in reach, each with what it runs over (None: not known)."""


def walk(expr: Expr, reach: Locals | None = None) -> Iterator[tuple[Expr, Locals]]:
    """Give `expr` and everything in it, each with the local variables it may name."""
    here = reach or {}
    yield expr, here
    match expr:
        case tree.For(_, item, index, over, body):
            yield from walk(over, here)
            yield from walk(body, here | {item: over} | ({index: None} if index else {}))
        case tree.Lambda(_, parameters, body):
            yield from walk(body, here | dict.fromkeys(parameters))
        case _:
            for child in children(expr):
                yield from walk(child, here)


def children(expr: Expr) -> list[Expr]:  # noqa: C901, PLR0911 - a case for each kind of expression
    """Return the expressions directly in `expr`; nested resources are walked with the declarations."""
    match expr:
        case tree.Text(_, parts):
            return [part for part in parts if not isinstance(part, str)]
        case tree.Member(_, of, _) | tree.Nested(_, of, _) | tree.Unary(_, _, of):
            return [of]
        case tree.Index(_, of, at):
            return [of, at]
        case tree.Call(_, _, of, arguments):
            return [*([of] if of else []), *arguments]
        case tree.Binary(_, _, left, right):
            return [left, right]
        case tree.Choice(_, condition, then, other):
            return [condition, then, other]
        case tree.Array(_, items):
            return list(items)
        case tree.Object(_, properties):
            keys: list[Expr] = [one.key for one in properties if isinstance(one.key, tree.Text)]
            return keys + [one.value for one in properties]
        case tree.If(_, condition, body):
            return [condition, body]
        case tree.For(_, _, _, over, body):
            return [over, body]
        case tree.Lambda(_, _, body):
            return [body]
        case _:
            return []


def inner(body: Expr) -> tuple[Expr, Locals]:
    """Return what a resource's or module's loop and condition enclose, with the loop's variables."""
    reach: Locals = {}
    while isinstance(body, tree.For | tree.If):
        if isinstance(body, tree.For):
            reach = reach | {body.item: body.over} | ({body.index: None} if body.index else {})
        body = body.body
    return body, reach


def expressions(one: tree.Declaration) -> list[Expr]:
    """Return the expressions of a declaration, its decorators' arguments among them."""
    found: list[Expr] = [argument for call in one.decorators for argument in call.arguments]
    match one:
        case tree.Parameter(default=default):
            return [*found, *([default] if default else [])]
        case tree.Variable(value=value) | tree.Output(value=value):
            return [*found, value]
        case tree.Resource(body=body) | tree.Module(body=body) | tree.Function(body=body):
            return [*found, body]
        case _:
            return found
