"""The command line, installed from the wheel into an environment of its own, and used without any server."""

import json
import subprocess
from pathlib import Path

from tests.release.building import ROOT
from tests.release.installed.conftest import ADDRESS
from tests.release.installed.running import clean, run

IMPORT_ALL = """
import importlib, pkgutil, sys
import speech2cosmos
for module in pkgutil.walk_packages(speech2cosmos.__path__, "speech2cosmos."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        assert error.name == "pyarrow", error
assert "shared" not in sys.modules
print(speech2cosmos.__path__[0])
"""


def test_help_names_the_commands(tools: Path, tmp_path: Path) -> None:
    out = run(tools / "bin" / "speech2cosmos", "--help", folder=tmp_path)
    assert "Usage: speech2cosmos " in out
    assert {"jobs", "export", "submit"} <= set(out.split())


def test_every_module_is_importable_and_none_is_called_shared(tools: Path, tmp_path: Path) -> None:
    python = tools / "speech2cosmos" / "bin" / "python"
    assert str(tools) in run(python, "-c", IMPORT_ALL, folder=tmp_path)


def test_a_sample_is_split(tools: Path, tmp_path: Path) -> None:
    sample = ROOT / "local" / "samples" / "data" / "diarized-mono.json"
    documents = run(tools / "bin" / "speech2cosmos", "split", sample, folder=tmp_path).splitlines()
    assert {json.loads(line)["type"] for line in documents} == {"part", "transcript"}


def test_the_files_of_the_transcript_page_are_installed(tools: Path, tmp_path: Path) -> None:
    program = "from speech2cosmos.rendering.page.files import part\nprint(part('page.css'), end='')"
    css = run(tools / "speech2cosmos" / "bin" / "python", "-c", program, folder=tmp_path)
    assert css == (ROOT / "shared" / "rendering" / "page" / "page.css").read_text("utf-8")


def test_advice_names_addresses_and_nothing_that_only_a_checkout_has(tools: Path, tmp_path: Path) -> None:
    command = tools / "bin" / "speech2cosmos"
    (tmp_path / "result.json").write_text("[]")
    for arguments in (["jobs"], ["split", "result.json"]):
        ran = subprocess.run(  # noqa: S603 - the command that the tests installed
            [command, *arguments], cwd=tmp_path, env=clean({}), capture_output=True, text=True, check=False
        )
        assert ran.returncode
        assert "make up" not in ran.stderr
    assert f"{ADDRESS}/docs/contract/README.md" in ran.stderr
