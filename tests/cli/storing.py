"""Stores recordings as the pipeline would, made by the product's own splitter."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from shared.bootstrap import App
from shared.domain.documents import FileKey
from shared.domain.split import SplitOptions, Splitter
from tests.cli.conftest import World
from tests.rendering.making import Phrase

WHEN = "2026-11-02T09:01:10.000000Z"
REVISION = "0123456789ab"


def store_job(world: World, job_id: str, name: str = "Calls", properties: dict[str, str] | None = None) -> None:
    """Store the document of a completed job."""
    counts = {"expected": 1, "ingested": 1, "failed": 0, "failures": [], "reports": 0}
    job = {"id": job_id, "type": "job", "schemaVersion": 1, "status": "completed", "acceptedAt": WHEN, "files": counts}
    _container(world, "jobs").upsert_item({**job, "displayName": name, "customProperties": properties, "run": 1})


def remove_job(world: World, job_id: str) -> None:
    """Remove what this file stored of a job."""
    _container(world, "jobs").delete_item(job_id, job_id)
    transcripts = _container(world, "transcripts")
    for item in App.from_env(world.settings).transcripts.items(job_id):
        transcripts.delete_item(item["id"], [job_id, item["fileId"]])


def store_recording(  # noqa: PLR0913 - what a recording may have
    world: World,
    job_id: str,
    file_id: str,
    phrases: Sequence[Phrase],
    *,
    name: str = "call 1.wav",
    number: int = 0,
    revision: str = REVISION,
    ingested_at: str = WHEN,
    **result: Any,  # noqa: ANN401 - JSON
) -> None:
    """Store the parts of a recording, then its head. The parts of an earlier revision are removed, as the app does."""
    transcripts, key = _container(world, "transcripts"), FileKey(job_id, file_id)
    before = [item for item in App.from_env(world.settings).transcripts.items(job_id) if item["fileId"] == file_id]
    splitter = Splitter(SplitOptions())
    source = f"https://calls.example/in/{name.replace(' ', '%20')}"
    whole = {"source": source, **result, "recognizedPhrases": list(phrases)}
    for part in splitter.parts([json.dumps(whole).encode()]):
        transcripts.upsert_item(json.loads(part.encoded(key, revision).data))
    head = splitter.head(key, revision, run=1, name=f"contenturl_{number}.json", raw=None, ingested_at=ingested_at)
    transcripts.upsert_item(json.loads(msgspec.json.encode(head)))
    for item in before:
        if item["type"] == "part" and item["revision"] != revision:
            transcripts.delete_item(item["id"], [job_id, file_id])


def _container(world: World, name: str) -> Any:  # noqa: ANN401 - the SDK's
    return App.from_env(world.settings).database.get_container_client(name)
