"""The committed files of infra/snapshots: each deployment, the template's outline, and hashes of their sources.

`make infra-snapshots` writes them. They are sorted, so that every difference is a change.
"""

import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

from infra.check.compiler import Compiler
from infra.check.problem import Problem
from infra.check.template import outline

INFRA = Path(__file__).parent.parent
OUTLINE = "template.json"
SOURCES = "sources.json"
AGAIN = "`make infra-snapshots` makes it anew: look at what git says has changed"


def parameter_files(infra: Path) -> list[Path]:
    """Return the parameter file of each deployment."""
    return sorted((infra / "snapshots").glob("*.bicepparam"))


def write(infra: Path, compiler: Compiler) -> None:
    """Write every file. Raises Refused if the Bicep cannot be compiled."""
    folder = infra / "snapshots"
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        template = pool.submit(compiler.build, infra)
        for file, made in zip(parameter_files(infra), pool.map(compiler.snapshot, parameter_files(infra)), strict=True):
            # The compiler writes outputs in a different order each time.
            made["predictedResources"].sort(key=lambda one: (one["type"], one["id"]))
            _write(file.with_suffix(".snapshot.json"), made)
        _write(folder / OUTLINE, outline(template.result()))
    _write(folder / SOURCES, {"compiler": compiler.version, "sha256": _digests(infra)})


def stale(infra: Path) -> list[Problem]:
    """Return a problem for each source that differs from the one of the snapshots."""
    then = read(infra, SOURCES).get("sha256", {})
    now = _digests(infra)
    return [
        Problem("snapshot", f"{infra.name}/{name}", f"changed after the snapshots were made: {AGAIN}")
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    ]


def compare(infra: Path, compiler: Compiler) -> list[Problem]:
    """Return where snapshots and outline differ from what the compiler produces now. Raises Refused."""
    files = parameter_files(infra)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        template = pool.submit(compiler.build, infra)
        differences = pool.map(compiler.validate, files)
        found = [
            Problem("snapshot", f"{infra.name}/snapshots/{file.stem}.snapshot.json", f"{difference}\n{AGAIN}")
            for file, difference in zip(files, differences, strict=True)
            if difference
        ]
        if outline(template.result()) != read(infra, OUTLINE):
            found.append(Problem("snapshot", f"{infra.name}/snapshots/{OUTLINE}", f"has changed: {AGAIN}"))
    return found


def read(infra: Path, name: str) -> dict[str, Any]:
    """Return the JSON of a file in infra/snapshots; an empty object if there is none."""
    path = infra / "snapshots" / name
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def _digests(infra: Path) -> dict[str, str]:
    def files() -> Iterable[Path]:
        yield infra / "bicepconfig.json"
        yield from infra.rglob("*.bicep")
        yield from (infra / "modules").glob("*.json")
        yield from parameter_files(infra)

    def digest(path: Path) -> str:
        # Git may write other line ends on another machine.
        return sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()

    return {path.relative_to(infra).as_posix(): digest(path) for path in sorted(files()) if path.exists()}


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
