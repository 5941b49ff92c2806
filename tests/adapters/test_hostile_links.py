"""The app follows only links that the settings allow. Links of Speech are read only for ids and pages.

The witness records every name look-up and connection of the process. No key or token must leak.
"""

from collections.abc import Iterator
from uuid import uuid4

import msgspec
import pytest
from azure.storage.blob import BlobServiceClient

from shared.adapters.blob import own_reader
from shared.adapters.contents import HttpContents
from shared.adapters.speech import SpeechApi
from shared.domain.messages import FetchFile, ListJobFiles
from shared.domain.poll_mark import Walk
from shared.domain.urls import HostRule
from shared.errors import ForbiddenUrl, InvalidMessage, Permanent, UnknownValue
from tests.adapters.hostile_world import (
    CONTENTS,
    FILE,
    FILES,
    JOB,
    LISTS,
    LOCAL,
    PAGES,
    SELVES,
    SPEECH_HOST,
    TRANSCRIPTION,
    UNSIGNED,
    answer,
    delivered,
    entry,
    ingesting,
    only_speech_was_asked,
    speech_of,
    world_of,
)
from tests.adapters.servers import Answer, Server, serving
from tests.hostile_urls import Witness, hostile, witnessing


@pytest.fixture(scope="module")
def service() -> Iterator[Server]:
    """Serve in place of Speech. No other server may get a request."""
    with serving() as running:
        yield running


@pytest.fixture
def witness() -> Iterator[Witness]:
    with witnessing() as seen:
        yield seen


@pytest.fixture
def speech(service: Server) -> SpeechApi:
    return speech_of(service)


@pytest.fixture
def contents() -> Iterator[HttpContents]:
    """Give the adapter with a token for an account that no hostile link names."""
    with BlobServiceClient("https://own.blob.core.windows.net") as account:
        yield HttpContents(HostRule("CONTENT_HOSTS", (".blob.core.windows.net", LOCAL)), own_reader(account))


def test_more_than_150_hostile_forms_of_each_link_are_tried() -> None:
    assert all(len(each) > 150 for each in (SELVES, FILES, PAGES, CONTENTS, UNSIGNED))
    assert all(len(urls) >= 8 for urls in hostile(SPEECH_HOST, LOCAL, "/").values())


def test_the_witness_records_connections_and_name_look_ups(
    service: Server, speech: SpeechApi, witness: Witness
) -> None:
    answer(service, self=f"{service.origin}{TRANSCRIPTION}", status="Running")
    speech.transcription(JOB)
    assert witness.connected == [("127.0.0.1", int(service.origin.rpartition(":")[2]))]
    assert witness.names == ["127.0.0.1"]


@pytest.mark.parametrize("urls", [CONTENTS, UNSIGNED], ids=["signed", "unsigned"])
def test_a_hostile_content_link_causes_no_connection_and_no_look_up(
    contents: HttpContents, witness: Witness, urls: list[str]
) -> None:
    for url in urls:
        with pytest.raises(ForbiddenUrl), contents.open(url):
            pass
    assert (witness.connected, witness.names) == ([], [])


def test_an_unsigned_link_to_a_strangers_account_causes_no_connection(contents: HttpContents, witness: Witness) -> None:
    with (
        pytest.raises(ForbiddenUrl, match=r"add attacker\.blob\.core\.windows\.net to it"),
        contents.open("https://attacker.blob.core.windows.net/container/result.json"),
    ):
        pass
    assert (witness.connected, witness.names) == ([], [])


def test_only_the_id_of_an_enqueued_url_is_used(contents: HttpContents, service: Server, witness: Witness) -> None:
    accepted = 0
    for url in SELVES:
        for body in (url.encode(), msgspec.json.encode({"self": url}), msgspec.json.encode([{"id": url}])):
            world = world_of(service, contents)
            try:
                world.accept(body)
            except InvalidMessage:
                assert world.jobs.documents == {}
                continue
            accepted += 1
            assert list(world.jobs.documents) == [JOB]
            answer(service, self=f"{service.origin}{TRANSCRIPTION}", status="Running")
            assert list(world.poll()) == []
            only_speech_was_asked(witness, service, [TRANSCRIPTION])
    assert accepted > 100


