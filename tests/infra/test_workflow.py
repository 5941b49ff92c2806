"""The workflows are valid, and their targets and paths exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.check.compiler import VERSION
from infra.check.snapshots import INFRA

ROOT = INFRA.parent
WORKFLOWS = ROOT / ".github" / "workflows"
WORKFLOW = WORKFLOWS / "ci.yml"
RELEASE = WORKFLOWS / "release.yml"


def linted(path: Path) -> subprocess.CompletedProcess[str]:
    # The package contains the schema, so no network is needed.
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours


@pytest.mark.parametrize("workflow", [WORKFLOW, RELEASE], ids=lambda path: path.name)
def test_a_workflow_matches_githubs_schema(workflow: Path) -> None:
    done = linted(workflow)
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


def test_the_release_runs_the_tests_with_the_compiler_that_makes_its_template() -> None:
    text = RELEASE.read_text("utf-8")
    assert f"az bicep install --version v{VERSION}" in text
    for path in (".ci/run", "infra/release/publish.sh"):
        assert f"bash {path}" in text
        assert (ROOT / path).exists()
    assert 'make release-files REPOSITORY="$GITHUB_REPOSITORY" TAG="$GITHUB_REF_NAME"' in text


def test_only_the_job_that_publishes_may_write_and_it_installs_nothing() -> None:
    build, publish = RELEASE.read_text("utf-8").split("\n  publish:\n")
    assert "permissions: {}" in build
    assert ": write" not in build
    assert not re.search(r"\b(make|pip|npm|uv|\.ci/run)\b", publish)


def test_every_action_is_pinned_and_the_workflows_agree_on_its_version() -> None:
    text = "".join(path.read_text("utf-8") for path in WORKFLOWS.glob("*.yml"))
    used = set(re.findall(r"uses: (\S+)@(.*)", text))
    assert all(re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", version) for _, version in used)
    assert len({action for action, _ in used}) == len(used)


def test_the_workflow_runs_microsofts_compiler_host_and_emulator() -> None:
    text = WORKFLOW.read_text("utf-8")
    for command in (f"az bicep install --version v{VERSION}", "func start", "azure-cosmos-emulator"):
        assert command in text
