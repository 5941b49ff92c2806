"""The use cases over the real adapters, with a server of scripted responses in place of Speech."""

from dataclasses import replace

import msgspec

from shared.adapters.contents import HttpContents
from shared.adapters.speech import SpeechApi
from shared.domain.job import Status
from shared.domain.messages import ListJobFiles, Work, decode_work, encode
from shared.domain.speech_urls import SpeechResource
from shared.pipeline.accept import AcceptJob
from tests.adapters.pacers import unpaced
from tests.adapters.servers import Answer, Server
from tests.hostile_urls import Witness, forms
from tests.pipeline.world import World

JOB, FILE = "11111111-2222-4333-8444-555555555555", "22222222-3333-4444-8555-666666666666"
KEY = "the-key-of-the-speech-resource"
LOCAL = "http://127.0.0.1:9"
"""An allowed origin without a server. It makes the links the same in every run."""

SPEECH_HOST, BLOB_HOST = "eastus.api.cognitive.microsoft.com", "results.blob.core.windows.net"
TRANSCRIPTION = f"/speechtotext/transcriptions/{JOB}"
SELVES = forms(SPEECH_HOST, LOCAL, TRANSCRIPTION)
FILES = forms(SPEECH_HOST, LOCAL, f"{TRANSCRIPTION}/files/{FILE}")
PAGES = forms(SPEECH_HOST, LOCAL, f"{TRANSCRIPTION}/files?skip=100")
LISTS = forms(SPEECH_HOST, LOCAL, f"{TRANSCRIPTION}/files")
CONTENTS = forms(BLOB_HOST, LOCAL, "/container/result.json?sig=x")
UNSIGNED = forms(BLOB_HOST, LOCAL, "/container/result.json")


def speech_of(service: Server) -> SpeechApi:
    """Return a client of the server, with a key that must not leak."""
    resource = SpeechResource(service.origin, "2025-10-15")
    return SpeechApi(resource, lambda: {"Ocp-Apim-Subscription-Key": KEY}, unpaced())


def world_of(service: Server, contents: HttpContents) -> World:
    """Return the use cases with real adapters. Each link gets new ones, so that the pacer does not slow the test."""
    made, speech = World(), speech_of(service)
    made.accept = AcceptJob(made.jobs, made.clock)
    made.ingest = replace(made.ingest, speech=speech, contents=contents)
    made.fetch = replace(made.fetch, speech=speech, ingest=made.ingest)
    made.poll = replace(made.poll, speech=speech)
    return made


def answer(service: Server, **body: object) -> None:
    """Let Speech give this response from now on."""
    service.asked.clear()
    service.answer(Answer(body=msgspec.json.encode(body)))


def entry(service: Server, **changes: object) -> dict[str, object]:
    """Return a file as Speech lists it."""
    return {"self": f"{service.origin}{TRANSCRIPTION}/files/{FILE}", "kind": "Transcription", **changes}


def ingesting(world: World, service: Server) -> None:
    """Bring the job to `ingesting`."""
    answer(service, self=f"{service.origin}{TRANSCRIPTION}", status="Succeeded", links={})
    world.enqueue(JOB)
    assert [type(message) for message in world.poll()] == [ListJobFiles]
    assert world.job(JOB).status is Status.INGESTING
    service.asked.clear()


def only_speech_was_asked(witness: Witness, service: Server, paths: list[str]) -> None:
    """Check that the process sent requests only to Speech, and only for these paths."""
    port = int(service.origin.rpartition(":")[2])
    assert {address for address in witness.connected if address[1] != 0} <= {("127.0.0.1", port)}
    assert set(witness.names) <= {"127.0.0.1"}
    assert [asked.path.partition("?")[0] for asked in service.asked] == paths


def delivered(world: World, message: Work) -> list[Work]:
    """Deliver a message as the queue does: encoded and decoded again."""
    return list(world.fetch(decode_work(encode(message).encode()), 1))