def test_only_the_id_of_a_transcriptions_self_link_is_used(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    for url in SELVES:
        world = world_of(service, contents)
        world.enqueue(JOB)
        answer(service, self=url, status="Running")
        assert list(world.poll()) == []
        only_speech_was_asked(witness, service, [TRANSCRIPTION])
        failure = world.job(JOB).failure
        assert failure is None or failure.code == "UnknownValue"
        world.clock.move(hours=1)
        assert list(world.poll()) == []
        only_speech_was_asked(witness, service, [TRANSCRIPTION, TRANSCRIPTION])


def test_the_files_link_of_a_transcription_is_not_followed(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    for url in LISTS:
        world = world_of(service, contents)
        world.enqueue(JOB)
        answer(service, self=f"{service.origin}{TRANSCRIPTION}", status="Succeeded", links={"files": url})
        (message,) = world.poll()
        service.answer(Answer(body=b'{"values": []}'))
        assert delivered(world, message) == []
        only_speech_was_asked(witness, service, [TRANSCRIPTION, f"{TRANSCRIPTION}/files"])


def walk_to_the_end(speech: SpeechApi) -> None:
    walk = Walk(began_at="2026-11-02T12:00:00Z")
    while (page := speech.transcriptions(None, walk.page).next_page) is not None:
        walk = walk.onto(page)


def test_only_the_query_of_a_next_link_of_transcriptions_is_used(service: Server, witness: Witness) -> None:
    for url in filter(None, PAGES):
        speech = speech_of(service)
        answer(service, values=[], **{"@nextLink": url})
        with pytest.raises(UnknownValue):  # it names no page, or the same again
            walk_to_the_end(speech)
        path = "/speechtotext/transcriptions"
        only_speech_was_asked(witness, service, [path] * len(service.asked))
        assert len(service.asked) <= 2
        assert all(asked.path.endswith("top=100&api-version=2025-10-15") for asked in service.asked)


def test_only_the_query_of_a_next_link_of_files_is_used(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    for url in filter(None, PAGES):
        world = world_of(service, contents)
        ingesting(world, service)
        answer(service, values=[], **{"@nextLink": url})
        for following in delivered(world, ListJobFiles(JOB, 1)):
            assert delivered(world, following) == []
        failure = world.job(JOB).failure
        assert failure is not None
        assert failure.code in {"UnknownValue", "ListingLoops"}
        only_speech_was_asked(witness, service, [f"{TRANSCRIPTION}/files"] * len(service.asked))
        assert 1 <= len(service.asked) <= 2


def test_only_the_ids_of_a_files_self_link_are_used(contents: HttpContents, service: Server, witness: Witness) -> None:
    for url in FILES:
        world = world_of(service, contents)
        ingesting(world, service)
        answer(service, values=[entry(service, self=url)])
        paths = [f"{TRANSCRIPTION}/files"]
        for message in delivered(world, ListJobFiles(JOB, 1)):
            # The page has no link for the file, and a request for it gets the page again: it continues by itself.
            (alone,) = delivered(world, message)
            service.answer(Answer(body=msgspec.json.encode(entry(service))))
            assert delivered(world, alone) == []
            paths += [f"{TRANSCRIPTION}/files", *[f"{TRANSCRIPTION}/files/{FILE}"] * 2]
        recorded = world.failure(FILE, JOB) or world.job(JOB).failure
        assert recorded is not None
        assert recorded.code in {"NoContentUrl", "UnknownValue"}
        only_speech_was_asked(witness, service, paths)


def test_a_hostile_content_url_fails_its_file_and_is_never_requested(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    message = FetchFile(JOB, FILE, "Transcription", run=1)
    for url in CONTENTS + UNSIGNED:
        world = world_of(service, contents)
        ingesting(world, service)
        answer(service, **entry(service, links={"contentUrl": url}))
        assert delivered(world, message) == []
        failure = world.failure(FILE, JOB)
        assert failure is not None
        assert failure.code == "ForbiddenUrl"
        assert "sig=" not in failure.message
        only_speech_was_asked(witness, service, [f"{TRANSCRIPTION}/files/{FILE}"])


def test_a_response_about_another_job_is_refused(service: Server, speech: SpeechApi) -> None:
    other = TRANSCRIPTION.replace(JOB, str(uuid4()))
    answer(service, self=f"{service.origin}{other}", status="Succeeded")
    with pytest.raises(Permanent, match="answered with one of"):
        speech.transcription(JOB)
    answer(service, values=[entry(service, self=f"{service.origin}{other}/files/{FILE}")])
    with pytest.raises(Permanent, match="answered with one of"):
        speech.files(JOB, None)
