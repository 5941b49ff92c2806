"""The template of a release, the release's text, and the branch that has the template."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from infra.check.compiler import Compiler, NoCompiler, Refused
from infra.release.__main__ import main
from infra.release.template import write_template
from infra.release.text import Release

ROOT = Path(__file__).parents[2]
RELEASE = Release("contoso/speech2cosmos", "v1.2.3")
PACKAGE = "https://github.com/contoso/speech2cosmos/releases/download/v1.2.3/app.zip"


@pytest.fixture
def compiler() -> Compiler:
    """Return Microsoft's compiler. Without one, the test is skipped."""
    try:
        return Compiler.find()
    except NoCompiler as error:
        pytest.skip(str(error))


def test_the_template_installs_the_app_of_its_release(compiler: Compiler, tmp_path: Path) -> None:
    write_template(ROOT / "infra", compiler, RELEASE.file("app.zip"), tmp_path / "azuredeploy.json")
    template = json.loads((tmp_path / "azuredeploy.json").read_text("utf-8"))
    assert "subscriptionDeploymentTemplate" in template["$schema"]
    assert template["parameters"]["packageUri"]["defaultValue"] == PACKAGE
    assert {name for name, one in template["parameters"].items() if "defaultValue" not in one} == {
        "environmentName",
        "location",
    }


def test_a_template_is_refused_from_another_compiler_and_without_the_parameter(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"Bicep 0\.0\.1, and releases are compiled by"):
        write_template(ROOT / "infra", Compiler(Path("bicep"), "0.0.1"), PACKAGE, tmp_path / "x")
    infra = shutil.copytree(ROOT / "infra", tmp_path / "infra", ignore=shutil.ignore_patterns("*.py"))
    main_bicep = infra / "main.bicep"
    main_bicep.write_text(main_bicep.read_text("utf-8").replace("packageUri string", "packageAddress string"), "utf-8")
    with pytest.raises(Refused, match=r"main\.bicep has no line"):
        write_template(infra, Compiler(Path("bicep"), "0.49.2"), PACKAGE, tmp_path / "x")


def test_the_portals_link_names_the_commit_of_the_template() -> None:
    text = RELEASE.text("0123abc")
    link = re.search(r"\[Deploy to Azure\]\((.*?)\)", text)
    assert link
    before, _, address = link[1].partition("/uri/")
    assert before == "https://portal.azure.com/#create/Microsoft.Template"
    template = "https://raw.githubusercontent.com/contoso/speech2cosmos/0123abc/azuredeploy.json"
    assert (unquote(address), "/" in address) == (template, False)
    assert f"--template-uri {template} " in text
    wheel = "https://github.com/contoso/speech2cosmos/releases/download/v1.2.3/speech2cosmos-1.2.3-py3-none-any.whl"
    assert f"uv tool install {wheel}\n" in text


@pytest.mark.parametrize(
    ("repository", "tag", "says"),
    [
        ("", "v1.2.3", "'' is no repository OWNER/NAME"),
        ("contoso/a'b", "v1.2.3", "is no repository"),
        ("contoso/speech2cosmos", "1.2.3", "'1.2.3' is no tag of a release"),
        ("contoso/speech2cosmos", "v99.0.0", "the tag is v99.0.0, but pyproject.toml has the version"),
    ],
)
def test_wrong_names_and_tags_are_refused(
    repository: str, tag: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--repository", repository, "--tag", tag, "build", str(tmp_path / "files")]) == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "files").exists()


class Branch:
    """The branch `release` of a remote."""

    def __init__(self, remote: Path) -> None:
        self._remote = remote
        self._git("init", "--quiet", "--bare", str(remote), folder=remote.parent)

    def push(self, template: str, tag: str) -> str:
        """Push a template as the workflow does. Returns the commit."""
        file = self._remote.parent / "template.json"
        file.write_text(template)
        script = ROOT / "infra" / "release" / "push-template.sh"
        ran = subprocess.run(  # noqa: S603 - our script
            ["bash", script, str(self._remote), str(file), tag],  # noqa: S607 - bash as the user has it
            cwd=self._remote.parent,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.strip()

    def show(self, what: str) -> str:
        """Return what `git show` prints."""
        return self._git("show", what, folder=self._remote)

    def log(self) -> list[str]:
        """Return commits with their subjects, the newest first."""
        return self._git("log", "--format=%H %s", "release", folder=self._remote).splitlines()

    def _git(self, *arguments: str, folder: Path) -> str:
        ran = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603, S607 - git as the user has it
        return ran.stdout


def test_each_release_has_a_commit_with_its_template_and_a_repeated_one_has_the_same(tmp_path: Path) -> None:
    branch = Branch(tmp_path / "remote.git")
    first = branch.push("{1}", "v1.0.0")
    second = branch.push("{2}", "v1.1.0")
    assert branch.push("{2}", "v1.1.0") == second
    assert branch.log() == [f"{second} v1.1.0", f"{first} v1.0.0"]
    assert branch.show(f"{first}:azuredeploy.json") == "{1}"
    assert branch.show("release:azuredeploy.json") == "{2}"
    assert branch.show("release:").splitlines()[2:] == ["azuredeploy.json"]
