"""The command line, installed from the wheel into an environment of its own, and used against local servers."""

import json
import sys
import uuid
from pathlib import Path

import pytest

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.provision import provision_cosmos
from shared.bootstrap import App
from tests.release.building import ROOT, build_wheel, uv
from tests.release.installed.running import run

JOB = "00000000-0000-4000-8000-00000000e001"

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


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel as a user does. Returns the folder of the environment and, in `bin`, of the command."""
    folder = tmp_path_factory.mktemp("tools")
    wheel = build_wheel(tmp_path_factory.mktemp("wheel"))
    places = {"UV_TOOL_DIR": str(folder), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    uv("tool", "install", "--no-config", "--python", sys.executable, str(wheel), **places)
    return folder


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


def test_jobs_are_listed_from_the_local_stack(tools: Path, cosmos: Cosmos, azurite: Azurite, tmp_path: Path) -> None:
    settings = {
        "COSMOS_ENDPOINT": cosmos.endpoint,
        "COSMOS_KEY": cosmos.key,
        "COSMOS_DATABASE": f"wheel-{uuid.uuid4().hex}",
    }
    provision_cosmos(cosmos.endpoint, cosmos.key, settings["COSMOS_DATABASE"])
    others = {"SPEECH_ENDPOINT": "https://unneeded.invalid", "AzureWebJobsStorage": azurite.connection_string}
    App.from_env(settings | others).accept_job(JOB.encode())
    out = run(tools / "bin" / "speech2cosmos", "jobs", "-o", "json", folder=tmp_path, **settings)
    assert [job["id"] for job in json.loads(out)] == [JOB]
