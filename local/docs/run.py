"""Makes the examples' documents: jobs that end in different ways, in this process, on the local servers."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from azure.cosmos import CosmosClient

from local.azurite import Azurite, start_azurite
from local.cosmos import Cosmos, start_cosmos
from local.docs.moment import turns_at
from local.docs.pipeline import Pipeline
from local.docs.reader import conversation, files_of
from local.provision import provision_cosmos, provision_storage
from local.samples.catalog import SampleJob, sample_jobs
from local.samples.generate import GeneratedResult, report
from local.speech import FileSpec, JobSpec, Speech, start_speech
from local.speech.client import Contents
from shared.domain.containers import CONTAINERS, TRANSCRIPTS
from shared.domain.documents import FileKey
from shared.domain.forgotten import forgotten, forgotten_file, without_file
from shared.domain.job import Job
from shared.domain.messages import encode
from shared.domain.ticks import TICKS_PER_SECOND

Document = dict[str, Any]

CREATED = datetime(2026, 11, 2, 8, 50, tzinfo=UTC)
"""When the jobs were created at Speech."""

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""When the first of them is enqueued."""

LATER = timedelta(hours=1)
"""How long after the first run one job is reprocessed."""

MOMENT = 10 * TICKS_PER_SECOND
"""A moment of the conversation at which somebody talks."""

UNREPORTED_JOB = "00000000-0000-4000-8000-000000000023"
RUNNING_JOB = "00000000-0000-4000-8000-000000000021"
CONVERSATION_JOB = "00000000-0000-4000-8000-000000000022"

_RAW_CONTAINER = "raw-results"


@dataclass(frozen=True)
class Servers:
    """The servers that replace Azure: storage, the database, Speech."""

    azurite: Azurite
    cosmos: Cosmos
    speech: Speech

    @contextmanager
    def app_settings(self) -> Iterator[dict[str, str]]:
        """Create a database, yield the settings of an app that uses only it and `servers`, and delete it."""
        database = f"docs-{uuid4().hex[:12]}"
        provision_cosmos(self.cosmos.endpoint, self.cosmos.key, database)
        provision_storage(self.azurite.connection_string, _RAW_CONTAINER)
        try:
            yield {
                "SPEECH_ENDPOINT": self.speech.endpoint,
                "SPEECH_KEY": self.speech.key,
                "CONTENT_HOSTS": self.azurite.blob_origin,
                "COSMOS_ENDPOINT": self.cosmos.endpoint,
                "COSMOS_KEY": self.cosmos.key,
                "COSMOS_DATABASE": database,
                "AzureWebJobsStorage": self.azurite.connection_string,
                "RAW_CONTAINER": _RAW_CONTAINER,
            }
        finally:
            CosmosClient(self.cosmos.endpoint, self.cosmos.key).delete_database(database)


@dataclass(frozen=True)
class Run:
    """The result of a run: documents as Cosmos DB returned them, messages as they were sent."""

    ended: list[Document]
    """All documents of both containers, after every job but the running one had ended."""
    reprocessed: list[Document]
    """All documents of both containers, after one job had been reprocessed, and a job and a recording erased."""
    messages: list[Document]
    """The messages that the functions sent, in order."""
    conversation: list[Document]
    """The turns of a file, read in the way that the contract page describes."""
    at_moment: list[Document]
    """Those of them that are running at MOMENT, found in the way that the page describes."""
    region: str
    """The host of Speech."""

    def documents(self) -> list[Document]:
        """Return all documents, the later ones last."""
        return [*self.ended, *self.reprocessed]


def run(servers: Servers) -> Run:
    """Run the pipeline in its own database."""
    with servers.app_settings() as settings:
        return _run(servers, settings)


