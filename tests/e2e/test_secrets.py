"""No secret reaches a store or a log. The stack runs with marked secrets, and every store is searched for them."""

import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from azure.cosmos import CosmosClient
from azure.storage.blob import BlobServiceClient, ContentSettings
from azure.storage.queue import QueueServiceClient

from local import azurite, cosmos
from local.samples.generate import report
from local.speech import FileSpec, JobError, JobSpec, SpeechControl
from local.stack import Ports, start_stack
from shared.adapters.cosmos.job_lists import JobLists
from shared.bootstrap import App
from tests.e2e.conftest import SETTINGS, Whole

QUICK = {
    "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:00",
    "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:01",
    "GIVE_UP_HOURS": "0",
}
SIGNATURE = re.compile(rb"(?i)[?&;\"']?\bsig=[^&\s\"']{3}")
Places = dict[str, bytes]


def mark(name: str) -> str:
    """Return a unique secret with that name."""
    return f"MARKED{name}{uuid4().hex}"


class Marks:
    """The secrets of this run. Those of `in_files` are in the result files, as Speech wrote them."""

    speech_key, functions_key = mark("speech"), mark("functions")
    enqueued, rejected_url, rejected_value, poison = (mark(name) for name in ("enq", "rurl", "rval", "poison"))
    error, custom, properties, answer = (mark(name) for name in ("error", "custom", "properties", "answer"))
    in_files = (mark("source"), mark("report"))

    def all(self) -> list[str]:
        """Return all secrets, and the two keys of the local servers."""
        ours = (self.speech_key, self.functions_key, self.enqueued, self.rejected_url, self.rejected_value)
        theirs = (self.poison, self.error, self.custom, self.properties, self.answer, *self.in_files)
        return [*ours, *theirs, azurite.KEY, cosmos.server.KEY]


@pytest.fixture(scope="module")
def marks() -> Marks:
    return Marks()


