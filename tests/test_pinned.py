"""Every package is pinned with a hash, and none has an address of its own. `make audit` checks all of them."""

import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.txt"))


def blocks(name: str) -> list[str]:
    """Return each requirement with the lines that belong to it, without comments."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.strip().startswith("#")]
    return re.split(r"\n(?=\S)", "\n".join(lines).strip())


def names(requirements: Iterable[str]) -> set[str]:
    """Return the packages that a list of requirements or a lock file names, without versions."""
    return {re.split(r"[=<> ]", one)[0] for one in requirements}


def test_each_list_of_pyproject_has_a_complete_lock_file() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lists = {f"requirements-{name}.txt": group for name, group in pyproject["dependency-groups"].items()}
    lists["requirements.txt"] = lists.pop("requirements-app.txt")
    assert set(lists) == set(LOCKS)
    for lock, declared in lists.items():
        assert names(declared) <= names(blocks(lock)), f"{lock}: make lock"


def test_the_command_line_has_what_the_app_has_and_its_tests_run_with_it() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups, command = pyproject["dependency-groups"], set(pyproject["project"]["dependencies"])
    assert set(groups["app"]) - command == {"azure-functions"}, "which only function_app.py imports"
    assert command <= {*groups["app"], *groups["dev"]}, "requirements-dev.txt lacks some"


def test_the_locks_agree_on_each_version() -> None:
    pinned = {name: {block.splitlines()[0] for block in blocks(name)} for name in LOCKS}
    for line in pinned["requirements-dev.txt"]:
        package = line.partition("==")[0]
        app = {one for one in pinned["requirements.txt"] if one.partition("==")[0] == package}
        assert not app or line in app, f"{line}: the tests would not run with what Azure installs: make lock"


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_a_hash(name: str) -> None:
    found = blocks(name)
    assert found
    for block in found:
        first, *rest = block.splitlines()
        assert re.match(r"[A-Za-z0-9][\w.-]*(\[[\w,-]+\])?==[^\s;]+( ; .+)? \\$", first), first
        assert rest, first
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in rest), first


def test_every_npm_package_has_an_integrity_hash_and_no_address() -> None:
    packages = json.loads((ROOT / "local" / "package-lock.json").read_text())["packages"]
    ours = {name: one for name, one in packages.items() if name}
    assert len(ours) > 200
    for name, one in ours.items():
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name


def test_make_setup_installs_only_hashed_packages_and_make_audit_checks_all() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert makefile.count("pip install") == 1, "in $(PIP)"
    installs = re.findall(r"\$\(PIP\) (.*)", makefile)
    assert installs
    for line in installs:
        assert "--require-hashes" in line or "--no-deps --no-build-isolation --editable ." in line, line
    assert "npm --prefix local ci" in makefile
    recipe = makefile[makefile.index("\naudit:") :].partition("\n\n")[0]
    assert "for file in requirements*.txt" in recipe
    assert "--strict" in recipe, "without it pip-audit skips packages that it cannot check"
    assert "npm --prefix local audit" in recipe
    assert "-m infra.scan" in recipe
    assert "exit 1" in recipe
