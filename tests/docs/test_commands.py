"""The commands of docs/deploy.md and docs/operations.md are valid bash and do what the pages say."""

import json
import os
import re
import shutil
import subprocess
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = ("deploy.md", "operations.md")
SETTINGS_OF_THE_SHELL = "set -euo pipefail\n"

OUTPUTS = {
    "azurE_RESOURCE_GROUP": "rg-speech2cosmos",
    "azurE_FUNCTION_APP_NAME": "func-abc",
    "speecH_ENDPOINT": "https://contoso-speech.cognitiveservices.azure.com/",
    "cosmoS_ENDPOINT": "https://contoso.documents.azure.com/",
    "cosmoS_DATABASE": "speech",
    "storagE_ACCOUNT_NAME": "storabc",
    "azureWebJobsStorage__queueServiceUri": "https://storabc.queue.core.windows.net/",
    "jobS_QUEUE": "transcription-jobs",
}
"""Outputs as `az deployment … --query properties.outputs` returns them: the case of their names differs from the
Bicep's."""

RIGHTS = "ok\tSpeech: list transcriptions\t\t\n"


def blocks(page: str) -> list[tuple[str, str]]:
    """Return the blocks of commands of a page, each with its heading."""
    text = re.sub(r"```.*?```", "", (DOCS / page).read_text(), flags=re.DOTALL)
    found, heading = [], ""
    for part in re.split(r"\n\n+", text):
        if part.startswith("#"):
            heading = part.splitlines()[0].lstrip("# ")
        elif all(line.startswith("    ") for line in part.splitlines()):
            found.append((heading, textwrap.dedent(part) + "\n"))
    return found


def under(heading: str) -> list[str]:
    """Return the blocks under a heading of docs/deploy.md."""
    return [block for each, block in blocks("deploy.md") if each == heading]


FROM_A_RELEASE = [*under("From a release"), *under("The addresses")]
WITHOUT_AZD = [*under("Without azd")[:1], *under("The addresses"), *under("Without azd")[1:]]


