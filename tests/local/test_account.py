"""The stack on a Cosmos DB account that runs elsewhere: `make up COSMOS_ENDPOINT=… COSMOS_KEY=…`."""

import json
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.cosmos import CosmosClient, PartitionKey

from local.account import Unusable, provision_account
from local.cosmos import Cosmos
from local.processes import ServiceDied
from local.stack import start_stack
from shared.domain.containers import CONTAINERS
from tests.local.apps.harness import APPS
from tests.local.apps.run_stack import FREE

SPEECH = {"SPEECH_ENDPOINT": "http://127.0.0.1:9"}
"""So that the stack starts no simulator."""

WRONG_KEY = "YSBrZXkgdGhhdCBvcGVucyBub3RoaW5n"


@pytest.fixture
def account(cosmos: Cosmos) -> CosmosClient:
    return CosmosClient(cosmos.endpoint, cosmos.key)


@pytest.fixture
def database(account: CosmosClient) -> Iterator[str]:
    """Give the name of a database that there is not yet; delete it at the end."""
    name = f"elsewhere-{uuid.uuid4().hex}"
    yield name
    if name in {each["id"] for each in account.list_databases()}:
        account.delete_database(name)


def given(cosmos: Cosmos, database: str, **others: str) -> dict[str, str]:
    named = {"COSMOS_ENDPOINT": cosmos.endpoint, "COSMOS_KEY": cosmos.key, "COSMOS_DATABASE": database, "WORK": "work"}
    return {**SPEECH, **named, **others}


def containers(account: CosmosClient, database: str) -> dict[str, list[str]]:
    found = account.get_database_client(database).list_containers()
    return {each["id"]: each["partitionKey"]["paths"] for each in found}


def test_the_stack_uses_the_account_and_creates_what_the_app_needs(
    tmp_path: Path, cosmos: Cosmos, account: CosmosClient, database: str
) -> None:
    stack = start_stack(tmp_path, given(cosmos, database), root=APPS / "web", ports=FREE)
    try:
        told = json.loads((tmp_path / "endpoints.json").read_text())
    finally:
        stack.stop()
    assert set(told["pids"]) == {"azurite", "host"}, "no server of its own"
    assert (told["cosmosEndpoint"], told["cosmosKey"]) == (cosmos.endpoint, cosmos.key)
    assert containers(account, database) == {each.name: [*each.partition_key] for each in CONTAINERS}


def test_what_is_there_already_stays(cosmos: Cosmos, account: CosmosClient, database: str) -> None:
    provision_account(cosmos.endpoint, cosmos.key, database)
    jobs = account.get_database_client(database).get_container_client("jobs")
    jobs.create_item({"id": "a"})
    provision_account(cosmos.endpoint, cosmos.key, database)
    assert jobs.read_item("a", "a")["id"] == "a"


def test_a_container_of_something_else_is_refused_by_name(cosmos: Cosmos, account: CosmosClient, database: str) -> None:
    account.create_database(database).create_container("transcripts", PartitionKey("/customer"))
    with pytest.raises(Unusable) as refused:
        provision_account(cosmos.endpoint, cosmos.key, database)
    assert f"the container transcripts of the database {database}" in str(refused.value)
    assert "has the partition key /customer; the app needs /jobId, /fileId\ntry: COSMOS_DATABASE=" in str(refused.value)


def test_a_wrong_key_is_named_as_such(cosmos: Cosmos, database: str) -> None:
    with pytest.raises(Unusable, match="answered 401") as refused:
        provision_account(cosmos.endpoint, WRONG_KEY, database)
    assert str(refused.value).endswith("try: the account's own key")
    assert WRONG_KEY not in str(refused.value)


def test_an_account_that_does_not_answer_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(Unusable, match=f"the account {endpoint} cannot be used: ") as refused:
        provision_account(endpoint, WRONG_KEY, "speech")
    assert "Connection refused" in str(refused.value)


def test_without_key_and_sign_in_both_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # no az, azd or pwsh that could be signed in
    with pytest.raises(Unusable, match="nobody is signed in") as refused:
        provision_account("https://127.0.0.1:9", None, "speech")
    assert str(refused.value).endswith("try: `az login`, or COSMOS_KEY=…")


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"COSMOS_KEY": WRONG_KEY}, "COSMOS_KEY is set and COSMOS_ENDPOINT is not"),
        ({"COSMOS_ENDPOINT": "http://localhost:8081"}, "COSMOS_KEY is missing"),
        ({"COSMOS_ENDPOINT": "localhost:8081", "COSMOS_KEY": WRONG_KEY}, "found 'localhost:8081', which is no URL"),
        ({"COSMOS_ENDPOINT": f"AccountEndpoint=https://a/;AccountKey={WRONG_KEY};"}, "a value that may hold a secret"),
    ],
)
def test_settings_that_name_no_account_start_nothing(tmp_path: Path, settings: dict[str, str], why: str) -> None:
    with pytest.raises(ServiceDied, match=why) as refused:
        start_stack(tmp_path / "state", {**SPEECH, **settings}, root=APPS / "web", ports=FREE)
    assert "\ntry: " in str(refused.value)
    assert not (tmp_path / "state").exists()
    assert WRONG_KEY not in str(refused.value)
