"""A query that the code sent, and containers that record every query."""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from shared.domain.containers import CONTAINERS

ROOT = Path(__file__).parents[3]

ASKING = {"query", "query_items", "rows_of", "count_of"}
"""Functions that take or build the text of a query."""

Site = tuple[str, int]
"""The place of a query: file, relative to the project, and line."""


@dataclass(frozen=True)
class Asked:
    """A query, its container, and its place: a file, or a file and a line."""

    container: str
    query: str
    parameters: dict[str, Any] = field(hash=False)
    where: str = field(default="", compare=False)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the container's partition key."""
        return next(each.partition_key for each in CONTAINERS if each.name == self.container)


class Rows(list[Any]):
    """The rows of a query in the SDK's form: one by one, or as one page."""

    def by_page(self) -> Iterator[list[Any]]:
        """Return all rows as one page."""
        yield list(self)


Answer = Callable[[str], list[Any]]
"""Returns the rows of a query, given its text."""


class AskedContainer:
    """Records every query with the lines of the project that sent it, and returns the configured rows."""

    def __init__(self, name: str, database: "AskedDatabase") -> None:
        self._name = name
        self._database = database

    def query_items(self, query: str, *, parameters: list[dict[str, Any]], **_: object) -> Rows:
        """Record a query."""
        lines = list(_lines_of_the_project())
        values = {each["name"]: each["value"] for each in parameters}
        self._database.asked.append(Asked(self._name, query, values, ":".join(map(str, lines[-1]))))
        self._database.lines.update(lines)
        return Rows(self._database.answer(query))

    def read_item(self, *_: object, **__: object) -> dict[str, Any]:
        """Raise the error for a missing item."""
        raise CosmosResourceNotFoundError(404, "not there")  # type: ignore[no-untyped-call] # the SDK's


class AskedDatabase:
    """A database with such containers. `answer` may be changed between two calls."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.lines: set[Site] = set()
        self.answer: Answer = lambda _: []

    def get_container_client(self, name: str) -> Any:  # noqa: ANN401 - in place of the SDK's own
        """Return a container."""
        return AskedContainer(name, self)


def _lines_of_the_project() -> Iterator[Site]:
    frame = sys._getframe(2)  # noqa: SLF001 - the stack, without the cost of `inspect`
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if any(path.is_relative_to(ROOT / folder) for folder in ("shared", "local")):
            yield str(path.relative_to(ROOT)), frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment] # None at its end


def sites(*folders: str) -> dict[Site, range]:
    """Return every call of ASKING in these folders or files, with its lines."""
    found: dict[Site, range] = {}
    for folder in folders:
        root = ROOT / folder
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in ASKING:
                    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                    found[str(path.relative_to(ROOT)), node.lineno] = lines
    return found


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
