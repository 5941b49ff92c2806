"""Small Bicep for what the real files do not happen to hold."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.check import bodies, members, modules, names, order
from infra.check.problem import Problem
from infra.check.source import Tree

Lint = Callable[..., list[Problem]]


@pytest.fixture
def lint(tmp_path: Path) -> Lint:
    """Return a function that lints main.bicep with this text, and others by name."""

    def run(text: str, **others: str) -> list[Problem]:
        bicep = written(tmp_path, text, **others)
        rules = (names, bodies, members, modules, order)
        return sorted({*bicep.problems, *(found for rule in rules for found in rule.check(bicep))})

    return run


def written(folder: Path, text: str, **others: str) -> Tree:
    """Write main.bicep and others (`name="text"` is name.bicep) and return what is read of them."""
    (folder / "main.bicep").write_text(text, "utf-8")
    for name, other in others.items():
        (folder / f"{name}.bicep").write_text(other, "utf-8")
    return Tree.of(folder)
