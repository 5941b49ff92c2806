"""Every package is pinned, with a hash, and comes from no address of its own; `make audit` asks about all."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.txt"))


def blocks(name: str) -> list[str]:
    """Return each requirement with the lines that belong to it, without comments."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.strip().startswith("#")]
    return re.split(r"\n(?=\S)", "\n".join(lines).strip())


def test_there_is_a_lock_for_each_list() -> None:
    assert {f"{path.stem}.txt" for path in ROOT.glob("requirements*.in")} == set(LOCKS)
    assert {"requirements.txt", "requirements-dev.txt"} <= set(LOCKS)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_a_hash(name: str) -> None:
    found = blocks(name)
    assert found
    for block in found:
        first, *rest = block.splitlines()
        assert re.match(r"[A-Za-z0-9][\w.-]*(\[[\w,-]+\])?==[^\s;]+( ; .+)? \\$", first), first
        assert rest, first
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in rest), first


def test_every_package_of_npm_has_its_integrity_and_no_address() -> None:
    packages = json.loads((ROOT / "local" / "package-lock.json").read_text())["packages"]
    ours = {name: one for name, one in packages.items() if name}
    assert len(ours) > 200
    for name, one in ours.items():
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name


def test_make_setup_installs_nothing_without_its_hash_and_make_audit_leaves_out_nothing() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for line in re.findall(r"pip install .*-r .*", makefile):
        assert "--require-hashes" in line
    assert "npm --prefix local ci" in makefile
    recipe = makefile[makefile.index("\naudit:") :].partition("\n\n")[0]
    assert "for file in requirements*.txt" in recipe
    assert "--strict" in recipe, "without it pip-audit passes over what it cannot ask about"
    assert "npm --prefix local audit" in recipe
    assert "exit 1" in recipe
