"""Runs the command in this process, against real servers with three jobs that the pipeline wrote."""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.provision import provision_cosmos, provision_storage
from local.samples.catalog import DATA
from local.samples.generate import report
from local.speech import FileSpec, JobError, JobSpec, Settings, Speech, start_speech
from shared.bootstrap import App
from shared.cli.cloud import Cloud
from shared.cli.main import main
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, Work
from shared.errors import InvalidMessage
from shared.settings import settings_table
from tests.cli.given import Given
from tests.cli.shared_resource import Shared

WHOLE_JOB = "00000000-0000-4000-8000-00000000c001"
PARTLY_JOB = "00000000-0000-4000-8000-00000000c002"
FAILED_JOB = "00000000-0000-4000-8000-00000000c003"
REJECTED = "please transcribe\tmy call"

DIARIZED = FileSpec.of(WHOLE_JOB, "contenturl_0.json")
WHOLE_REPORT = FileSpec.of(WHOLE_JOB, "report.json")
REPORT = FileSpec.of(PARTLY_JOB, "report.json")
BROKEN = FileSpec.of(PARTLY_JOB, "contenturl_0.json")


@dataclass(frozen=True)
class Ran:
    """The result of a run of the command. `error`: stderr without the lines `try: …`, which are `advice`."""

    code: int
    out: str
    error: str
    advice: tuple[str, ...] = ()

    @property
    def lines(self) -> list[Any]:
        """The documents that were printed, one line of JSON each."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@dataclass(frozen=True)
class World:
    """The servers, and the settings that address them."""

    settings: dict[str, str]
    speech: Speech

    def queue(self) -> QueueClient:
        """Return the queue that users send to."""
        return QueueClient.from_connection_string(self.settings["AzureWebJobsStorage"], JOBS_QUEUE)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in an empty folder, without any of the project's settings and without a connected deployment."""
    for name, _ in settings_table():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str | Path, cloud: Cloud | None = None) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments], cloud=cloud)
        printed = capfd.readouterr()
        lines = printed.err.splitlines(keepends=True)
        advice = [line for line in lines if line.startswith("try: ")]
        ran = Ran(
            int(ended.value.code or 0),
            printed.out,
            "".join(line for line in lines if line not in advice),
            tuple(line.removeprefix("try: ").rstrip() for line in advice),
        )
        assert len(advice) <= 1
        assert not advice or lines[-1] == advice[0], "the last line says what to try"
        return ran

    return command


@pytest.fixture(scope="session")
def world(azurite: Azurite, cosmos: Cosmos, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    speech = start_speech(azurite, log=tmp_path_factory.mktemp("cli") / "speech.log", port=0)
    settings = {
        "SPEECH_ENDPOINT": speech.endpoint,
        "SPEECH_KEY": speech.key,
        "COSMOS_ENDPOINT": cosmos.endpoint,
        "COSMOS_KEY": cosmos.key,
        "COSMOS_DATABASE": f"cli-{uuid.uuid4().hex}",
        "AzureWebJobsStorage": azurite.connection_string,
        "CONTENT_HOSTS": azurite.blob_origin,
        "POLL_MIN_SECONDS": "0",
    }
    provision_cosmos(cosmos.endpoint, cosmos.key, settings["COSMOS_DATABASE"])
    provision_storage(azurite.connection_string, "raw-results")
    world = World(settings, speech)
    _serve(speech)
    _ingest(App.from_env(settings))
    yield world
    contacts = speech.control.about().contacts
    speech.stop()
    assert contacts == (), "no request is sent to the host in the links"


@pytest.fixture
def here(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Set the servers' addresses in the environment, and empty the queue."""
    for name, value in world.settings.items():
        monkeypatch.setenv(name, value)
    with world.queue() as queue:
        queue.clear_messages()
    return world


@pytest.fixture
def given(here: World, cosmos: Cosmos, monkeypatch: pytest.MonkeyPatch) -> Iterator[Given]:
    """Use an empty database of its own, and empty queues."""
    database = f"given-{uuid.uuid4().hex}"
    provision_cosmos(cosmos.endpoint, cosmos.key, database)
    monkeypatch.setenv("COSMOS_DATABASE", database)
    settings = {**here.settings, "COSMOS_DATABASE": database, "NOT_FOUND_MINUTES": "0"}
    given = Given(settings, here.speech)
    with given.queue(RESULTS_QUEUE) as queue:
        queue.clear_messages()
    yield given
    given.app.database().client_connection.DeleteDatabase(f"dbs/{database}")


@pytest.fixture(scope="module")
def resource(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speech]:
    """Give a Speech resource of its own, without the jobs of other tests."""
    running = start_speech(azurite, log=tmp_path_factory.mktemp("backfill") / "speech.log", port=0)
    running.control.configure(Settings(requests_per_window=1_000_000))
    yield running
    running.stop()


@pytest.fixture
def shared(given: Given, resource: Speech, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shared]:
    made = Shared(given, resource)
    monkeypatch.setenv("SPEECH_ENDPOINT", resource.endpoint)
    monkeypatch.setenv("SPEECH_KEY", resource.key)
    resource.control.reset_counts()
    yield made
    for each in made.ids:
        resource.control.delete_job(each)


HOSTILE_NAME = "two\x1b[2Jlines\n\x9b2J\u202eseman\u2066"
"""A job's name that would clear a terminal and reverse the order of its text."""


def _serve(speech: Speech) -> None:
    diarized = (DATA / "diarized-mono.json").read_bytes()
    failures = json.loads((DATA / "report-failures.json").read_bytes())["details"]
    succeeded = {"source": "https://example.blob.core.windows.net/audio/0.wav", "status": "Succeeded"}
    partly, whole = report([succeeded, *failures]), report([succeeded])
    contents = {DIARIZED.blob: diarized, WHOLE_REPORT.blob: whole}
    speech.control.put_job(JobSpec(id=WHOLE_JOB, files=(DIARIZED, WHOLE_REPORT)), contents)
    speech.control.put_job(
        JobSpec(
            id=PARTLY_JOB,
            display_name=HOSTILE_NAME,
            properties={"destinationContainerUrl": "https://example.blob.core.windows.net/out?sig=REDACTED"},
            files=(REPORT, BROKEN),
            page_size=1,
        ),
        {REPORT.blob: partly, BROKEN.blob: b'{"recognizedPhrases": [{}]}'},
    )
    error = JobError(code="InvalidAudio", message="The audio could not be decoded.")
    speech.control.put_job(JobSpec(id=FAILED_JOB, status="Failed", error=error))


def _ingest(app: App) -> None:
    for job_id in (WHOLE_JOB, PARTLY_JOB, FAILED_JOB):
        app.accept_job(job_id.encode())
    with pytest.raises(InvalidMessage):
        app.accept_job(REJECTED.encode())
    app.record_poison(JOBS_QUEUE, REJECTED.encode())
    work: list[Work] = [*app.poll_jobs()]
    work += app.settle_jobs()  # lists the failed job, which may have a report
    while work:
        work += app.fetch_results(work.pop(0), 1)
    assert list(app.settle_jobs()) == []


def environment_for_a_process(**settings: str) -> dict[str, str]:
    """Return the environment of a child process: only what Python needs, and these settings."""
    return {name: os.environ[name] for name in ("PATH", "XDG_CONFIG_HOME")} | settings
