"""`--help`, `--version` and completion: what they print, and what they import. Each runs in a process of its own."""

import os
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import version
from inspect import getdoc
from pathlib import Path

import pytest
import typer

from shared.cli.lazy import Lazy
from shared.cli.main import app

ROOT = Path(__file__).parents[2]
SHELLS = ("bash", "zsh", "fish")

_COMMAND = (
    "import sys\nfrom shared.cli.main import main\n"
    "try:\n    main()\nfinally:\n    print('IMPORTED', *sys.modules, file=sys.stderr)\n"
)


def speech2cosmos(*arguments: str, **environment: str) -> tuple[str, set[str]]:
    """Run the command. Returns what it printed, and the modules that it imported."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CONFIG_HOME") if name in os.environ}
    ran = subprocess.run(  # noqa: S603 - the program is this file's
        [sys.executable, "-c", _COMMAND, *arguments],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    before, _, modules = ran.stderr.partition("IMPORTED ")
    assert before == ""
    return ran.stdout, set(modules.split())


def completed(line: str) -> tuple[list[str], set[str]]:
    """Complete a line as bash asks for it. Returns the words that may follow, and the modules that were imported."""
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    printed, modules = speech2cosmos(_SPEECH2COSMOS_COMPLETE="complete_bash", **words)
    return printed.split(), modules


def heavy(modules: set[str]) -> set[str]:
    """Return the modules that only commands need. pydantic is none: typer reads options of groups with it."""
    tops = {"azure", "cryptography", "requests", "rich", "tenacity", "urllib3"}
    light = {
        f"shared.cli.{name}" for name in ("advice", "cloud", "common", "exits", "installed", "lazy", "main", "terminal")
    }
    light |= {f"shared.cli.terminal.{name}" for name in ("colour", "output", "text", "times", "wishes")}
    ours = {name for name in modules if name.startswith(("shared.cli.", "shared.adapters", "shared.pipeline"))}
    return {name for name in modules if name in tops | {"shared.bootstrap", "shared.settings"}} | (ours - light)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["poison", "--help"], ["poison", "-h"], ["--version"]])
def test_help_and_version_import_no_command(arguments: list[str]) -> None:
    printed, modules = speech2cosmos(*arguments)
    assert printed
    assert heavy(modules) == set()
    assert arguments[0] == "poison" or "pydantic" not in modules


def test_the_short_form_of_help_works_everywhere() -> None:
    for command in ([], ["poison"], ["split"], ["poison", "list"]):
        assert speech2cosmos(*command, "-h")[0] == speech2cosmos(*command, "--help")[0]


def test_the_version_is_that_of_the_project() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert speech2cosmos("--version")[0] == f"speech2cosmos {declared}\n"
    assert version("speech2cosmos") == declared


@pytest.mark.parametrize("shell", SHELLS)
def test_the_completion_script_of_a_shell_calls_the_command_and_imports_none(shell: str) -> None:
    script, modules = speech2cosmos(_SPEECH2COSMOS_COMPLETE=f"source_{shell}")
    assert f"_SPEECH2COSMOS_COMPLETE=complete_{shell}" in script
    assert "speech2cosmos" in script.replace("_speech2cosmos", "")
    assert heavy(modules) == set()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_completion_script_of_a_shell_is_valid(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    script, _ = speech2cosmos(_SPEECH2COSMOS_COMPLETE=f"source_{shell}")
    subprocess.run([program, "-n"], input=script, text=True, check=True)  # noqa: S603 - -n reads without running


def test_show_completion_prints_the_script_of_the_shell_that_runs_the_command() -> None:
    run = f'"{sys.executable}" -c "from shared.cli.main import main; main()" --show-completion; true'
    shown = subprocess.run(["bash", "-c", run], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    assert shown.stdout.strip() == speech2cosmos(_SPEECH2COSMOS_COMPLETE="source_bash")[0].strip()


def test_bash_completes_commands_and_imports_none() -> None:
    assert completed("speech2cosmos s")[0] == ["show", "search", "serve", "submit", "split", "speech"]
    for line, words in (("speech2cosmos po", ["poison"]), ("speech2cosmos poison ", ["list", "show"])):
        found, modules = completed(line)
        assert found == words
        assert heavy(modules) == set()


def test_bash_completes_options_and_values_of_a_command_and_imports_only_that_command() -> None:
    assert "--turn-gap-seconds" in completed("speech2cosmos split --turn")[0]
    found, modules = completed("speech2cosmos jobs --status comp")
    assert found == ["completed", "completedWithErrors"]
    assert "shared.cli.look.jobs" in modules
    assert "shared.cli.do.split" not in modules


def registered(group: typer.Typer) -> list[tuple[str, str]]:
    """Return the place and the line in the help of a group's commands."""
    commands = [(each.cls, str(each.short_help)) for each in group.registered_commands]
    return [(cls.place, about) for cls, about in commands if cls and issubclass(cls, Lazy)]


GROUPS = [app, *(each.typer_instance for each in app.registered_groups if each.typer_instance)]


@pytest.mark.parametrize(("place", "about"), [each for group in GROUPS for each in registered(group)])
def test_the_line_of_a_command_in_the_help_begins_its_own_help(place: str, about: str) -> None:
    module, _, function = place.partition(":")
    own = getdoc(getattr(import_module(f"shared.cli.{module}"), function))
    assert own is not None
    assert own.startswith(about.removesuffix("."))
