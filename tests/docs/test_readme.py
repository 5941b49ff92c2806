"""The README names every dependency, with a reason, and every target of the Makefile that a person uses."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
TABLE = README[README.index("### Dependencies") :]


def required() -> set[str]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lists = [pyproject["project"]["dependencies"], *pyproject["dependency-groups"].values()]
    python = {re.split(r"[=<> ]", one)[0] for declared in lists for one in declared}
    package = json.loads((ROOT / "local" / "package.json").read_text())
    return python | set(package["dependencies"]) | set(package["devDependencies"])


def test_the_table_has_exactly_the_dependencies() -> None:
    rows = [row.split("|") for row in TABLE.splitlines() if row.startswith("| ")][1:]
    named = {name.strip() for row in rows for name in row[2].split(",")}
    assert named - {"Azurite"} == required() - {"azurite"}
    assert all(row[3].strip() for row in rows), "each with a reason"


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z-]+)", README))
    assert {"run", "test", "up", "setup"} <= named <= targets
