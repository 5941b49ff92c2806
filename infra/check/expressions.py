r"""Expressions: from tree-sitter's nodes to those of `tree`, the grammar's mistakes put right.

tree-sitter-bicep 1.1 drops `\$` from strings, lets a lambda end before the operators of its body (`x => x.a` is read
as `(x => x).a`), and tears what stands in an array: of `[f(x), l[0]]` it makes four items, `f`, `(x)`, `l` and
`[0]`. All three are mended here.
"""

import re
from collections.abc import Callable

from tree_sitter import Node

from infra.check import tree
from infra.check.tree import Expr

Wrap = Callable[[Expr], Expr]
_PRECEDENCE = {
    operator: level
    for level, group in enumerate(("??", "||", "&&", "== != =~ !~", "< <= > >=", "+ -", "* / %"))
    for operator in group.split()
}
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class ExpressionReader:
    """Reads the expressions of one file; `groups` remembers what stood in parentheses."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._groups: dict[int, Expr] = {}
        self._torn: dict[int, Expr] = {}

    def text(self, node: Node) -> str:
        """Return the source of a node."""
        return self._source[node.start_byte : node.end_byte].decode()

    def read(self, node: Node) -> Expr:  # noqa: C901, PLR0911, PLR0912 - a case for each kind of node
        """Return the expression of a node; an unreadable one becomes null, since syntax is reported elsewhere."""
        line = line_of(node)
        match node.type:
            case "string":
                return self._string(node)
            case "number" | "boolean" | "null":
                return tree.Constant(line, _constant(self.text(node)))
            case "identifier" | "property_identifier":
                return tree.Name(line, self.text(node))
            case "parenthesized_expression" | "array" if (before := self._torn.pop(node.start_byte, None)) is not None:
                return self._joined(before, node)
            case "parenthesized_expression":
                inner = self.read(named(node)[0])
                self._groups[id(inner)] = inner
                return inner
            case "array":
                return tree.Array(line, tuple(self._items(node)))
            case "object":
                return self._object(node)
            case "member_expression" | "resource_expression" | "subscript_expression" | "call_expression":
                return self._postfix_node(node)
            case "lambda_expression":
                first, body = named(node)[0], named(node)[-1]
                names = [first] if first.type == "identifier" else named(first)
                return tree.Lambda(line, tuple(self.text(name) for name in names), self.read(body))
            case "unary_expression":
                return tree.Unary(line, self.text(node.children[0]), self.read(node.children[-1]))
            case "binary_expression":
                left, operator, right = node.children[0], node.children[1], node.children[-1]
                return self._binary(line, self.text(operator), self.read(left), self.read(right))
            case "ternary_expression":
                parts = named(node)
                return self._choice(line, *(self.read(part) for part in (parts[0], parts[1], parts[-1])))
            case "for_statement":
                return self._for(node)
            case "if_statement":
                condition, body = named(node)[0], named(node)[-1]
                return tree.If(line, self.read(condition), self.read(body))
            case _:
                return tree.Constant(line, None)

    def _items(self, node: Node) -> list[Expr]:
        items, end = list[Expr](), -1
        for child in named(node):
            if child.start_byte == end:
                self._torn[child.start_byte] = items.pop()
            items.append(self.read(child))
            end = child.end_byte
        return items

    def _joined(self, before: Expr, node: Node) -> Expr:
        """Return `before[…]` or `before(…)`, of which the grammar made two items."""
        line, given = line_of(node), tuple(self._items(node))

        def joined(inner: Expr) -> Expr:
            match inner:
                case _ if node.type == "array":
                    return tree.Index(line, inner, given[0])
                case tree.Member(_, of, name):
                    return tree.Call(line, name, of, given)
                case _:
                    return tree.Call(line, getattr(inner, "name", ""), None, given)

        return self._postfix(before, joined)

    def _string(self, node: Node) -> tree.Text:
        raw = self.text(node)
        if raw.startswith("'''"):
            return tree.Text(line_of(node), (raw[3:-3].removeprefix("\r").removeprefix("\n"),))
        parts: list[str | Expr] = []
        at = node.start_byte + 1
        for child in (child for child in node.children if child.type == "interpolation"):
            parts += [_unescaped(self._source[at : child.start_byte].decode()), self.read(named(child)[0])]
            at = child.end_byte
        parts.append(_unescaped(self._source[at : node.end_byte - 1].decode()))
        return tree.Text(line_of(node), tuple(part for part in parts if part != ""))

    def _object(self, node: Node) -> tree.Object:
        properties, nested = [], []
        for child in (child for child in named(node) if child.type == "object_property"):
            parts = named(child)
            if parts[0].type == "resource_declaration":
                nested.append(self.resource(parts[0], ()))
            elif parts[1:]:
                properties.append(tree.Property(line_of(child), self.key(parts[0]), self.read(parts[-1])))
        return tree.Object(line_of(node), tuple(properties), tuple(nested))

    def key(self, node: Node) -> "str | tree.Text":
        """Return a property's key: its text, or the whole string where something is interpolated."""
        if node.type != "string":
            return self.text(node)
        key = self._string(node)
        return key if key.literal is None else key.literal

    def resource(self, node: Node, decorators: tuple[tree.Call, ...]) -> tree.Resource:
        """Return a resource declaration, at a file's top or in another's body."""
        strings = [child for child in named(node) if child.type == "string"]
        kind, _, version = (self._string(strings[0]).literal or "").partition("@")
        return tree.Resource(
            line_of(node),
            self.text(next(child for child in named(node) if child.type == "identifier")),
            decorators,
            kind,
            version or None,
            any(child.type == "existing" for child in node.children),
            self.read(named(node)[-1]),
        )

    def _postfix_node(self, node: Node) -> Expr:
        line = line_of(node)
        if node.type == "call_expression":
            return self._call(node)
        of = self.read(node.children[0])
        last = named(node)[-1]
        if node.type == "resource_expression":
            return tree.Nested(line, of, self.text(last))
        if node.type == "subscript_expression":
            at = self.read(last)
            return self._postfix(of, lambda inner: tree.Index(line, inner, at))
        safe = any(child.type == ".?" for child in node.children)
        return self._postfix(of, lambda inner: tree.Member(line, inner, self.text(last), safe))

    def _call(self, node: Node) -> Expr:
        line, function = line_of(node), node.children[0]
        given = tuple(self.read(child) for child in named(node.children[-1]))
        if function.type == "identifier":
            return tree.Call(line, self.text(function), None, given)
        name = self.text(named(function)[-1])
        return self._postfix(self.read(function.children[0]), lambda inner: tree.Call(line, name, inner, given))

    def _bare(self, expr: Expr) -> bool:
        return id(expr) not in self._groups

    def _postfix(self, of: Expr, wrap: Wrap) -> Expr:
        if self._bare(of):
            match of:
                case tree.Lambda(line, parameters, body):
                    return tree.Lambda(line, parameters, self._postfix(body, wrap))
                case tree.Binary(line, operator, left, right):
                    return tree.Binary(line, operator, left, self._postfix(right, wrap))
                case tree.Unary(line, operator, inner):
                    return tree.Unary(line, operator, self._postfix(inner, wrap))
        return wrap(of)

    def _binary(self, line: int, operator: str, left: Expr, right: Expr) -> Expr:
        level = _PRECEDENCE[operator]
        if isinstance(left, tree.Lambda) and self._bare(left):
            return tree.Lambda(left.line, left.parameters, self._binary(line, operator, left.body, right))
        if isinstance(left, tree.Binary) and self._bare(left) and _PRECEDENCE[left.operator] < level:
            return tree.Binary(line, left.operator, left.left, self._binary(line, operator, left.right, right))
        if isinstance(right, tree.Binary) and self._bare(right) and _PRECEDENCE[right.operator] <= level:
            return self._binary(line, right.operator, self._binary(line, operator, left, right.left), right.right)
        return tree.Binary(line, operator, left, right)

    def _choice(self, line: int, condition: Expr, then: Expr, other: Expr) -> Expr:
        if isinstance(condition, tree.Lambda) and self._bare(condition):
            return tree.Lambda(condition.line, condition.parameters, self._choice(line, condition.body, then, other))
        return tree.Choice(line, condition, then, other)

    def _for(self, node: Node) -> Expr:
        parts = named(node)
        names = [self.text(part) for part in (named(parts[0]) or parts[:1])]
        index = names[1] if len(names) > 1 else None
        return tree.For(line_of(node), names[0], index, self.read(parts[1]), self.read(parts[-1]))


def line_of(node: Node) -> int:
    """Return the line on which a node begins, from 1."""
    return node.start_point[0] + 1


def named(node: Node) -> list[Node]:
    """Return the parts of a node that mean something."""
    return [child for child in node.named_children if child.type not in {"comment", "diagnostic_comment"}]


def _constant(text: str) -> int | bool | None:
    return {"true": True, "false": False, "null": None}[text] if not text.lstrip("-").isdigit() else int(text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPES.get(found[2], found[2]), text)
