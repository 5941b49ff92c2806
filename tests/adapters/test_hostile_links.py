"""No link leads where the settings do not allow: refused before a byte leaves or a name is looked up.

The witness notices every look-up and connection of the process, by whatever library. The key and the token stay here.
"""

from collections.abc import Callable, Iterator
from uuid import uuid4

import msgspec
import pytest
from azure.storage.blob import BlobServiceClient

from shared.adapters.blob import own_reader
from shared.adapters.contents import HttpContents
from shared.adapters.speech import SpeechApi
from shared.domain.messages import FetchFile, ListJobFiles
from shared.domain.urls import HostRule
from shared.errors import ForbiddenUrl, InvalidMessage, Permanent
from tests.adapters.hostile_world import (
    CONTENTS,
    FILE,
    FILES,
    JOB,
    KEY,
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
    """Serve as Speech does: the only place where a request may arrive."""
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
    """Return the adapter with a token to lose: that of an account which no hostile link names."""
    with BlobServiceClient("https://own.blob.core.windows.net") as account:
        yield HttpContents(HostRule("CONTENT_HOSTS", (".blob.core.windows.net", LOCAL)), own_reader(account))


def test_there_are_more_than_forty_forms_for_each_link() -> None:
    assert all(len(each) > 150 for each in (SELVES, FILES, PAGES, CONTENTS, UNSIGNED))
    assert all(len(urls) >= 8 for urls in hostile(SPEECH_HOST, LOCAL, "/").values())


def test_the_witness_sees_a_connection_and_a_look_up(service: Server, speech: SpeechApi, witness: Witness) -> None:
    answer(service, self=f"{service.origin}{TRANSCRIPTION}", status="Running")
    speech.transcription(JOB, None)
    assert witness.connected == [("127.0.0.1", int(service.origin.rpartition(":")[2]))]
    assert witness.names == ["127.0.0.1"]


Use = Callable[[SpeechApi, str], object]
USES: dict[str, tuple[Use, list[str]]] = {
    "self": (lambda api, url: api.transcription(JOB, url), SELVES),
    "links.files": (lambda api, url: api.files(JOB, url, None), LISTS),
    "@nextLink of the files": (lambda api, url: api.files(JOB, None, url), PAGES),
    "self of a file": (lambda api, url: api.file(url), FILES),
}


@pytest.mark.parametrize("use", USES)
def test_speech_is_asked_nowhere_else(service: Server, speech: SpeechApi, witness: Witness, use: str) -> None:
    ask, urls = USES[use]
    service.asked.clear()
    for url in filter(None, urls):  # without a link the adapter makes its own
        with pytest.raises(ForbiddenUrl) as refused:
            ask(speech, url)
        assert KEY not in str(refused.value)
    assert (witness.connected, witness.names, service.asked) == ([], [], [])


@pytest.mark.parametrize("urls", [CONTENTS, UNSIGNED], ids=["signed", "unsigned"])
def test_contents_are_fetched_from_nowhere_else(contents: HttpContents, witness: Witness, urls: list[str]) -> None:
    for url in urls:
        with pytest.raises(ForbiddenUrl), contents.open(url):
            pass
    assert (witness.connected, witness.names) == ([], [])


def test_a_strangers_account_is_not_even_asked_without_a_signature(contents: HttpContents, witness: Witness) -> None:
    with (
        pytest.raises(ForbiddenUrl, match=r"add attacker\.blob\.core\.windows\.net to it"),
        contents.open("https://attacker.blob.core.windows.net/container/result.json"),
    ):
        pass
    assert (witness.connected, witness.names) == ([], [])


def test_an_enqueued_self_is_refused_and_no_job_begins(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    world = world_of(service, contents)
    for url in SELVES:
        for body in (url.encode(), msgspec.json.encode({"id": url, "reprocess": True})):
            if body.strip().startswith(b"https://" + SPEECH_HOST.encode() + TRANSCRIPTION.encode()):
                continue  # white space around a message does not count
            with pytest.raises(InvalidMessage):
                world.accept(body)
    assert (world.jobs.documents, witness.connected, witness.names) == ({}, [], [])


def test_a_hostile_self_of_a_transcription_is_noted_and_never_asked(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    for url in SELVES:
        world = world_of(service, contents)
        world.enqueue(JOB)
        answer(service, self=url, status="Running")
        assert list(world.poll()) == []
        world.clock.move(hours=1)
        if world.job(JOB).failure is None:  # its path is right, so it was believed to be the job's own
            service.answer(Answer(500))
            assert list(world.poll()) == []
        failure = world.job(JOB).failure
        assert failure is not None
        assert failure.code in {"ForbiddenUrl", "UnknownValue"}
        only_speech_was_asked(witness, service, [TRANSCRIPTION])


def test_a_hostile_link_to_the_files_is_recorded_and_never_asked(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    for url in filter(None, LISTS):
        world = world_of(service, contents)
        world.enqueue(JOB)
        answer(service, self=f"{service.origin}{TRANSCRIPTION}", status="Succeeded", links={"files": url})
        (message,) = world.poll()
        assert delivered(world, message) == []
        failure = world.job(JOB).failure
        assert failure is not None
        assert failure.code == "ForbiddenUrl"
        only_speech_was_asked(witness, service, [TRANSCRIPTION])


def test_a_hostile_next_link_of_the_list_of_transcriptions_ends_the_walk(service: Server, witness: Witness) -> None:
    for url in filter(None, PAGES):
        speech = speech_of(service)
        answer(service, values=[], **{"@nextLink": url})
        with pytest.raises(ForbiddenUrl):
            list(speech.transcriptions(None))
        only_speech_was_asked(witness, service, ["/speechtotext/transcriptions"])


def test_a_hostile_next_link_of_the_files_is_recorded_and_never_asked(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    for url in filter(None, PAGES):
        world = world_of(service, contents)
        ingesting(world, service)
        answer(service, values=[], **{"@nextLink": url})
        (following,) = delivered(world, ListJobFiles(JOB, 1))
        assert delivered(world, following) == []
        failure = world.job(JOB).failure
        assert failure is not None
        assert failure.code == "ForbiddenUrl"
        only_speech_was_asked(witness, service, [f"{TRANSCRIPTION}/files"])


def test_a_hostile_self_of_a_file_is_recorded_and_never_asked(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    for url in FILES:
        world = world_of(service, contents)
        ingesting(world, service)
        answer(service, values=[entry(service, self=url)])
        for message in delivered(world, ListJobFiles(JOB, 1)):
            assert delivered(world, message) == []
        recorded = world.failure(FILE, JOB) or world.job(JOB).failure
        assert recorded is not None
        assert recorded.code in {"ForbiddenUrl", "UnknownValue"}
        only_speech_was_asked(witness, service, [f"{TRANSCRIPTION}/files"])


def test_a_hostile_content_url_makes_the_files_failure_and_is_never_asked(
    contents: HttpContents, service: Server, witness: Witness
) -> None:
    message = FetchFile(JOB, FILE, "Transcription", f"{service.origin}{TRANSCRIPTION}/files/{FILE}", run=1)
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


def test_a_name_that_leads_inside_gets_no_key_though_its_host_is_allowed(witness: Witness) -> None:
    api = SpeechApi("https://x.example", "v3.1", HostRule("SPEECH_ENDPOINT", ("localhost",)), lambda: {"K": KEY})
    with pytest.raises(ForbiddenUrl, match="no public address"):
        api.transcription(JOB, f"https://localhost{TRANSCRIPTION}")
    assert (witness.connected, witness.names) == ([], ["localhost"])


def test_an_answer_about_another_job_is_not_taken(service: Server, speech: SpeechApi) -> None:
    other = TRANSCRIPTION.replace(JOB, str(uuid4()))
    answer(service, self=f"{service.origin}{other}", status="Succeeded")
    with pytest.raises(Permanent, match="answered with one of"):
        speech.transcription(JOB, None)
    answer(service, values=[entry(service, self=f"{service.origin}{other}/files/{FILE}")])
    with pytest.raises(Permanent, match="answered with one of"):
        speech.files(JOB, None, None)
