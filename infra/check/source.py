"""All Bicep of a folder, read once: its files, its symbols, which types it uses."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from infra.check import tree
from infra.check.file import File
from infra.check.problem import Problem
from infra.check.reader import read
from infra.check.walk import inner

INFRA = Path(__file__).parent.parent


@dataclass(frozen=True)
class Placed:
    """A resource with what it is nested in; `type` and `version` are whole."""

    resource: tree.Resource
    within: "Placed | None"

    @property
    def type(self) -> str:
        """The whole resource type, a nested one's with its parent's before it."""
        own = self.resource.type
        return own if self.within is None or "." in own.split("/")[0] else f"{self.within.type}/{own}"

    @property
    def version(self) -> str | None:
        """The API version; a nested one without its own takes its parent's."""
        return self.resource.version or (self.within.version if self.within else None)

    def body(self) -> tree.Object:
        """Return the properties, the loop and condition around them taken away."""
        found, _ = inner(self.resource.body)
        return found if isinstance(found, tree.Object) else tree.Object(self.resource.line, ())


@dataclass(frozen=True)
class Source:
    """One file and its symbols."""

    file: File
    path: Path

    @cached_property
    def symbols(self) -> dict[str, tree.Declaration]:
        """What may be named anywhere in the file; the last of two of one name."""
        # Outputs are no symbols: `output x` and `var x` may both be.
        return {one.name: one for one in self.file.declarations if not isinstance(one, tree.Output)}

    @cached_property
    def resources(self) -> list[Placed]:
        """Every resource of the file, nested ones after their parents."""
        return [one for top in self.file.all_of(tree.Resource) for one in _with_nested(Placed(top, None))]

    def nested(self, of: Placed, name: str) -> Placed | None:
        """Return the resource `of::name`."""
        return next((one for one in self.resources if one.within == of and one.resource.name == name), None)

    def placed(self, resource: tree.Resource) -> Placed:
        """Return a resource of this file with what it is nested in."""
        return next(one for one in self.resources if one.resource is resource)


def _with_nested(placed: Placed) -> Iterator[Placed]:
    yield placed
    for one in placed.body().nested:
        yield from _with_nested(Placed(one, placed))


@dataclass(frozen=True)
class Tree:
    """Every file of a folder by its path, and what was wrong in their syntax."""

    root: Path
    sources: dict[Path, Source]
    problems: list[Problem]

    @classmethod
    def of(cls, root: Path) -> "Tree":
        """Read every *.bicep in `root` and below."""
        sources, problems = {}, list[Problem]()
        for path in sorted(root.rglob("*.bicep")):
            file, found = read(path, str(path.relative_to(root.parent)))
            sources[path.resolve()] = Source(file, path.resolve())
            problems += found
        return cls(root, sources, problems)

    def beside(self, source: Source, path: str) -> Source | None:
        """Return the file that a module or import of `source` names, None if it is not there."""
        return self.sources.get((source.path.parent / path).resolve())

    def resource_types(self) -> set[str]:
        """Return every resource type that any file names."""
        return {one.type for source in self.sources.values() for one in source.resources}