@pytest.fixture(scope="module")
def secret(marks: Marks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """Start a stack with marked keys."""
    keys = {"SPEECH_KEY": marks.speech_key, "LOCAL_FUNCTIONS_KEY": marks.functions_key}
    state: Path = tmp_path_factory.mktemp("secrets")
    environ = {**SETTINGS, **QUICK, **keys, "PATH": os.environ["PATH"]}
    stack = start_stack(state, environ, ports=Ports((0, 0, 0), 0, 0, 0))
    try:
        with SpeechControl(stack.settings["SPEECH_ENDPOINT"], stack.azurite) as speech:
            yield Whole(stack, App.from_env(stack.settings), speech)
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def lived(secret: Whole, marks: Marks) -> Whole:
    """Run jobs with success, failure, refusals, rejected messages, poison and an expired signature."""
    endpoint = secret.stack.settings["SPEECH_ENDPOINT"]
    good, failed, expired, broken, odd = (str(uuid4()) for _ in range(5))
    signed = "https://audio.example/a.wav?sv=1&" + "sig" + "="
    result = {"source": signed + marks.in_files[0], "durationInTicks": 1, "recognizedPhrases": []}
    files = (FileSpec.of(good, "contenturl_0.json"), FileSpec.of(good, "report.json"))
    words = f"could not read {signed}{marks.in_files[1]} today"
    details = [{"source": signed + marks.in_files[1], "status": "Failed", "errorKind": "x", "errorMessage": words}]
    told = {"customProperties": {"callback": f"https://hook.example/?code={marks.custom}"}}
    secret.serve(
        JobSpec(
            id=good,
            files=files,
            custom_properties=told["customProperties"],
            properties={"destinationContainerUrl": f"https://a.example/c?{'sig'}={marks.properties}"},
        ),
        {files[0].blob: msgspec.json.encode(result), files[1].blob: report(details)},
    )
    error = JobError(code="InvalidUri", message=f"cannot get {signed}{marks.error}")
    secret.serve(JobSpec(id=failed, status="Failed", error=error), {})
    for job, contents, seconds in ((expired, msgspec.json.encode(result), -60), (broken, b"no result", None)):
        file = FileSpec.of(job, "contenturl_0.json")
        secret.serve(JobSpec(id=job, files=(file,), sas_seconds=seconds), {file.blob: contents})
    secret.serve(JobSpec(id=odd), {})
    body = (
        f'{{"code": "Busy", "message": "see {signed}{marks.answer} or token={marks.answer}, key {marks.speech_key}"}}'
    )
    secret.speech.force(odd, 400, times=2, body=body)
    query = f"api-version=2025-10-15&subscription-key={marks.enqueued}"
    secret.enqueue(f"{endpoint}/speechtotext/transcriptions/{good}?{query}", failed, expired, broken, odd)
    hostile = f"https://evil.example/speechtotext/models/{good}?{'sig'}={marks.rejected_url}"
    secret.enqueue(hostile, f'{{"id": "{good}", "secret": "{marks.rejected_value}"}}', f"AccountKey={marks.poison}")
    for job in (good, failed, expired, broken, odd):
        secret.ended(job)
    secret.until(lambda: len(secret.app.jobs.rejected(100)) == 3, "three messages are rejected")
    return secret


def places(whole: Whole) -> Places:
    """Return every document, blob and message and the host's log, by place, without Speech's own blobs."""
    settings, found = whole.stack.settings, Places()
    with CosmosClient(settings["COSMOS_ENDPOINT"], settings["COSMOS_KEY"]) as client:
        database = client.get_database_client(settings["COSMOS_DATABASE"])
        for container in ("jobs", "transcripts"):
            for item in database.get_container_client(container).read_all_items():
                found[f"document {container} {item['id']}"] = msgspec.json.encode(item)
    with BlobServiceClient.from_connection_string(settings["AzureWebJobsStorage"]) as blobs:
        for one in blobs.list_containers():
            if one.name == whole.speech.container():
                continue
            for blob in blobs.get_container_client(one.name).list_blobs(include=["uncommittedblobs"]):
                data = blobs.get_blob_client(one.name, blob.name).download_blob().readall() if blob.size else b""
                raw = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
                found[f"blob {one.name} {blob.name}"] = blob.name.encode() + b"\n" + raw
    with QueueServiceClient.from_connection_string(settings["AzureWebJobsStorage"]) as queues:
        for queue in queues.list_queues():
            for message in queues.get_queue_client(queue.name).peek_messages(32):
                found[f"message {queue.name} {message.id}"] = str(message.content).encode()
    found["log"] = (whole.stack.state / "logs" / "host.log").read_bytes()
    return found


def secrets_in(found: Places, marks: Marks) -> set[tuple[str, str]]:
    """Return the places and secrets or signatures found. Raw results may contain those that Speech wrote."""
    hits = set()
    for place, text in found.items():
        own = marks.in_files if place.startswith("blob raw-results ") else ()
        hits |= {(place, secret) for secret in marks.all() if secret.encode() in text and secret not in own}
        if not own and SIGNATURE.search(text):
            hits.add((place, "a signature"))
    return hits


def test_no_secret_is_found_in_any_store_or_log(lived: Whole, marks: Marks) -> None:
    found = places(lived)
    kinds = {place.split()[0] for place in found}
    assert {"document", "blob", "log"} <= kinds
    assert {job.status for job in JobLists(lived.app.database).newest(100)} >= {"completedWithErrors", "failed"}
    assert len([place for place in found if place.startswith("blob raw-results")]) >= 2
    for words in (b"given up", b"refused", b"rejected a message", b"InvalidUri"):
        assert words in found["log"], "the log reports the failures"
    assert secrets_in(found, marks) == set()


@pytest.mark.parametrize("kind", ["document jobs", "document transcripts", "blob", "message", "log"])
def test_the_search_finds_a_planted_secret(lived: Whole, marks: Marks, kind: str) -> None:
    settings, word = lived.stack.settings, f"x {marks.speech_key} y"
    connection = settings["AzureWebJobsStorage"]
    if kind.startswith("document"):
        with CosmosClient(settings["COSMOS_ENDPOINT"], settings["COSMOS_KEY"]) as client:
            container = client.get_database_client(settings["COSMOS_DATABASE"]).get_container_client(kind.split()[1])
            item = {"id": "planted", "jobId": "planted", "fileId": "planted", "type": "planted", "words": word}
            container.upsert_item(item)
            assert ("document " + kind.split()[1] + " planted", marks.speech_key) in secrets_in(places(lived), marks)
            key = "planted" if kind.endswith("jobs") else ["planted", "planted"]
            container.delete_item("planted", partition_key=key)
    elif kind == "blob":
        with BlobServiceClient.from_connection_string(connection) as blobs:
            packed = ContentSettings(content_encoding="gzip")
            blob = blobs.get_blob_client("raw-results", "planted")
            blob.upload_blob(gzip.compress(word.encode()), content_settings=packed)
            assert ("blob raw-results planted", marks.speech_key) in secrets_in(places(lived), marks)
            blob.delete_blob()
    elif kind == "message":
        with QueueServiceClient.from_connection_string(connection) as queues:
            queue = queues.create_queue("planted")
            queue.send_message(word)
            assert any(place.startswith("message planted") for place, _ in secrets_in(places(lived), marks))
            queue.delete_queue()
    else:
        found = places(lived)
        found["log"] += word.encode() + b" https://a.example/?" + b"sig" + b"=abcdef"
        assert secrets_in(found, marks) == {("log", marks.speech_key), ("log", "a signature")}


def test_the_table_that_make_up_prints_has_no_secret(lived: Whole, marks: Marks) -> None:
    from local.up import _table  # noqa: PLC0415 - the program's own text, which only it prints

    found = {"make up": _table(lived.stack).encode()}
    assert lived.stack.settings["SPEECH_ENDPOINT"].encode() in found["make up"]
    assert secrets_in(found, marks) == set()
