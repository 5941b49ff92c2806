"""Mistakes that only the compiler finds, and the check without a compiler."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.check import snapshots
from infra.check.compiler import HOW_TO_GET, Compiler, NoCompiler, Refused
from infra.check.problem import Problem
from infra.check.run import check, compiled
from tests.infra.conftest import copied

SEEDED = {
    "BCP037": ("storage-account.bicep", "    supportsHttpsTrafficOnly: true", "    supportsHttpsTraffic: true"),
    "BCP089": ("function-app.bicep", "      scmMinTlsVersion: '1.2'", "      scmMinTlsVersio: '1.2'"),
    "BCP036": ("cosmos.bicep", "        defaultTtl: -1", "        defaultTtl: '-1'"),
    "BCP035": ("identity.bicep", "  location: location\n", ""),
    "BCP073": ("speech-account.bicep", "    disableLocalAuth: true", "    endpoint: name\n    disableLocalAuth: true"),
    "BCP081": ("monitoring.bicep", "Microsoft.Insights/workbooks@", "Microsoft.Insights/workbook@"),
    "no-unused-params": (
        "network.bicep",
        "param tags tagSet\n",
        "param tags tagSet\n@description('d')\nparam spare int = 1\n",
    ),
    "use-description-params": ("speech.bicep", "@description('Role assignments on it.')\n", ""),
}
"""A mistake for each diagnostic: the file, a text that occurs once in it, and its replacement."""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{path.name} has {old!r} {text.count(old)} times, not once: correct the test"
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="session")
def linted(compiler: Compiler, tmp_path_factory: pytest.TempPathFactory) -> list[Problem]:
    """Return the compiler's findings in a copy with all mistakes at once, because a call takes seconds."""
    infra = copied(tmp_path_factory.mktemp("seeded"))
    for file, old, new in SEEDED.values():
        edit(infra / "modules" / file, old, new)
    return compiler.lint(infra)


@pytest.mark.parametrize("rule", SEEDED)
def test_a_compiler_warning_is_a_problem_with_the_file(rule: str, linted: list[Problem]) -> None:
    found = [problem.where for problem in linted if problem.text.startswith(f"{rule}: ")]
    assert f"infra/modules/{SEEDED[rule][0]}" in [where.partition(":")[0] for where in found]


def test_a_changed_deployment_and_an_unformatted_file_are_problems(compiler: Compiler, copy: Path) -> None:
    edit(copy / "modules" / "speech-account.bicep", "name: 'S0'", "name:   'S1'")
    edit(
        copy / "modules" / "cosmos.bicep",
        "    // An account accepts only one change at once.\n    dependsOn: [collections]\n",
        "",
    )
    for file in snapshots.parameter_files(copy):
        if file.stem != "default":
            file.unlink()
    found = compiled(copy, compiler)
    assert {problem.where for problem in found} == {
        "infra/modules/speech-account.bicep",
        "infra/snapshots/default.snapshot.json",
        "infra/snapshots/template.json",
    }
    changed = next(problem for problem in found if problem.where.endswith("default.snapshot.json"))
    assert '"S0" => "S1"' in changed.text


def test_a_file_that_does_not_compile_is_a_problem(compiler: Compiler, copy: Path) -> None:
    edit(copy / "main.bicep", "targetScope = 'subscription'", "targetScope = 'subscription")
    assert any("BCP004" in problem.text for problem in compiled(copy, compiler))


class Shuffled(Compiler):
    """Writes resources and outputs in a different order each time, as the compiler does with outputs."""

    def build(self, infra: Path) -> dict[str, Any]:
        """Return an empty template."""
        return {"parameters": {}, "outputs": {}, "resources": {}, "of": str(infra)}

    def snapshot(self, parameters: Path) -> dict[str, Any]:
        """Return the committed snapshot, shuffled."""
        made: dict[str, Any] = json.loads(parameters.with_suffix(".snapshot.json").read_text("utf-8"))
        random.shuffle(made["predictedResources"])
        made["outputs"] = dict(random.sample(list(made["outputs"].items()), len(made["outputs"])))
        return made


def test_snapshots_are_deterministic(copy: Path) -> None:
    for _ in range(2):
        snapshots.write(copy, Shuffled(Path(), "0.0.0"))
        for file in snapshots.parameter_files(snapshots.INFRA):
            name = file.with_suffix(".snapshot.json").name
            assert (copy / "snapshots" / name).read_bytes() == file.with_name(name).read_bytes()


def run(**environ: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in {"BICEP", "PATH", "HOME"}}
    command = [sys.executable, "-m", "infra.check"]
    return subprocess.run(command, env=env | environ, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def test_without_a_compiler_the_rules_run_and_a_line_says_how_to_get_it(tmp_path: Path) -> None:
    done = run(PATH="", HOME=str(tmp_path))
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines() == [
        "our rules, 5 deployments: no problem found",
        f"not asked: the compiler. no Bicep compiler was found; {HOW_TO_GET}",
    ]


def test_a_compiler_that_does_not_start_counts_as_missing(tmp_path: Path) -> None:
    other = tmp_path / "bicep"
    other.write_bytes(b"\x7fELF of another processor")
    other.chmod(0o755)
    done = run(PATH="", HOME=str(tmp_path), BICEP=str(other))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{other} does not start" in done.stdout


def test_a_configured_compiler_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    done = run(PATH="", HOME=str(tmp_path), BICEP=str(tmp_path / "bicep"))
    assert done.returncode == 1
    assert "is no file" in done.stderr
    with pytest.raises(Refused):
        Compiler.find({"BICEP": str(tmp_path / "bicep")})


@pytest.mark.parametrize("place", ["BICEP", "PATH", "az"])
def test_the_compiler_is_found_in_each_place(place: str, tmp_path: Path) -> None:
    folder = tmp_path / ".azure" / "bin" if place == "az" else tmp_path / "bin"
    folder.mkdir(parents=True)
    script = folder / "bicep"
    script.write_text("#!/bin/sh\necho Bicep CLI version 1.2.3 \\(abc\\)\n")
    script.chmod(0o755)
    environ = {"BICEP": {"BICEP": str(script)}, "PATH": {"PATH": str(folder)}, "az": {"HOME": str(tmp_path)}}[place]
    assert Compiler.find(environ) == Compiler(script, "1.2.3")
    with pytest.raises(NoCompiler):
        Compiler.find({"PATH": str(tmp_path)})


def test_without_a_compiler_a_changed_source_is_a_problem(copy: Path) -> None:
    assert check(copy, None) == []
    config = copy / "bicepconfig.json"
    config.write_bytes(config.read_bytes().replace(b"\n", b"\r\n"))
    assert check(copy, None) == [], "other line ends do not count as a change"
    edit(copy / "modules" / "speech-account.bicep", "name: 'S0'", "name: 'S1'")
    (copy / "modules" / "identity.bicep").unlink()
    assert [line.partition(": changed")[0] for line in check(copy, None)] == [
        "snapshot: infra/modules/identity.bicep",
        "snapshot: infra/modules/speech-account.bicep",
    ]


def test_the_error_about_a_missing_snapshot_says_how_to_make_it(copy: Path) -> None:
    (copy / "snapshots" / "default.snapshot.json").unlink()
    assert "make infra-snapshots" in " ".join(check(copy, None))
