"""Speech's own answers, in every version; what it says that we do not know is named."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.domain.job import Event, Failure
from shared.domain.speech_api import (
    FilePage,
    Transcription,
    TranscriptionFile,
    TranscriptionPage,
    decode_answer,
    error_words,
    transcription_id,
    transcriptions_url,
    with_query,
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
def test_each_status_that_speech_documents_is_an_event(status: str, event: Event) -> None:
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
def test_a_failed_job_keeps_speechs_own_words_without_signatures(properties: object, failure: Failure) -> None:
    assert transcription(status="Failed", properties=properties).failure() == failure


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (SELF, ID),
        (SELF.upper().replace("/SPEECHTOTEXT/V3.1/TRANSCRIPTIONS/", "/speechtotext/v3.1/transcriptions/"), ID),
        (f"{HOST}/speechtotext/v3.2-preview.2/transcriptions/{ID}/", ID),
        (f"{HOST}/speechtotext/transcriptions/{ID}?api-version=2025-10-15", ID),
        (f"{HOST}/speechtotext/transcriptions/{ID}/files", None),
        (f"{HOST}/speechtotext/v3.1/models/{ID}", None),
        (f"{HOST}/x/speechtotext/v3.1/transcriptions/{ID}", None),
        (f"{HOST}/speechtotext/v3.1/transcriptions/../{ID}", None),
        (f"{HOST}/speechtotext/transcriptions:submit/{ID}", None),
        ("https://[bad/", None),
        ("", None),
    ],
)
def test_the_id_is_read_from_a_self_url_of_any_version(url: str, expected: str | None) -> None:
    assert transcription_id(url) == expected
    if expected is None:
        with pytest.raises(UnknownValue, match="which has no id"):
            assert transcription(self=url).job_id
    else:
        assert transcription(self=url).job_id == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{SELF}/files/2DD180A1-434E-4368-A1AC-37350700284F", "2dd180a1-434e-4368-a1ac-37350700284f"),
        (f"{HOST}/speechtotext/transcriptions/{ID}/files/f_1/?api-version=2025-10-15", "f_1"),
        (f"{SELF}/files/", None),
        (f"{SELF}/files/a.b", None),
        (f"{SELF}/files/{'x' * 101}", None),
        ("https://[bad/files/1", None),
    ],
)
def test_a_file_id_is_one_that_a_document_may_carry(url: str, expected: str | None) -> None:
    file = TranscriptionFile(url, "Transcription")
    if expected is None:
        with pytest.raises(UnknownValue, match="which has no file id"):
            assert file.file_id
    else:
        assert file.file_id == expected


def test_pages_are_read_with_whatever_else_they_carry() -> None:
    entry = {"self": SELF, "status": "Succeeded", "links": {"files": f"{SELF}/files", "new": 1}, "model": {"self": "m"}}
    page = decode_answer(json.dumps({"values": [entry], "@nextLink": "https://h/n"}).encode(), TranscriptionPage)
    assert [(each.job_id, each.links.files) for each in page.values] == [(ID, f"{SELF}/files")]
    assert page.next_link == "https://h/n"
    file = {"self": f"{SELF}/files/1", "kind": "Transcription", "links": {"contentUrl": "https://b/x?sig=1"}}
    files = decode_answer(json.dumps({"values": [file, file | {"links": {}}]}).encode(), FilePage)
    assert [each.content_url for each in files.values] == ["https://b/x?sig=1", None]
    assert files.next_link is None


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"values": 1}', b'{"values": [{}]}', b"\xff", b"[" * 100_000]
)
def test_an_answer_of_another_shape_is_worth_another_try(body: bytes) -> None:
    with pytest.raises(Transient, match="Speech's answer is not a TranscriptionPage"):
        decode_answer(body, TranscriptionPage)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("v3.1", f"{HOST}/speechtotext/v3.1/transcriptions/a/files?top=100"),
        ("v3.2", f"{HOST}/speechtotext/v3.2/transcriptions/a/files?top=100"),
        ("2025-10-15", f"{HOST}/speechtotext/transcriptions/a/files?top=100&api-version=2025-10-15"),
    ],
)
def test_the_version_stands_in_the_path_or_in_the_query(version: str, expected: str) -> None:
    assert transcriptions_url(f"{HOST}/", version, "a", "files", top=100) == expected
    assert transcriptions_url(HOST, "v3.1") == f"{HOST}/speechtotext/v3.1/transcriptions"


def test_a_next_link_gets_back_what_it_lost_and_keeps_what_it_says() -> None:
    found = with_query("https://h/f?skip=100&top=5&x=", top=100, sasLifetimeMinutes=60)
    assert parse_qs(urlsplit(found).query, keep_blank_values=True) == {
        "skip": ["100"],
        "top": ["5"],
        "x": [""],
        "sasLifetimeMinutes": ["60"],
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"code": "NotFound", "message": "No such thing."}', "NotFound: No such thing."),
        (b'{"error": {"code": "401", "message": "Access denied."}}', "401: Access denied."),
        (b'{"error": {"code": 401, "message": "Access denied."}}', "401: Access denied."),
        (b"{}", "{}"),
        (b"<html>503</html>", "<html>503</html>"),
        (b"\xff", "\\xff"),
        (b"x" * 1_000, "x" * 200),
        (b"", ""),
    ],
)
def test_errors_are_worded_in_either_shape_of_their_bodies(body: bytes, words: str) -> None:
    assert error_words(body) == words
