"""A system of its own for each test: a database, a raw archive, and jobs at a simulator that no other test uses."""

import json
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.cosmos import ContainerProxy
from azure.storage.blob import ContainerClient
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
    mended: bool = False
    """Whether the next test may use the system too."""

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


@dataclass
class Ward:
    """Makes systems. One that the last test has mended is used again, because making one takes seconds."""

    speech: Speech
    azurite: Azurite
    cosmos: Cosmos
    mended: Given | None = None
    job: str | None = None
    jobs: list[str] = field(default_factory=list)

    def system(self) -> Given:
        """Return a system that nothing is wrong with, without a job."""
        name = uuid.uuid4().hex
        settings = {
            "SPEECH_ENDPOINT": self.speech.endpoint,
            "SPEECH_KEY": self.speech.key,
            "COSMOS_ENDPOINT": self.cosmos.endpoint,
            "COSMOS_KEY": self.cosmos.key,
            "COSMOS_DATABASE": f"doctor-{name}",
            "AzureWebJobsStorage": self.azurite.connection_string,
            "CONTENT_HOSTS": self.azurite.blob_origin,
            "RAW_CONTAINER": f"raw-{name}",
            "POLL_MIN_SECONDS": "0",
            "NOT_FOUND_MINUTES": "0",
            "GIVE_UP_HOURS": "0",
            "RETRY_MIN_SECONDS": "1",
        }
        provision_cosmos(self.cosmos.endpoint, self.cosmos.key, settings["COSMOS_DATABASE"])
        provision_storage(self.azurite.connection_string, settings["RAW_CONTAINER"], QUEUES)
        self.clear()
        return Given(settings, self.speech)

    def clear(self) -> None:
        """Empty the queues."""
        with QueueServiceClient.from_connection_string(self.azurite.connection_string) as queues:
            for name in QUEUES:
                for queue in (name, name + POISON_SUFFIX):
                    queues.get_queue_client(queue).clear_messages()

    def discard(self) -> None:
        """Delete the system and its jobs at Speech."""
        given, self.mended, self.job = self.mended, None, None
        for job in set(self.jobs):
            self.speech.control.delete_job(job)
        self.jobs.clear()
        self.speech.control.clear_forced()
        if given is not None:
            given.app.database().client_connection.DeleteDatabase(f"dbs/{given.settings['COSMOS_DATABASE']}")
            with suppress(ResourceNotFoundError):
                given.app.blobs.delete_container(given.settings["RAW_CONTAINER"])


@pytest.fixture(scope="session")
def ward(azurite: Azurite, cosmos: Cosmos, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    speech = start_speech(azurite, log=tmp_path_factory.mktemp("doctor") / "speech.log", port=0)
    ward = Ward(speech, azurite, cosmos)
    yield ward
    ward.discard()
    speech.stop()


@pytest.fixture
def patient(ward: Ward, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Patient]:
    """Return a healthy system with a job that has ended. Its log says that the timer runs and has its rights."""
    given, ward.mended = ward.mended or ward.system(), None
    for name, value in given.settings.items():
        monkeypatch.setenv(name, value)
    ward.clear()
    folder = tmp_path / STACK_FILE.parent
    (folder / "logs").mkdir(parents=True)
    (folder / STACK_FILE.name).write_text(json.dumps({"cosmosEndpoint": given.settings["COSMOS_ENDPOINT"]}))
    found = Patient(given, run, monkeypatch)
    found.logs(OK)
    if ward.job is None:
        ward.job = found.ended(2)
    else:
        found.jobs.append(ward.job)
    yield found
    ward.jobs += found.jobs
    ward.mended = given
    if not found.mended:
        ward.discard()