@pytest.mark.parametrize("page", PAGES)
def test_bash_and_shellcheck_accept_every_command(page: str, tmp_path: Path) -> None:
    script = tmp_path / "commands.sh"
    # Names in capitals that a page does not set are placeholders, such as ID and SENDER.
    found = [block for _, block in blocks(page)]
    assert len(found) >= 4
    script.write_text("#!/bin/bash\n" + "\n".join(found))
    subprocess.run(["bash", "-n", script], check=True)  # noqa: S603, S607 - the page's own commands, only parsed
    linter = shutil.which("shellcheck", path=str(ROOT / ".venv" / "bin"))
    assert linter is not None
    # SC1090: shellcheck cannot follow the output of `azd env get-values`.
    # SC2034, SC2154: one page sets variables that the other uses.
    command = [linter, "--exclude=SC1090,SC2034,SC2154", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a program of ours
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("page", PAGES)
def test_no_option_is_newer_than_an_old_curl(page: str) -> None:
    """Ubuntu 20.04 has curl 7.68: `--json` came with 7.82, `--fail-with-body` with 7.76."""
    assert re.findall(r"--json\b|--fail-with-body|--retry-all-errors|--variable", (DOCS / page).read_text()) == []


FAKE = """#!/usr/bin/env bash
printf '%s\\n' "$(basename "$0") $*" >> "$CALLS"
case "$(basename "$0") $*" in
  "az deployment sub show"*"--query properties.outputs "*) cat "$ANSWERS/outputs.json" ;;
  "az account get-access-token"*) echo token ;;
  "az monitor log-analytics workspace list"*) echo workspace ;;
  "az monitor log-analytics query"*) cat "$ANSWERS/rights.tsv" ;;
  "azd env get-values"*) cat "$ANSWERS/values.env" ;;
esac
"""


@dataclass
class Shell:
    """A bash in which az, azd, func, curl and zip record their arguments and print what Azure would."""

    folder: Path

    def __post_init__(self) -> None:
        programs = self.folder / "bin"
        programs.mkdir()
        for name in ("az", "azd", "func", "curl", "uv", "zip", "speech2cosmos"):
            program = programs / name
            program.write_text(FAKE)
            program.chmod(0o755)
        shape = {name: {"type": "String", "value": value} for name, value in OUTPUTS.items()}
        self.answer("outputs.json", json.dumps(shape, indent=2))
        self.answer("rights.tsv", RIGHTS)

    def answer(self, name: str, text: str) -> None:
        """Set what Azure returns from now on."""
        (self.folder / name).write_text(text)

    def run(self, *commands: str) -> str:
        """Run blocks of commands in one shell; return their output."""
        environ = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "CALLS": str(self.folder / "calls"),
            "ANSWERS": str(self.folder),
        }
        script = SETTINGS_OF_THE_SHELL + "\n".join(commands)
        done = subprocess.run(  # noqa: S603 - the page's own commands, with fake programs
            ["bash", "-c", script],  # noqa: S607 - the bash that the reader has
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return done.stdout

    @property
    def calls(self) -> str:
        """The recorded calls, one per line."""
        return (self.folder / "calls").read_text()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_from_a_release_neither_azd_nor_core_tools_is_called(shell: Shell) -> None:
    out = shell.run(*FROM_A_RELEASE, *under("The command line"), *under("Check it"))
    assert out.endswith("OK: the app has every right that it needs\n")
    assert "--template-uri https://raw.githubusercontent.com/OWNER/NAME/release/azuredeploy.json" in shell.calls
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    wheel = f"releases/download/v{version}/speech2cosmos-{version}-py3-none-any.whl"
    assert f"uv tool install https://github.com/OWNER/NAME/{wheel}" in shell.calls
    assert not {line.split()[0] for line in shell.calls.splitlines()} & {"azd", "func", "zip"}


def test_without_azd_the_outputs_reach_every_later_command(shell: Shell) -> None:
    out = shell.run(*WITHOUT_AZD, *under("Check it"), *under("The first document")[:1])
    assert out.endswith("OK: the app has every right that it needs\n")
    assert "environmentName=speech2cosmos location=westus2" in shell.calls
    assert "func azure functionapp publish func-abc --python" in shell.calls
    assert "config-zip --resource-group rg-speech2cosmos --name func-abc --src app.zip" in shell.calls
    assert "az monitor log-analytics workspace list --resource-group rg-speech2cosmos" in shell.calls
    assert "--workspace workspace" in shell.calls
    assert "az login" in shell.calls
    assert (
        "https://contoso-speech.cognitiveservices.azure.com/speechtotext/transcriptions:submit?api-version=2025-10-15"
        in shell.calls
    )


def test_the_shell_has_the_settings_of_the_command_line(shell: Shell) -> None:
    out = shell.run(*FROM_A_RELEASE, "env")
    values = dict(line.partition("=")[::2] for line in out.splitlines())
    assert {
        name: values[name] for name in ("SPEECH_ENDPOINT", "JOBS_QUEUE", "AzureWebJobsStorage__queueServiceUri")
    } == {
        "SPEECH_ENDPOINT": OUTPUTS["speecH_ENDPOINT"],
        "JOBS_QUEUE": "transcription-jobs",
        "AzureWebJobsStorage__queueServiceUri": OUTPUTS["azureWebJobsStorage__queueServiceUri"],
    }


def test_with_azd_the_check_uses_azds_values(shell: Shell) -> None:
    shell.answer("values.env", 'AZURE_RESOURCE_GROUP="rg-azd"\nAZURE_FUNCTION_APP_NAME="func-azd"\n')
    shell.run(*under("With azd"), *under("Check it"))
    assert "azd up" in shell.calls
    assert "az monitor log-analytics workspace list --resource-group rg-azd" in shell.calls


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("", "NOTHING YET"),
        (RIGHTS, "OK"),
        (RIGHTS + "missing\tQueue storage: read transcription-jobs\trole\tsetting\n", "NOT ALLOWED"),
        (RIGHTS + "inconclusive\tSpeech: list transcriptions\t\tSPEECH_ENDPOINT\n", "NOT ALLOWED"),
    ],
)
def test_the_check_prints_whether_rights_are_missing(shell: Shell, answer: str, verdict: str) -> None:
    shell.answer("rights.tsv", answer)
    out = shell.run(*FROM_A_RELEASE, *under("Check it"))
    assert out.splitlines()[-1].startswith(f"{verdict}: ")
