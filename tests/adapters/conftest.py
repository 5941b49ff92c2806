"""The real stand-ins for the adapters: a Speech simulator, a server that does as it is told, a database a module."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from azure.cosmos import CosmosClient, DatabaseProxy

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.faults import Front
from local.provision import provision_cosmos
from local.speech import Settings, Speech, start_speech
from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts, connect
from tests.adapters.documents import new_key
from tests.adapters.servers import Server, serving

NewDatabase = Callable[[], DatabaseProxy]


@pytest.fixture(scope="session")
def speech_server(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speech]:
    running = start_speech(azurite, log=tmp_path_factory.mktemp("speech-adapter") / "speech.log", port=0)
    yield running
    running.stop()


@pytest.fixture
def speech(speech_server: Speech) -> Iterator[Speech]:
    """Give the simulator without forced answers and counts; jobs of earlier tests are still in it.

    A test that calls the regional host, which links name, fails.
    """
    speech_server.control.configure(Settings(requests_per_window=1_000_000))
    speech_server.control.clear_forced()
    speech_server.control.reset_counts()
    yield speech_server
    assert speech_server.control.about().contacts == ()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def database(cosmos: Cosmos) -> Iterator[DatabaseProxy]:
    """Make a database of the module's own, as the app connects to it."""
    name = f"adapters-{uuid.uuid4().hex}"
    provision_cosmos(cosmos.endpoint, cosmos.key, name)
    yield connect(cosmos.endpoint, cosmos.key, name)
    with CosmosClient(cosmos.endpoint, cosmos.key) as client:
        client.delete_database(name)


@pytest.fixture(scope="module")
def through(between: Front, cosmos: Cosmos, database: DatabaseProxy) -> DatabaseProxy:
    """Return the module's database as it is reached through the layer."""
    return connect(between.origin, cosmos.key, database.id)


@pytest.fixture
def front(between: Front, through: DatabaseProxy) -> Front:
    """Return the layer without faults; the SDK knows the containers already, so that its requests are ours alone."""
    between.rules.clear()
    CosmosJobs(through, None).get("nobody")
    CosmosTranscripts(through, None).head(new_key())
    between.asked.clear()
    return between
