"""A job of two recordings that the pipeline wrote, with everything else that may be stored of it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.faults import Answer, FaultLayer, Front
from local.samples.catalog import DATA
from local.samples.generate import report
from local.speech import FileSpec, JobSpec
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, FetchFile, FetchPage, PageFile, encode
from tests.cli.given import OTHER, Given

QUEUES = [name + suffix for name in (JOBS_QUEUE, RESULTS_QUEUE) for suffix in ("", "-poison")]
AUDIO = "https://example.blob.core.windows.net/audio/"
WORDS = "kunde-meier"
"""Stands in everything that is about the first recording, and nowhere else."""


def refusal(service: str, status: int) -> Answer:
    """Return an answer with this status, with a body as the service sends it."""
    if service in {"blob", "queue"}:
        error = b"<Error><Code>Fault</Code><Message>made up by the fault layer</Message></Error>"
        return Answer(status, {"content-type": "application/xml"}, error)
    return Answer(status)


@dataclass(frozen=True)
class Stored:
    """A job, and what the services have of it."""

    given: Given
    spec: JobSpec

    @property
    def job_id(self) -> str:
        """The job's id."""
        return self.spec.id

    @property
    def files(self) -> list[str]:
        """Ids of the two recordings and of the report."""
        return [file.id for file in self.spec.files]

    @property
    def raw(self) -> ContainerClient:
        """The container of raw results."""
        storage = self.given.app.settings.storage
        assert storage is not None
        service = BlobServiceClient.from_connection_string(storage.get_secret_value())
        return service.get_container_client(self.given.app.settings.raw_container)

    def job(self) -> dict[str, Any]:
        """Return the job's document as it is stored."""
        found: dict[str, Any] = self.container("jobs").read_item(self.job_id, self.job_id)
        return found

    def container(self, name: str) -> Any:  # noqa: ANN401 - the SDK's client
        """Return a container of the database."""
        return self.given.app.database.get_container_client(name)

    def documents(self, file_id: str | None = None) -> list[dict[str, Any]]:
        """Return the documents of the job or of a file, tombstones included."""
        return self.given.app.transcripts.items(self.job_id, file_id)

    def blobs(self) -> list[str]:
        """Return the names of the job's raw results, uncommitted ones included."""
        return sorted(b.name for b in self.raw.list_blobs(self.job_id, include=["uncommittedblobs"]))

    def visible(self) -> dict[str, list[str]]:
        """Return the messages that can be seen in the queues."""
        found = {}
        for name in QUEUES:
            with self.queue(name) as queue:
                found[name] = [str(each.content) for each in queue.peek_messages(32)]
        return found

    def queue(self, name: str) -> QueueClient:
        """Return a queue."""
        return self.given.queue(name)

    def send(self, name: str, text: str) -> None:
        """Send a message."""
        with self.queue(name) as queue:
            queue.send_message(text)

    def everything(self) -> str:
        """Return the text of all that is stored anywhere, except the contents of blobs."""
        rows = [dict(row) for name in ("jobs", "transcripts") for row in self.container(name).read_all_items()]
        return msgspec.json.encode([rows, self.visible(), [b.name for b in self.raw.list_blobs()]]).decode()


def ingested(given: Given) -> Stored:
    """Let the app take up a job of two recordings and a report of three rows."""
    job_id = str(uuid.uuid4())
    specs = [FileSpec.of(job_id, name) for name in ("contenturl_0.json", "contenturl_1.json", "report.json")]
    content = (DATA / "diarized-mono.json").read_bytes()
    assert content.count(b"diarized-mono.wav") == 1
    results = [content.replace(b"diarized-mono", each.encode()) for each in (WORDS, "other")]
    rows = [{"source": f"{AUDIO}{each}.wav", "status": "Succeeded"} for each in (WORDS, "other")]
    lost = {"source": f"{AUDIO}lost.wav", "status": "Failed", "errorMessage": "no audio", "errorKind": "InvalidData"}
    blobs = [each.blob for each in specs]
    spec = JobSpec(id=job_id, display_name="calls", files=tuple(specs))
    given.speech.control.put_job(spec, dict(zip(blobs, [*results, report([*rows, lost])], strict=True)))
    stored = Stored(given, spec)
    for name in QUEUES:
        with stored.queue(name) as queue:
            queue.clear_messages()
    given.app.accept_job(spec.id.encode())
    given.work()
    return stored


def littered(stored: Stored) -> None:
    """Add what else may lie about: old parts, failures, rejected messages, messages, other raw results."""
    given, job_id, (first, second, _) = stored.given, stored.job_id, stored.files
    transcripts = stored.container("transcripts")
    for file_id in (first, second):
        part = next(row for row in stored.documents(file_id) if row["type"] == "part")
        transcripts.create_item(part | {"id": "0123456789ab_part_0000", "revision": "0123456789ab"})
        transcripts.create_item(part | {"id": "ba9876543210_part_0000", "revision": "ba9876543210", "ttl": 3600})
        given.file(file_id, job_id)
        stored.raw.upload_blob(f"{job_id}/{file_id}/ba9876543210.json.gz", b"an older revision")
        stored.raw.get_blob_client(f"{job_id}/{file_id}/cc9876543210.json.gz").stage_block("AAAA", b"of a dead writer")
    given.message(f"no json {job_id}")
    given.message(f'["{job_id}", "{OTHER}", "nonsense"]', code="InvalidMessage")
    page = FetchPage(job_id, 1, [PageFile(first, "Transcription", WORDS), PageFile(second, "Transcription", "other")])
    for queue in (RESULTS_QUEUE, f"{RESULTS_QUEUE}-poison"):
        stored.send(queue, encode(page))
        stored.send(queue, encode(FetchFile(OTHER, first, "Transcription", 1)))
        stored.send(queue, encode(FetchFile(job_id, first, "Transcription", 1)))
    stored.send(JOBS_QUEUE, f'["{OTHER}", "{job_id.upper()}"]')
    stored.send(f"{JOBS_QUEUE}-poison", job_id)


@pytest.fixture
def stored(given: Given) -> Stored:
    """Give a job with everything that may be stored of it, in a database of its own."""
    stored = ingested(given)
    littered(stored)
    return stored


@pytest.fixture
def fronts(
    given: Given, azurite: Azurite, cosmos: Cosmos, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Front]]:
    """Put a fault layer between the command and all services. Gives its fronts by the names of the services."""
    fronts: dict[str, Front] = {}
    with FaultLayer() as layer:

        def front(service: str, origin: str) -> str:
            fronts.setdefault(service, layer.front(service, origin))
            return fronts[service].origin

        monkeypatch.setenv("AzureWebJobsStorage", azurite.through(front).connection_string)
        monkeypatch.setenv("COSMOS_ENDPOINT", front("cosmos", cosmos.endpoint))
        monkeypatch.setenv("SPEECH_ENDPOINT", front("speech", given.speech.endpoint))
        yield fronts
