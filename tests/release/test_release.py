"""What `make release-files` writes, and the text of a release."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from infra.check.compiler import Compiler, NoCompiler, Refused
from infra.release.__main__ import main
from infra.release.template import write_template
from infra.release.text import Release
from tests.release.building import ROOT, VERSION

RELEASE = Release("contoso/speech2cosmos", "v1.2.3")
PACKAGE = "https://github.com/contoso/speech2cosmos/releases/download/v1.2.3/app.zip"


@pytest.fixture
def compiler() -> Compiler:
    """Return Microsoft's compiler. Without one, the test is skipped."""
    try:
        return Compiler.find()
    except NoCompiler as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("compiler")
def test_the_files_of_a_release(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "of-an-earlier-version.whl").touch()
    assert main(["--repository", RELEASE.repository, "--tag", f"v{VERSION}", "build", str(folder)]) == 0
    names = {"app.zip", "azuredeploy.json", "app.cdx.json", f"speech2cosmos-{VERSION}-py3-none-any.whl"}
    assert {path.name for path in folder.iterdir()} == names | {"SHA256SUMS"}

    sums = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}

    template = json.loads((folder / "azuredeploy.json").read_text("utf-8"))
    assert "subscriptionDeploymentTemplate" in template["$schema"]
    installs = f"https://github.com/contoso/speech2cosmos/releases/download/v{VERSION}/app.zip"
    assert template["parameters"]["packageUri"]["defaultValue"] == installs
    required = {name for name, one in template["parameters"].items() if "defaultValue" not in one}
    assert required == {"environmentName", "location"}

    listed = {one["name"] for one in json.loads((folder / "app.cdx.json").read_text("utf-8"))["components"]}
    pinned = re.findall(r"^([\w-]+)(?:\[.*\])?==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    assert listed == set(pinned)


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
