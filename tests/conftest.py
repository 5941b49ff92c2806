"""The servers that tests talk to: started once a session, on ports of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.azurite import Azurite, start_azurite
from local.cosmos import Cosmos, start_cosmos


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    folder: Path = tmp_path_factory.mktemp("azurite")
    running = start_azurite(folder / "data", log=folder / "azurite.log", ports=(0, 0, 0))
    yield running
    running.service.stop()


@pytest.fixture(scope="session")
def cosmos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    """Give the server that COSMOS_ENDPOINT and COSMOS_KEY name; without them the one in local/cosmos."""
    if endpoint := os.environ.get("COSMOS_ENDPOINT"):
        yield Cosmos(None, endpoint, os.environ["COSMOS_KEY"])
        return
    log = tmp_path_factory.mktemp("cosmos") / "cosmos.log"
    # A count of three already comes as two rows: whoever takes the first for all of it is found.
    running = start_cosmos(log=log, port=0, aggregate_page=2)
    yield running
    running.stop()
