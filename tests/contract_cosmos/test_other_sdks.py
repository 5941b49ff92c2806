"""What readers of the .NET SDK ask for is answered as it was when that SDK read the right documents.

`recorded/dotnet.jsonl` has its requests (Microsoft.Azure.Cosmos 3.64.0, Gateway mode) to local/cosmos with three
physical partitions, without the headers that change nothing, and the answers with which it found what it had to find.
`{etag}` and `{continuation}` are those of the answer before.

DOTNET_PEERS names a program that reads with the SDK itself: `peers sdk ENDPOINT KEY` writes a line for each reader, and
exits with 0 if each found what it had to find. It is not part of the project.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey

from local.cosmos import Cosmos, start_cosmos
from tests.contract_cosmos.signed import Answered, Asked, send
from tests.contract_cosmos.support import only_local

pytestmark = only_local  # on a real account the physical partitions are others

RECORDING = Path(__file__).with_name("recorded") / "dotnet.jsonl"

RECORDED = [json.loads(line) for line in RECORDING.read_text().splitlines()]

READERS = {reader: list(requests) for reader, requests in groupby(RECORDED, key=lambda each: str(each["reader"]))}


@pytest.fixture(scope="module")
def cosmos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    running = start_cosmos(log=tmp_path_factory.mktemp("sdks") / "cosmos.log", port=0)
    yield running
    running.stop()


@pytest.fixture
def container(cosmos: Cosmos) -> Iterator[ContainerProxy]:
    """Give the documents of the recording: two jobs of three files, of a head and four parts each."""
    with CosmosClient(cosmos.endpoint, cosmos.key) as client:
        database = client.create_database("readers")
        created = database.create_container("c", PartitionKey(["/jobId", "/fileId"]))
        for job, file, n in ((job, file, n) for job in (1, 2) for file in range(3) for n in range(5)):
            own = {"type": "part" if n else "head", "n": n, "text": f"{job} {file} {n}"}
            created.create_item({"id": f"p{n}", "jobId": f"j{job}", "fileId": f"f{file}", **own})
        yield created
        client.delete_database("readers")


def without_system_properties(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {name: without_system_properties(each) for name, each in value.items() if not name.startswith("_")}
    return [without_system_properties(each) for each in value] if isinstance(value, list) else value


class Replay:
    """Sends recorded requests, with this container's names and the last answer's tokens."""

    def __init__(self, cosmos: Cosmos, container: ContainerProxy) -> None:
        self._cosmos = cosmos
        rid = str(container.read()["_rid"])
        client: Any = container.client_connection
        database_rid = str(client.ReadDatabase("dbs/readers")["_rid"])
        self.names = {"database": "readers", "container": "c", "database_rid": database_rid, "container_rid": rid}

    def send(self, request: dict[str, Any]) -> Answered:
        """Send a recorded request."""
        headers = {name: value.format(**self.names) for name, value in request["headers"].items()}
        # Of a path of resource ids only the last one is signed, in lower case.
        link = self.names["container_rid"].lower() if "rid}" in request["path"] else None
        path = request["path"].format(**self.names)
        answered = send(self._cosmos, Asked(request["method"], path, headers, request.get("body"), link))
        for token, header in (("etag", "etag"), ("continuation", "x-ms-continuation")):
            self.names[token] = answered.headers.get(header, "")
        return answered


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_of_the_dotnet_sdk_gets_the_recorded_answers(
    cosmos: Cosmos, container: ContainerProxy, reader: str
) -> None:
    replay = Replay(cosmos, container)
    for place, request in enumerate(READERS[reader]):
        if reader.endswith("then one change") and place == 1:
            changed = {"id": "p4", "jobId": "j2", "fileId": "f2", "type": "part", "n": 4, "text": "changed"}
            container.upsert_item(changed)
        answered, expected = replay.send(request), request["answer"]
        assert answered.status == expected["status"]
        assert answered.headers.get("x-ms-item-count") == (str(expected["count"]) if "count" in expected else None)
        if "body" in expected:
            assert without_system_properties(answered.body) == expected["body"]


def test_the_feed_of_one_physical_partition_ends_where_it_began(cosmos: Cosmos, container: ContainerProxy) -> None:
    replay = Replay(cosmos, container)
    for request in READERS["change feed from the beginning"]:
        replay.send(request)
    token = replay.names["etag"]
    assert replay.send(READERS["change feed from the beginning"][-1]).status == HTTPStatus.NOT_MODIFIED
    assert replay.names["etag"] == token


def test_every_change_has_its_log_sequence_number(cosmos: Cosmos, container: ContainerProxy) -> None:
    answered = Replay(cosmos, container).send(READERS["change feed of one logical partition"][0])
    numbers = [each["_lsn"] for each in answered.body["Documents"]]
    assert numbers == sorted(set(numbers))
    assert answered.headers["etag"] == f'"{numbers[-1]}"'


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"If-None-Match": "yesterday"}, "Invalid continuation token: yesterday"),
        ({"If-Modified-Since": "yesterday"}, "Invalid If-Modified-Since: yesterday"),
        ({"A-IM": "Full-Fidelity Feed"}, "all versions and deletes"),
        ({"x-ms-documentdb-partitionkey": ""}, "without a partition key"),
        ({"x-ms-documentdb-partitionkey": '["j1"]'}, 'The prefix ["j1"] of /jobId, /fileId as a partition key'),
        ({"x-ms-documentdb-partitionkey": '["j1", "f1", "x"]'}, "expected 2"),
        ({"x-ms-documentdb-partitionkey": "j1"}, "is invalid"),
    ],
)
def test_a_feed_that_cannot_be_read_is_refused(
    cosmos: Cosmos, container: ContainerProxy, headers: dict[str, str], words: str
) -> None:
    assert container.id == "c"
    asked = {"A-IM": "Incremental Feed", "x-ms-documentdb-partitionkey": '["j1", "f1"]', **headers}
    answered = send(cosmos, Asked("GET", "/dbs/readers/colls/c/docs", asked))
    assert answered.status == HTTPStatus.BAD_REQUEST
    assert words in answered.body["message"]


def test_a_path_of_resource_ids_needs_the_signature_of_the_last_one(cosmos: Cosmos, container: ContainerProxy) -> None:
    names = Replay(cosmos, container).names
    database, rid = names["database_rid"], names["container_rid"]
    path = f"/dbs/{database}/colls/{rid}/pkranges"
    assert send(cosmos, Asked("GET", path)).status == HTTPStatus.UNAUTHORIZED
    assert send(cosmos, Asked("GET", path, link=rid.lower())).status == HTTPStatus.OK
    missing = send(cosmos, Asked("GET", f"/dbs/{database}/colls/nobody==/pkranges", link="nobody=="))
    assert missing.status == HTTPStatus.NOT_FOUND


def test_every_database_can_be_addressed_by_its_resource_id(cosmos: Cosmos) -> None:
    with CosmosClient(cosmos.endpoint, cosmos.key) as client:
        rids = [str(client.create_database(f"many{number}").read()["_rid"]) for number in range(70)]
        assert any("-" in rid for rid in rids)
        for number, rid in enumerate(rids):
            assert send(cosmos, Asked("GET", f"/dbs/{rid}", link=rid.lower())).body["id"] == f"many{number}"
            client.delete_database(f"many{number}")


@pytest.mark.skipif("DOTNET_PEERS" not in os.environ, reason="the .NET SDK is not here: its recorded requests are used")
@pytest.mark.parametrize("where", ["apart", "split"])
def test_the_dotnet_sdk_reads_what_is_there(where: str, tmp_path: Path) -> None:
    # One of its jobs, whose key has this hash, lies on two physical partitions.
    split = ["300725B99484145AA605839F9097D76C20000000000000000000000000000000"]
    running = start_cosmos(log=tmp_path / "cosmos.log", port=0, partitions=split if where == "split" else 3)
    try:
        command = [os.environ["DOTNET_PEERS"], "sdk", running.endpoint, running.key]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - named by the developer
    finally:
        running.stop()
    assert done.returncode == 0, done.stdout