@contextmanager
def servers() -> Iterator[Servers]:
    """Start the servers on free ports, with their data in a temporary folder."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="docs-")))
        azurite = start_azurite(folder / "azurite", log=folder / "azurite.log", ports=(0, 0, 0))
        cleanup.callback(azurite.service.stop)
        cosmos = start_cosmos(log=folder / "cosmos.log", port=0)
        cleanup.callback(cosmos.stop)
        speech = start_speech(azurite, log=folder / "speech.log", port=0)
        cleanup.callback(speech.stop)
        yield Servers(azurite, cosmos, speech)


def _run(servers: Servers, settings: dict[str, str]) -> Run:
    jobs = _jobs()
    first = Pipeline(settings, START)
    for job in jobs.values():
        _put(servers.speech, job)
        first.enqueue(job.message)
    first.until_ended(
        *(job.message.strip().lower() for job in jobs.values() if job.name not in {"running", "unreported", "no-id"})
    )
    ended = _documents(first)
    transcripts = first.app.database.get_container_client(TRANSCRIPTS.name)
    (file_id,) = files_of(transcripts, CONVERSATION_JOB)
    talk = conversation(transcripts, CONVERSATION_JOB, file_id)
    at_moment = turns_at(transcripts, CONVERSATION_JOB, file_id, MOMENT)
    # Without GETs of single jobs the poll lists the ended ones, and writes its watermark into `_poll`.
    second = Pipeline({**settings, "POLL_GET_LIMIT": "0"}, first.clock.now() + LATER)
    reference = jobs["reference"]
    _put(servers.speech, reference)  # a blob that is written again has another ETag, so another revision
    second.enqueue(msgspec.json.encode({"id": reference.message, "reprocess": True}).decode())
    second.until_ended(reference.message)
    _erase(second, jobs["failed"].message, jobs["partly-failed"])
    messages = [msgspec.json.decode(encode(message)) for message in (*first.sent, *second.sent)]
    return Run(ended, _documents(second), messages, talk, at_moment, servers.speech.control.about().region)


def _erase(pipeline: Pipeline, job_id: str, with_recording: SampleJob) -> None:
    """Write the tombstones of a job, and of the first recording of another job."""
    app, now = pipeline.app, pipeline.clock.now()
    app.jobs.exchange(job_id, lambda job: forgotten(job, now) if isinstance(job, Job) else None)
    assert with_recording.spec is not None  # noqa: S101 - narrows the type
    key = FileKey(with_recording.spec.id, with_recording.spec.files[0].id)
    head = app.transcripts.head(key)
    assert head is not None  # noqa: S101 - narrows the type
    app.transcripts.forget(forgotten_file(key, head.head.run, now), head.etag)
    app.jobs.update(key.job_id, lambda job: without_file(job, key.file_id, None, now))


def _documents(pipeline: Pipeline) -> list[Document]:
    clients = (pipeline.app.database.get_container_client(container.name) for container in CONTAINERS)
    return [dict(item) for client in clients for item in client.read_all_items()]


def _put(speech: Speech, job: SampleJob) -> None:
    if job.spec is not None:
        speech.control.put_job(msgspec.structs.replace(job.spec, created_date_time=CREATED), job.contents)


def _jobs() -> dict[str, SampleJob]:
    samples = {job.name: job for job in sample_jobs()}
    jobs = [
        samples["reference"],
        _conversation(),
        _with_broken_file(samples["partly-failed"], samples["reference"]),
        *(samples[name] for name in ("failed", "unknown", "no-id")),
        _running(),
        _unreported(),
    ]
    return {job.name: job for job in jobs}


def _conversation() -> SampleJob:
    files = FileSpec.of(CONVERSATION_JOB, "contenturl_0.json"), FileSpec.of(CONVERSATION_JOB, "report.json")
    result = GeneratedResult(
        hours=1 / 120,
        speakers=2,
        display_words=True,
        languages=("en-US",),
        style="2024-11-15",
        seed=92,  # four turns of few words
        source="https://example.blob.core.windows.net/audio/conversation.wav",
    )
    summary = report([{"source": result.source, "status": "Succeeded"}])
    spec = JobSpec(
        id=CONVERSATION_JOB,
        display_name="conversation",
        custom_properties={"queue": "support"},
        run_seconds=90,
        files=files,
    )
    contents: Contents = {files[0].blob: result, files[1].blob: summary}
    return SampleJob("conversation", "two speakers", CONVERSATION_JOB, "completed", spec, contents)


def _with_broken_file(job: SampleJob, whole: SampleJob) -> SampleJob:
    """Return `job` with the start of a result in place of its second file."""
    assert job.spec is not None  # noqa: S101 - narrows the type
    assert whole.spec is not None  # noqa: S101 - narrows the type
    result = whole.contents[whole.spec.files[0].blob]
    assert isinstance(result, bytes)  # noqa: S101 - narrows the type
    contents = {**job.contents, job.spec.files[1].blob: result[:1000]}
    return SampleJob(job.name, job.shows, job.message, job.expected, job.spec, contents)


def _unreported() -> SampleJob:
    file = FileSpec.of(UNREPORTED_JOB, "contenturl_0.json")
    spec = JobSpec(id=UNREPORTED_JOB, display_name="unreported", files=(file,))
    contents: Contents = {file.blob: GeneratedResult(hours=1 / 120, seed=92)}
    return SampleJob("unreported", "a list without a report", UNREPORTED_JOB, "completedWithErrors", spec, contents)


def _running() -> SampleJob:
    spec = JobSpec(id=RUNNING_JOB, display_name="running", run_seconds=timedelta(days=36_500).total_seconds())
    return SampleJob("running", "a job that goes on", RUNNING_JOB, "completed", spec)
