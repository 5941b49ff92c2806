"""One run of the pipeline, shared by the tests of the generated files."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.docs.run import Run, Servers, run
from local.docs.schemas import Schema, schemas
from local.docs.write import (
    COMMANDS_PAGE,
    CONTRACT,
    EXPORT_PAGE,
    QUESTIONS_PAGE,
    READING_PAGE,
    REPOSITORY,
    SAMPLE,
    SETTINGS_PAGE,
)
from local.speech import start_speech


@pytest.fixture(scope="session")
def servers(azurite: Azurite, cosmos: Cosmos, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    speech = start_speech(azurite, log=tmp_path_factory.mktemp("docs") / "speech.log", port=0)
    yield Servers(azurite, cosmos, speech)
    speech.stop()


@pytest.fixture(scope="session")
def ran(servers: Servers) -> Run:
    return run(servers)


@pytest.fixture(scope="session")
def contract() -> dict[str, Schema]:
    return schemas()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with copies of the generated files."""
    shutil.copytree(REPOSITORY / CONTRACT, tmp_path / CONTRACT)
    for name in (COMMANDS_PAGE, EXPORT_PAGE, QUESTIONS_PAGE, READING_PAGE, SETTINGS_PAGE, SAMPLE):
        shutil.copy(REPOSITORY / name, tmp_path / name)
    return tmp_path
