"""The command line, installed from the wheel of a release."""

import sys
from pathlib import Path

import pytest

from infra.release.text import PAGES
from tests.release.building import build_wheel, uv

ADDRESS = "https://github.com/contoso/speech2cosmos/blob/v1.2.3"


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel as a user does. Returns the folder of the environment and, in `bin`, of the command."""
    folder = tmp_path_factory.mktemp("tools")
    wheel = build_wheel(tmp_path_factory.mktemp("wheel"), **{PAGES: ADDRESS})
    places = {"UV_TOOL_DIR": str(folder), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    uv("tool", "install", "--no-config", "--python", sys.executable, str(wheel), **places)
    return folder
