"""A database with the calls, the command for it, and a state folder of its own."""

import uuid
from pathlib import Path

import pytest

from local.cosmos import Cosmos
from local.provision import provision_cosmos
from shared.bootstrap import App
from tests.cli.many.calls import CALLS, Call, store, store_jobs

Settings = dict[str, str]


@pytest.fixture(scope="session")
def database(cosmos: Cosmos) -> Settings:
    """Store the calls. Give the settings that address them. Tests do not change this database."""
    return database_with(cosmos, *CALLS)


def database_with(cosmos: Cosmos, *calls: Call) -> Settings:
    """Make a database with calls, and return the settings that address it."""
    settings = {
        "COSMOS_ENDPOINT": cosmos.endpoint,
        "COSMOS_KEY": cosmos.key,
        "COSMOS_DATABASE": f"many-{uuid.uuid4().hex}",
    }
    provision_cosmos(cosmos.endpoint, cosmos.key, settings["COSMOS_DATABASE"])
    store_jobs(app_of(settings))
    store(app_of(settings), *calls)
    return settings


def app_of(settings: Settings) -> App:
    """Return an app for these settings."""
    unneeded = {
        "SPEECH_ENDPOINT": "https://unneeded.invalid",
        "AzureWebJobsStorage__blobServiceUri": "https://unneeded.invalid",
    }
    return App.from_env({**unneeded, **settings})


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keep states in a folder of the test. Give the folder in which they are."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "speech2cosmos" / "exports"


@pytest.fixture
def calls(database: Settings, states: Path, monkeypatch: pytest.MonkeyPatch) -> App:  # noqa: ARG001 - sets the folder
    """Set the address of the database with the calls. Give an app for it."""
    for name, value in database.items():
        monkeypatch.setenv(name, value)
    return app_of(database)
