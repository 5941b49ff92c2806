"""Sessions keep no cookies, and a connection per thread, in our adapters and in Azure's SDKs."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from azure.cosmos.exceptions import CosmosHttpResponseError

from shared.adapters.blob import blob_service
from shared.adapters.connections import CERTIFICATES, CONNECTIONS, sdk_transport
from shared.adapters.contents import HttpContents
from shared.adapters.cosmos import connect
from shared.adapters.queues import QueueAccount
from shared.adapters.speech import SpeechApi
from shared.domain.speech_urls import SpeechResource
from shared.domain.urls import HostRule
from tests.adapters.pacers import unpaced
from tests.adapters.servers import Answer, Server

ROOT = Path(__file__).parent.parent.parent
ACCOUNT_KEY = "bWFkZS11cC1rZXktb2YtYS10ZXN0LW1hZGUtdXAta2V5LW9mLWEtdGVzdC1tYWRlLXVwLWtleQ=="

Ask = Callable[[], object]


def speech(server: Server) -> Iterator[Ask]:
    """List files."""
    asked = SpeechApi(SpeechResource(server.origin, "v3.2"), dict, unpaced())
    yield lambda: asked.files(str(uuid4()), None)


def contents(server: Server) -> Iterator[Ask]:
    """Read a result file."""
    reader = HttpContents(HostRule("CONTENT_HOSTS", (server.origin,)), lambda url, named: (url, {}))  # noqa: ARG005 - as it is asked for

    def ask() -> None:
        with reader.open(f"{server.origin}/results/a.json?sig=x") as content:
            list(content.chunks)

    yield ask


def queues(server: Server) -> Iterator[Ask]:
    """Peek into a queue."""
    account = QueueAccount(None, server.origin, dict)
    yield lambda: account.peek("a-queue")


def blobs(server: Server) -> Iterator[Ask]:
    """Read the properties of the storage account."""
    text = f"AccountName=a;AccountKey={ACCOUNT_KEY};BlobEndpoint={server.origin}/a"
    with blob_service(text, None) as service:
        yield service.get_account_information


def cosmos(server: Server) -> Iterator[Ask]:
    """Read an item."""
    container = connect(server.origin, ACCOUNT_KEY, "speech").get_container_client("jobs")

    def ask() -> None:
        try:
            container.read_item("a", "a")
        except CosmosHttpResponseError as error:
            raise AssertionError from error

    yield ask


ACCOUNT = {
    "id": "a",
    "values": [],
    "writableLocations": [],
    "readableLocations": [],
    "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
    "partitionKey": {"paths": ["/id"], "kind": "Hash"},
    "_rid": "a",
}
ANSWER = Answer(
    200,
    json.dumps(ACCOUNT).encode(),
    {
        "Set-Cookie": "affinity=stranger; Path=/",
        "ETag": '"1"',
        "Last-Modified": "Mon, 02 Nov 2026 09:00:00 GMT",
        "Content-Type": "application/json",
    },
)


@pytest.mark.parametrize("adapter", [speech, contents, queues, blobs, cosmos])
def test_a_cookie_is_neither_kept_nor_sent(server: Server, adapter: Callable[[Server], Iterator[Ask]]) -> None:
    server.answer(ANSWER)
    asks = adapter(server)
    ask = next(asks)
    for _ in range(3):
        ask()
    asks.close()  # type: ignore[attr-defined] # a generator
    assert len(server.asked) >= 3
    assert not [each for each in server.asked if "cookie" in each.headers]


@pytest.mark.parametrize("adapter", [speech, contents, blobs, cosmos])
def test_each_of_30_threads_keeps_its_connection(server: Server, adapter: Callable[[Server], Iterator[Ask]]) -> None:
    threads = 30
    server.answer(replace(ANSWER, seconds=0.1))
    asks = adapter(server)
    ask = next(asks)
    together = threading.Barrier(threads)

    def twice(_: int) -> None:
        for _ in range(2):
            together.wait()
            ask()

    ask()
    server.asked.clear()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(twice, range(threads)))
    asks.close()  # type: ignore[attr-defined] # a generator
    assert len({each.connection for each in server.asked}) <= threads


def test_the_connection_pools_are_as_large_as_the_largest_thread_pool_that_infra_allows() -> None:
    bicep = (ROOT / "infra" / "main.bicep").read_text()
    most = re.findall(r"@maxValue\((\d+)\)\nparam threadsPerInstance int", bicep)
    assert most == [str(CONNECTIONS)]
    queues = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]
    assert queues["batchSize"] + queues["newBatchThreshold"] <= CONNECTIONS


PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Give an environment without proxies and certificates."""
    for name in (*CERTIFICATES, *PROXIES, *map(str.upper, PROXIES)):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_a_session_of_an_sdk_does_not_search_an_environment_without_proxies(bare: pytest.MonkeyPatch) -> None:
    bare.setenv(CERTIFICATES[0], "")
    assert sdk_transport().session.trust_env is False


@pytest.mark.parametrize("name", ["HTTPS_PROXY", *CERTIFICATES])
def test_a_session_of_an_sdk_uses_a_proxy_and_certificates_of_the_environment(
    bare: pytest.MonkeyPatch, name: str
) -> None:
    bare.setenv(name, "http://127.0.0.1:3128")
    assert sdk_transport().session.trust_env is True
