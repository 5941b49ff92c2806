"""Speech's responses in every version. An unknown value raises an error that names it."""

import json

import pytest

from shared.domain.job import Event, Failure
from shared.domain.speech_api import (
    FilePage,
    Transcription,
    TranscriptionPage,
    decode_answer,
    entry,
    error_words,
    refuses_version,
)
from shared.errors import Transient, UnknownValue

ID = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
HOST = "https://eastus.api.cognitive.microsoft.com"
SELF = f"{HOST}/speechtotext/v3.1/transcriptions/{ID}"


def transcription(**members: object) -> Transcription:
    return decode_answer(json.dumps({"self": SELF, "status": "Running"} | members).encode(), Transcription)


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("NotStarted", Event.NOT_ENDED),
        ("Running", Event.NOT_ENDED),
        ("Succeeded", Event.SUCCEEDED),
        ("Failed", Event.SPEECH_FAILED),
    ],
)
def test_each_documented_status_of_speech_is_an_event(status: str, event: Event) -> None:
    assert transcription(status=status).event() is event


@pytest.mark.parametrize("status", ["succeeded", "Completed", "Cancelled", "", "Succeeded ", "x" * 500])
def test_an_unknown_status_is_an_error_that_names_it(status: str) -> None:
    with pytest.raises(UnknownValue) as caught:
        transcription(status=status).event()
    assert repr(status[:100]) in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("properties", "failure"),
    [
        ({"error": {"code": "InvalidAudio", "message": "No."}}, Failure("InvalidAudio", "No.", "Speech")),
        ({"error": {"code": 7}}, Failure("7", "Speech gave no message", "Speech")),
        ({"error": "words"}, Failure("Unknown", "Speech gave no message", "Speech")),
        ({"error": None}, Failure("Unknown", "Speech gave no message", "Speech")),
        ({}, Failure("Unknown", "Speech gave no message", "Speech")),
        (
            {"error": {"code": "X", "message": "Cannot read https://h.example/a.wav?sig=SECRET now"}},
            Failure("X", "Cannot read https://h.example/a.wav now", "Speech"),
        ),
    ],
)
def test_a_failed_job_keeps_speechs_error_without_signatures(properties: object, failure: Failure) -> None:
    assert transcription(status="Failed", properties=properties).failure() == failure


def test_unknown_members_of_a_page_are_ignored() -> None:
    value = {"self": SELF, "status": "Succeeded", "links": {"files": f"{SELF}/files", "new": 1}, "model": {"self": "m"}}
    page = decode_answer(json.dumps({"values": [value], "@nextLink": "https://h/n?skip=2"}).encode(), TranscriptionPage)
    assert [(each.job_id, each.links.files) for each in map(entry, page.values)] == [(ID, f"{SELF}/files")]
    assert page.next_page == "skip=2"
    file = {"self": f"{SELF}/files/1", "kind": "Transcription", "links": {"contentUrl": "https://b/x?sig=1"}}
    files = decode_answer(json.dumps({"values": [file, file | {"links": {}}]}).encode(), FilePage)
    assert [each.content_url for each in files.values] == ["https://b/x?sig=1", None]
    assert files.next_page is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"values": 1}', b"\xff", b"[" * 100_000])
def test_a_response_of_another_shape_is_transient(body: bytes) -> None:
    with pytest.raises(Transient, match="Speech's answer is not a TranscriptionPage"):
        decode_answer(body, TranscriptionPage)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"code": "NotFound", "message": "No such thing."}', "NotFound: No such thing."),
        (b'{"error": {"code": "401", "message": "Access denied."}}', "401: Access denied."),
        (b'{"error": {"code": 401, "message": "Access denied."}}', "401: Access denied."),
        (
            b'{"code": "X", "message": "No.", "innerError": {"code": "Y", "message": "Because."}}',
            "X: No.; Y: Because.",
        ),
        (b'{"error": {"code": "X", "innerError": {"message": "Because."}}}', "X; Because."),
        (b"{}", "{}"),
        (b"<html>503</html>", "<html>503</html>"),
        (b"\xff", "\\xff"),
        (b"x" * 1_000, "x" * 200),
        (b"", ""),
    ],
)
def test_both_shapes_of_speechs_error_bodies_are_read(body: bytes, words: str) -> None:
    assert error_words(body) == words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("InvalidRequest: The API version cannot be used to access this transcription.", True),
        ("UnsupportedApiVersion: no", True),
        ("X: use api-version 2024-11-15", True),
        ("X: API_VERSION", True),
        ("X: https://h.example/transcriptions?api-version=2025-10-15 cannot be read", False),
        ("ModelDeprecated: use a later version of the model", False),
    ],
)
def test_a_refused_api_version_is_recognised_by_its_error(words: str, expected: bool) -> None:  # noqa: FBT001 - one of two outcomes
    assert refuses_version(words) is expected
