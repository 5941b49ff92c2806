"""Runs the whole check: the compiler, if there is one, then the rules on the committed snapshots."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.check import azd, coverage, flex, order, rights, security, snapshots, wants
from infra.check.compiler import Compiler, Refused
from infra.check.deployment import Deployment
from infra.check.problem import Problem


def check(infra: Path, compiler: Compiler | None) -> list[str]:
    """Return a line for each problem. One that several deployments have is one line, which names them."""
    try:
        deployments = [Deployment.read(file) for file in snapshots.parameter_files(infra)]
    except OSError as error:
        return [f"snapshot: {error}: `make infra-snapshots` makes it"]
    outline = snapshots.read(infra, snapshots.OUTLINE)
    found = defaultdict[Problem, list[str]](list)
    for problem in snapshots.stale(infra) + (compiled(infra, compiler) if compiler else []):
        found[problem] = []
    for name, problem in ruled(infra, deployments, outline):
        found[problem] += [name] if name else []
    return [f"{problem} ({', '.join(names)})" if names else str(problem) for problem, names in sorted(found.items())]


def compiled(infra: Path, compiler: Compiler) -> list[Problem]:
    """Return what the compiler finds: errors and warnings or, without these, changed snapshots and formatting."""
    try:
        return compiler.lint(infra) or compiler.format(infra) + snapshots.compare(infra, compiler)
    except Refused as error:
        return [Problem("compiler", "main.bicep", str(error))]


def ruled(infra: Path, deployments: list[Deployment], outline: dict[str, Any]) -> Iterator[tuple[str, Problem]]:
    """Yield what the rules find, with the deployment's name; an empty name if it concerns all of them."""
    for problem in (
        *rights.evidence(),
        *azd.check_files(infra, outline),
        *order.check(outline),
        *coverage.check(deployments, outline),
    ):
        yield "", problem
    for one in deployments:
        for rule in (wants, rights, security, flex):
            for problem in rule.check(one):
                yield one.name, problem
        for problem in azd.check(infra, one):
            yield one.name, problem
