"""A Bicep file as `File`, and what tree-sitter finds wrong in its syntax."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

from infra.check import tree
from infra.check.expressions import ExpressionReader, line_of, named
from infra.check.file import File
from infra.check.problem import Problem

_TYPES = {"string", "int", "bool", "object", "array"}


def read(path: Path, shown: str) -> tuple[File, list[Problem]]:
    """Return the file and its syntax problems; `shown` is how the path is written in problems."""
    source = path.read_bytes()
    root = _parser().parse(source).root_node
    if root.has_error:
        broken = _first_error(root)
        near = source[broken.start_byte : broken.end_byte].decode().strip().splitlines()[:1] or ["the end"]
        what = f"{broken.type} is missing" if broken.is_missing else f"cannot be read, near {near[0][:60]!r}"
        return File(shown, "resourceGroup", ()), [Problem(shown, line_of(broken), "syntax", what)]
    together = [Problem(shown, line, "syntax", "two on one line with no comma between") for line in _run_together(root)]
    return _FileReader(source).file(root, shown), together


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bicep.language()))


def _run_together(node: Node) -> Iterator[int]:
    """Give the lines on which things stand that the grammar lets run together and Bicep does not."""
    for before, after in pairwise(node.children):
        same_line = before.end_point[0] == after.start_point[0]
        listed = before.is_named and after.is_named and node.type in {"object", "array", "infrastructure"}
        # What touches is one item that the grammar tore, see `expressions`.
        if (
            same_line
            and listed
            and before.end_byte < after.start_byte
            and "comment" not in after.type
            and before.type != "decorators"
        ):
            yield line_of(after)
    for child in node.named_children:
        yield from _run_together(child)


def _first_error(node: Node) -> Node:
    for child in node.children:
        if child.is_error or child.is_missing:
            return child
        if child.has_error:
            return _first_error(child)
    return node


class _FileReader(ExpressionReader):
    def file(self, root: Node, shown: str) -> File:
        scope, declarations = "resourceGroup", list[tree.Declaration]()
        decorators: tuple[tree.Call, ...] = ()
        for node in named(root):
            if node.type == "decorators":
                decorators = tuple(self._decorator(child) for child in named(node))
                continue
            if node.type == "target_scope_assignment":
                scope = self.text(named(node)[0]).strip("'")
            declarations += self._declared(node, decorators)
            decorators = ()
        return File(shown, scope, tuple(declarations))

    def _decorator(self, node: Node) -> tree.Call:
        call = self.read(named(node)[0])
        return call if isinstance(call, tree.Call) else tree.Call(line_of(node), self.text(node), None, ())

    def _declared(self, node: Node, decorators: tuple[tree.Call, ...]) -> list[tree.Declaration]:  # noqa: PLR0911 - many kinds
        line, parts = line_of(node), named(node)
        if node.type == "resource_declaration":
            return [self.resource(node, decorators)]
        if node.type == "import_functionality":
            return self._imports(node)
        if not parts or parts[0].type != "identifier":
            return []
        name, last = self.text(parts[0]), parts[-1]
        match node.type:
            case "parameter_declaration":
                # Without a default the type is the last part, and no expression.
                default = self.read(last) if any(child.type == "=" for child in node.children) else None
                return [tree.Parameter(line, name, decorators, self._type(parts[1]), default)]
            case "variable_declaration":
                return [tree.Variable(line, name, decorators, self.read(last))]
            case "output_declaration":
                return [tree.Output(line, name, decorators, self._type(parts[1]), self.read(last))]
            case "type_declaration":
                return [tree.TypeName(line, name, decorators, self._type(last))]
            case "module_declaration":
                path = self.text(parts[1]).strip("'")
                return [tree.Module(line, name, decorators, path, self.read(last))]
            case "user_defined_function":
                return [self._function(line, name, decorators, parts)]
            case _:
                return []

    def _imports(self, node: Node) -> list[tree.Declaration]:
        line, parts = line_of(node), named(node)
        path = self.text(parts[-1]).strip("'")
        if any(child.type == "*" for child in node.children):
            return [tree.Import(line, self.text(parts[0]), (), path, None)]
        imported: list[tree.Declaration] = []
        renaming = False
        for child in node.children:
            if child.type == "identifier" and renaming:
                imported[-1] = tree.Import(line, self.text(child), (), path, imported[-1].name)
            elif child.type == "identifier":
                imported.append(tree.Import(line, self.text(child), (), path, self.text(child)))
            renaming = child.type == "as"
        return imported

    def _function(self, line: int, name: str, decorators: tuple[tree.Call, ...], parts: list[Node]) -> tree.Function:
        parameters = next(part for part in parts if part.type == "parameters")
        pairs = [named(child) for child in named(parameters) if child.type == "parameter"]
        taken = tuple((self.text(pair[0]), self._type(pair[1])) for pair in pairs)
        returns = next(part for part in parts if part.type == "type")
        return tree.Function(line, name, decorators, taken, self._type(returns), self.read(parts[-1]))

    def _type(self, node: Node) -> tree.Type:  # noqa: PLR0911 - many kinds
        line = line_of(node)
        parts = named(node)
        match node.type:
            case "type" | "parenthesized_type":
                return self._type(parts[0])
            case "nullable_type":
                inner = self._type(parts[0])
                return tree.Type(line, inner.form, True, inner.name, inner.items, inner.literals, inner.members)
            case "array_type":
                return tree.Type(line, "list", items=self._type(parts[0]))
            case "union_type":
                return self._union(line, [self._type(part) for part in parts])
            case "string" | "number" | "boolean":
                value = self.read(node)
                literal = value.literal if isinstance(value, tree.Text) else getattr(value, "value", None)
                return tree.Type(line, "union", literals=() if literal is None else (literal,))
            case "object":
                members = [named(child) for child in parts if child.type == "object_property"]
                pairs = [(str(self.key(pair[0])) if pair[1:] else "*", self._type(pair[-1])) for pair in members]
                return tree.Type(line, "shape", members=tuple(pairs))
            case _:
                name = self.text(node)
                return tree.Type(line, name) if name in _TYPES else tree.Type(line, "named", name=name)

    @staticmethod
    def _union(line: int, types: list[tree.Type]) -> tree.Type:
        literals = tuple(literal for one in types for literal in one.literals)
        nullable = any(one.nullable or one.name == "null" for one in types)
        if all(one.form == "union" or one.name == "null" for one in types):
            return tree.Type(line, "union", nullable, literals=literals)
        return tree.Type(line, "named", name="|")
