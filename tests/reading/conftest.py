"""Jobs in each state, which the pipeline wrote, for the programs that read them."""

from collections.abc import Iterator

import pytest
from azure.cosmos import ContainerProxy

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.speech import start_speech
from tests.serving.world import World, make_world


@pytest.fixture(scope="module")
def world(azurite: Azurite, cosmos: Cosmos, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    speech = start_speech(azurite, log=tmp_path_factory.mktemp("reading") / "speech.log", port=0)
    yield make_world(azurite, cosmos, speech)
    speech.stop()


@pytest.fixture
def transcripts(world: World) -> ContainerProxy:
    return world.app.database.get_container_client("transcripts")
