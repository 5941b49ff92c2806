"""The workflow of continuous integration is valid, and its targets and paths exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.check.compiler import VERSION
from infra.check.snapshots import INFRA

ROOT = INFRA.parent
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def linted(path: Path) -> subprocess.CompletedProcess[str]:
    # The package contains the schema, so no network is needed.
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def test_the_workflow_matches_githubs_schema() -> None:
    done = linted(WORKFLOW)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("right", "wrong"), [("runs-on:", "run-on:"), ("jobs:", "job:"), ("steps:", "step:")])
def test_a_mistake_in_the_workflow_is_found(right: str, wrong: str, tmp_path: Path) -> None:
    broken = tmp_path / "ci.yml"
    broken.write_text(WORKFLOW.read_text("utf-8").replace(right, wrong, 1), "utf-8")
    assert linted(broken).returncode == 1


def test_every_target_and_path_in_the_workflow_exists() -> None:
    text = WORKFLOW.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"run: make ([a-z-]+)", text))
    assert named == {"audit", "infra-check", "setup"}
    assert named <= targets
    for path in (".ci/run", "tests/infra", "tests/contract_cosmos", "local.settings.sample.json", "function_app.py"):
        assert path in text
        assert (ROOT / path).exists()


def test_the_workflow_runs_microsofts_compiler_host_and_emulator() -> None:
    text = WORKFLOW.read_text("utf-8")
    for command in (f"az bicep install --version v{VERSION}", "func start", "azure-cosmos-emulator"):
        assert command in text
