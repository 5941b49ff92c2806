"""Makes of the package `shared` the wheel's only package, `speech2cosmos`.

The repository's name says what the package is to the app: what all functions share. As a name in site-packages it would
collide with that of others. So the wheel has the same files under the name `speech2cosmos`, and in each Python file the
imports are renamed. docs/decisions/0060 says why it is done when the wheel is built.
"""

import ast
import re
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE, THERE = "shared", "speech2cosmos"
_IMPORT = re.compile(rf"^(\s*)(from|import) {HERE}(?=[.\s])", re.MULTILINE)
_EDITABLE = f"from {HERE}.cli.main import main as main\n"


class Renaming(BuildHookInterface[Any]):
    """Hands hatchling each file of the wheel with its path there."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Select the files. An editable installation (`version`) has one, which the command's entry point names."""
        self._folder = tempfile.TemporaryDirectory()
        here, root = Path(self._folder.name), Path(self.root)
        if version == "editable":
            (here / "main.py").write_text(_EDITABLE, "utf-8")
            build_data["force_include_editable"] = {str(here / "main.py"): f"{THERE}/cli/main.py"}
            return
        for name in _files(root):
            path = renamed_file(root / name, here / name) if name.endswith(".py") else root / name
            build_data["force_include"][str(path)] = THERE + name.removeprefix(HERE)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's
        """Remove what initialize() wrote."""
        self._folder.cleanup()


def renamed_file(path: Path, copy: Path) -> Path:
    """Write `path` with renamed imports to `copy`, and return that. Raises ValueError as renamed() does."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        copy.write_bytes(renamed(path.read_bytes().decode()).encode())
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return copy


def renamed(source: str) -> str:
    """Return a module's source with every import of `shared` renamed.

    Raises ValueError if the result differs in anything but the names of imports, or still imports `shared`.
    """
    changed = _IMPORT.sub(rf"\1\2 {THERE}", source)
    expected = _Names().visit(ast.parse(source))
    if ast.dump(expected) != ast.dump(ast.parse(changed)):
        raise ValueError(f"only lines `from {HERE}… import …` and `import {HERE}…` can be renamed")
    return changed


class _Names(ast.NodeTransformer):
    """Renames imports in the syntax tree, where nothing else can look like one."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        node.module = _name(node.module or "")
        return node

    def visit_Import(self, node: ast.Import) -> ast.Import:
        for alias in node.names:
            alias.name = _name(alias.name)
        return node


def _name(module: str) -> str:
    top, dot, rest = module.partition(".")
    return (THERE if top == HERE else top) + dot + rest


def _files(root: Path) -> list[str]:
    """Return the package's files with their paths in the repository, sorted."""
    found = [path for path in (root / HERE).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted(path.relative_to(root).as_posix() for path in found)
