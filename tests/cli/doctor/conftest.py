"""A system of its own for each test: a database, a raw archive, and jobs at a simulator that no other test uses."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import ContainerProxy
from azure.storage.blob import BlobServiceClient, ContainerClient
from azure.storage.queue import QueueServiceClient

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.provision import provision_cosmos, provision_storage
from local.speech import JobSpec, Speech, start_speech
from shared.cli.environment import STACK_FILE
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE
from tests.cli.conftest import Ran, Run
from tests.cli.given import Given

QUEUES = (JOBS_QUEUE, RESULTS_QUEUE)

OK = '{"signal":"right","job":null,"file":null,"right":"Cosmos DB: read jobs","result":"ok","count":1}'


@dataclass
class Patient:
    """A system and the command that looks at it."""

    given: Given
    run: Run
    monkeypatch: pytest.MonkeyPatch
    jobs: list[str] = field(default_factory=list)

    def doctor(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the checks."""
        return list(json.loads(self.ran("-o", "json", *arguments).out)["checks"])

    def ran(self, *arguments: str) -> Ran:
        """Run the command."""
        return self.run("doctor", *arguments)

    def bad(self, *arguments: str) -> set[tuple[str, str]]:
        """Return name and status of the checks that did not pass."""
        return {(check["name"], check["status"]) for check in self.doctor(*arguments) if check["status"] != "pass"}

    def served(self, files: int = 1, there: int | None = None) -> JobSpec:
        """Have Speech serve a job that has succeeded."""
        spec = self.given.served(files, there=there)
        self.jobs.append(spec.id)
        return spec

    def ended(self, files: int = 1, there: int | None = None) -> str:
        """Return the id of a job that the app has taken up and ended."""
        spec = self.served(files, there)
        assert self.run("submit", spec.id).code == 0
        self.given.work()
        return spec.id

    def did(self, *arguments: str) -> None:
        """Run a command that a fix names, and let the app do its work."""
        assert self.run(*arguments).code == 0
        self.given.work()

    def container(self, name: str) -> ContainerProxy:
        """Return a container of the database."""
        return self.given.app.database().get_container_client(name)

    def set(self, **settings: str) -> None:
        """Set settings of the command."""
        for name, value in settings.items():
            self.monkeypatch.setenv(name, value)

    @property
    def raw(self) -> ContainerClient:
        """The raw archive."""
        return self.given.app.blobs.get_container_client(self.given.settings["RAW_CONTAINER"])

    def logs(self, *rights: str, ticked: timedelta = timedelta(0)) -> None:
        """Write the log of a local host whose last tick was so long ago."""
        log = STACK_FILE.parent / "logs" / "host.log"
        at = f"{datetime.now().astimezone() - ticked:%Y-%m-%d %H:%M:%S},123"
        lines = [f"{at} INFO shared.pipeline.rights: right: as it says {right}" for right in rights]
        log.write_text("\n".join([*lines, f"{at} INFO host: Executed 'poll_jobs' (Succeeded, Id=x, Duration=9ms)", ""]))


@pytest.fixture(scope="session")
def its_speech(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speech]:
    speech = start_speech(azurite, log=tmp_path_factory.mktemp("doctor") / "speech.log", port=0)
    yield speech
    speech.stop()


@pytest.fixture
def patient(  # noqa: PLR0913, PLR0917 - the servers of a system
    its_speech: Speech, azurite: Azurite, cosmos: Cosmos, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Patient]:
    """Return a healthy system with one job that has ended. Its log says that the timer runs and has its rights."""
    settings = {
        "SPEECH_ENDPOINT": its_speech.endpoint,
        "SPEECH_KEY": its_speech.key,
        "COSMOS_ENDPOINT": cosmos.endpoint,
        "COSMOS_KEY": cosmos.key,
        "COSMOS_DATABASE": f"doctor-{uuid.uuid4().hex}",
        "AzureWebJobsStorage": azurite.connection_string,
        "CONTENT_HOSTS": azurite.blob_origin,
        "RAW_CONTAINER": f"raw-{uuid.uuid4().hex}",
        "POLL_MIN_SECONDS": "0",
        "NOT_FOUND_MINUTES": "0",
        "GIVE_UP_HOURS": "0",
        "RETRY_MIN_SECONDS": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    provision_cosmos(cosmos.endpoint, cosmos.key, settings["COSMOS_DATABASE"])
    provision_storage(azurite.connection_string, settings["RAW_CONTAINER"], QUEUES)
    _clear(azurite)
    folder = tmp_path / STACK_FILE.parent
    (folder / "logs").mkdir(parents=True)
    (folder / STACK_FILE.name).write_text(json.dumps({"cosmosEndpoint": cosmos.endpoint}))
    found = Patient(Given(settings, its_speech), run, monkeypatch)
    found.logs(OK)
    found.ended(2)
    yield found
    for job in found.jobs:
        its_speech.control.delete_job(job)
    its_speech.control.clear_forced()
    _clear(azurite)
    client = found.given.app.database().client_connection
    client.DeleteDatabase(f"dbs/{settings['COSMOS_DATABASE']}")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as blobs:
        if blobs.get_container_client(settings["RAW_CONTAINER"]).exists():
            blobs.delete_container(settings["RAW_CONTAINER"])


def _clear(azurite: Azurite) -> None:
    with QueueServiceClient.from_connection_string(azurite.connection_string) as queues:
        for name in QUEUES:
            for queue in (name, name + POISON_SUFFIX):
                queues.get_queue_client(queue).clear_messages()
