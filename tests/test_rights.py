"""The app's check of its rights against real servers: allowed, refused or missing."""

import logging
from collections.abc import Iterator, Mapping

import pytest
from azure.cosmos import CosmosClient
from azure.storage.blob import BlobServiceClient

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.provision import provision_cosmos, provision_storage
from local.speech import Speech, start_speech
from shared.bootstrap import App
from shared.domain.containers import CONTAINERS
from tests.signals import signals

DATABASE, RAW = "rights", "rights-raw"
NAMES = [
    "Speech: list transcriptions",
    *(f"Cosmos DB: {verb} {container}" for container in ("jobs", "transcripts") for verb in ("read", "write")),
    *(f"Queue storage: read {queue}{end}" for queue in ("rights-jobs", "rights-results") for end in ("", "-poison")),
    f"Blob storage: write {RAW}",
]
WRONG_KEY = "d3Jvbmc="


@pytest.fixture(scope="module")
def speech(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speech]:
    running = start_speech(azurite, log=tmp_path_factory.mktemp("rights") / "speech.log", port=0)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def environ(azurite: Azurite, cosmos: Cosmos, speech: Speech) -> Mapping[str, str]:
    provision_cosmos(cosmos.endpoint, cosmos.key, DATABASE)
    provision_storage(azurite.connection_string, RAW, ("rights-jobs", "rights-results"))
    return {
        "SPEECH_ENDPOINT": speech.endpoint,
        "SPEECH_KEY": speech.key,
        "COSMOS_ENDPOINT": cosmos.endpoint,
        "COSMOS_KEY": cosmos.key,
        "COSMOS_DATABASE": DATABASE,
        "AzureWebJobsStorage": azurite.connection_string,
        "RAW_CONTAINER": RAW,
        "JOBS_QUEUE": "rights-jobs",
        "RESULTS_QUEUE": "rights-results",
    }


def results(caplog: pytest.LogCaptureFixture, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the logged result of each permission, with these settings."""
    caplog.clear()
    with caplog.at_level(logging.INFO, "shared"):
        App.from_env(environ).check_rights()
    told = [each for each in signals(caplog.records) if each["signal"] == "right"]
    return {each["right"]: each["result"] for each in told}


def named(found: Mapping[str, str], result: str) -> list[str]:
    return [name for name, each in found.items() if each == result]


def test_every_right_is_ok_and_the_check_leaves_nothing_behind(
    caplog: pytest.LogCaptureFixture, environ: Mapping[str, str], azurite: Azurite, cosmos: Cosmos
) -> None:
    assert results(caplog, environ) == dict.fromkeys(NAMES, "ok")
    database = CosmosClient(cosmos.endpoint, cosmos.key).get_database_client(DATABASE)
    for container in CONTAINERS:
        assert list(database.get_container_client(container.name).read_all_items()) == []
    with BlobServiceClient.from_connection_string(azurite.connection_string) as blobs:
        assert list(blobs.get_container_client(RAW).list_blobs(include=["uncommittedblobs"])) == []


@pytest.mark.parametrize(
    ("change", "service", "setting"),
    [
        ({"SPEECH_KEY": "wrong"}, "Speech", "SPEECH_KEY"),
        ({"COSMOS_KEY": WRONG_KEY}, "Cosmos DB", "COSMOS_KEY"),
    ],
)
def test_a_wrong_key_means_missing_rights_only_for_its_service(
    caplog: pytest.LogCaptureFixture,
    environ: Mapping[str, str],
    change: Mapping[str, str],
    service: str,
    setting: str,
) -> None:
    found = results(caplog, {**environ, **change})
    concerned = [name for name in NAMES if name.startswith(service)]
    assert list(found) == NAMES
    assert named(found, "ok") == [name for name in NAMES if name not in concerned]
    assert named(found, "missing") == concerned
    assert setting in caplog.text
    assert next(iter(change.values())) not in caplog.text


def test_a_wrong_storage_key_means_missing_rights_for_queues_and_blobs(
    caplog: pytest.LogCaptureFixture, environ: Mapping[str, str], azurite: Azurite
) -> None:
    parts = dict(part.split("=", 1) for part in azurite.connection_string.strip(";").split(";"))
    wrong = ";".join(f"{name}={WRONG_KEY if name == 'AccountKey' else value}" for name, value in parts.items())
    found = results(caplog, {**environ, "AzureWebJobsStorage": wrong})
    assert named(found, "missing") == NAMES[5:]
    assert WRONG_KEY not in caplog.text
    assert "sig=" not in caplog.text


def test_missing_resources_are_reported_as_not_there(
    caplog: pytest.LogCaptureFixture, environ: Mapping[str, str]
) -> None:
    absent = {"COSMOS_DATABASE": "absent", "RAW_CONTAINER": "absent", "RESULTS_QUEUE": "absent"}
    found = results(caplog, {**environ, **absent})
    assert named(found, "ok") == [NAMES[0], *NAMES[5:7]]
    assert len(named(found, "notThere")) == len(NAMES) - 3


def test_without_an_archive_no_right_to_blobs_is_checked(
    caplog: pytest.LogCaptureFixture, environ: Mapping[str, str]
) -> None:
    assert list(results(caplog, {**environ, "RAW_ARCHIVE": "false"})) == NAMES[:-1]
