"""From where each service is taken: environment, connected deployment, running stack."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.cli.connection import Connection, connection_file, write_connection
from shared.cli.environment import COSMOS, QUEUE, SPEECH, settings_of
from shared.cli.terminal.wishes import WISHES, Wishes
from shared.settings import Settings
from tests.cli.conftest import WHOLE_JOB, Run, World, environment_for_a_process
from tests.cli.connecting.arm import FIRST
from tests.cli.connecting.conftest import OUTPUTS
from tests.cli.terminals import COMMAND, ROOT

LOCAL_KEY = "bG9jYWwga2V5"
LOCAL_STORAGE = f"AccountName=local;AccountKey={LOCAL_KEY};QueueEndpoint=http://127.0.0.1:10001/local"
STACK = {
    "storageConnectionString": LOCAL_STORAGE,
    "jobsQueue": "stack-jobs",
    "resultsQueue": "stack-results",
    "cosmosEndpoint": "http://127.0.0.1:8081",
    "cosmosKey": LOCAL_KEY,
    "cosmosDatabase": "stack",
    "speechEndpoint": "http://127.0.0.1:5050",
    "speechKey": LOCAL_KEY,
}


@pytest.fixture
def connected() -> None:
    write_connection(Connection("speech2cosmos", FIRST, "Contoso", OUTPUTS))


@pytest.fixture
def stack() -> None:
    file = Path("local", ".state", "endpoints.json")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(STACK))


def endpoints(settings: Settings) -> tuple[str, str, str | None]:
    return settings.speech_endpoint, settings.cosmos_endpoint, settings.storage_queue_uri


@pytest.mark.usefixtures("connected", "stack")
def test_a_connected_deployment_is_used_whole_and_gets_no_local_key() -> None:
    settings = settings_of(SPEECH | COSMOS | QUEUE)
    assert endpoints(settings) == (
        "https://spch-abc.cognitiveservices.azure.com",
        "https://cosmos-abc.documents.azure.com:443",
        "https://storabc.queue.core.windows.net",
    )
    assert (settings.speech_key, settings.cosmos_key, settings.storage) == (None, None, None)
    assert (settings.cosmos_database, settings.jobs_queue, settings.results_queue) == (
        "calls",
        "call-jobs",
        "call-results",
    )


@pytest.mark.usefixtures("stack")
def test_without_a_connected_deployment_the_stack_is_used() -> None:
    settings = settings_of(SPEECH | COSMOS | QUEUE)
    assert endpoints(settings) == ("http://127.0.0.1:5050", "http://127.0.0.1:8081", None)
    assert (settings.cosmos_database, settings.jobs_queue) == ("stack", "stack-jobs")


@pytest.mark.usefixtures("connected", "stack")
def test_a_service_that_the_environment_names_gets_nothing_of_the_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMOS_ENDPOINT", "https://mine.documents.azure.com")
    settings = settings_of(SPEECH | COSMOS | QUEUE)
    assert (settings.cosmos_endpoint, settings.cosmos_database) == ("https://mine.documents.azure.com", "speech")
    assert settings.cosmos_key is None
    assert settings.jobs_queue == "call-jobs", "other services are still the deployment's"


@pytest.mark.usefixtures("connected")
def test_a_connection_string_in_the_environment_wins_over_the_deployments_queues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AzureWebJobsStorage", LOCAL_STORAGE)
    settings = settings_of(QUEUE)
    assert (settings.storage_queue_uri, settings.jobs_queue) == (None, "transcription-jobs")
    assert settings.storage is not None


@pytest.mark.usefixtures("connected")
def test_the_deployments_blobs_are_no_other_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AzureWebJobsStorage__blobServiceUri", "https://mine.blob.core.windows.net")
    names = frozenset({"AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__queueServiceUri"})
    settings = settings_of(names)
    assert (settings.storage_blob_uri, settings.storage_queue_uri) == ("https://mine.blob.core.windows.net", None)


@pytest.mark.usefixtures("connected")
def test_a_single_setting_in_the_environment_is_added_to_the_deployments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMOS_DATABASE", "another")
    settings = settings_of(COSMOS)
    assert settings.cosmos_endpoint == "https://cosmos-abc.documents.azure.com:443"
    assert settings.cosmos_database == "another"


@pytest.mark.usefixtures("connected")
def test_the_file_of_settings_wins_over_the_deployment(run: Run, here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("local.settings.json").write_text(json.dumps({"Values": here.settings}))
    for name in here.settings:
        monkeypatch.delenv(name)
    assert f"Job {WHOLE_JOB}" in run("show", WHOLE_JOB, "--settings", "local.settings.json").out


def test_jobs_are_read_from_a_connected_deployment(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: world.settings[name] for name in ("COSMOS_ENDPOINT", "COSMOS_DATABASE")}
    write_connection(Connection("speech2cosmos", FIRST, "Contoso", OUTPUTS | given))
    monkeypatch.setenv("COSMOS_KEY", world.settings["COSMOS_KEY"])  # local/cosmos knows no Entra ID
    assert f"Job {WHOLE_JOB}" in run("show", WHOLE_JOB).out


@pytest.mark.usefixtures("connected")
def test_verbose_says_where_each_value_comes_from() -> None:
    """It runs in a process of its own, since it changes the process's logging."""
    environment = environment_for_a_process(JOBS_QUEUE="mine", PATH="")  # nobody is signed in, so nothing is sent
    command = [sys.executable, "-c", COMMAND, "submit", WHOLE_JOB, "--verbose"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert ran.returncode == 4, ran.stderr
    names = "AzureWebJobsStorage__queueServiceUri, RESULTS_QUEUE"
    assert ran.stderr.splitlines()[:2] == [
        f"{names}: from the deployment that is connected ({connection_file()})",
        "JOBS_QUEUE: from the environment",
    ]
    assert "sending 1 message to queue mine of storage account storabc\n" in ran.stderr


@pytest.mark.usefixtures("connected", "stack")
def test_a_stack_that_runs_and_is_not_used_is_mentioned(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # nobody is signed in
    ran = run("jobs")
    assert ran.code == 4
    assert "using the deployment that is connected, not the stack that runs on this machine\n" in ran.error


@pytest.mark.usefixtures("connected", "stack")
def test_a_command_that_reads_settings_twice_says_it_once(capsys: pytest.CaptureFixture[str]) -> None:
    token = WISHES.set(Wishes())
    settings_of(COSMOS)
    settings_of(QUEUE)
    WISHES.reset(token)
    assert capsys.readouterr().err == (
        "using the deployment that is connected, not the stack that runs on this machine\n"
    )
