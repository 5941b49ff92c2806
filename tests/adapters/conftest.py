"""Real servers for the adapters: the Speech simulator, a server with scripted responses, and a database per module."""

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
    """Give the simulator without forced responses and counts. It still has the jobs of earlier tests.

    The test fails if it sends a request to the regional host, which is in the links.
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
    """Create a database for the module, and connect to it as the app does."""
    name = f"adapters-{uuid.uuid4().hex}"
    provision_cosmos(cosmos.endpoint, cosmos.key, name)
    yield connect(cosmos.endpoint, cosmos.key, name)
    with CosmosClient(cosmos.endpoint, cosmos.key) as client:
        client.delete_database(name)


@pytest.fixture(scope="module")
def through(between: Front, cosmos: Cosmos, database: DatabaseProxy) -> DatabaseProxy:
    """Return the module's database, connected through the fault layer."""
    return connect(between.origin, cosmos.key, database.id)


@pytest.fixture
def front(between: Front, through: DatabaseProxy) -> Front:
    """Return the fault layer without faults. The SDK has read the containers already, so only tests send requests."""
    CosmosJobs(through, None).get("nobody")
    CosmosTranscripts(through, None).head(new_key())
    between.asked.clear()
    return between
