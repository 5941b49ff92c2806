"""Speech's links are read only for ids and pages. Every request is built from the endpoint and the version."""

import json

import pytest

from shared.domain.speech_api import Transcription, TranscriptionFile, decode_answer
from shared.domain.speech_urls import NEWEST, VERSIONS, SpeechResource, next_page, transcription_id
from shared.errors import UnknownValue

ID = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
HOST = "https://eastus.api.cognitive.microsoft.com"
SELF = f"{HOST}/speechtotext/v3.1/transcriptions/{ID}"
DATED = SpeechResource("https://contoso.cognitiveservices.azure.com", "2025-10-15")
FILES = "https://contoso.cognitiveservices.azure.com/speechtotext/transcriptions/a/files"


def transcription(**members: object) -> Transcription:
    return decode_answer(json.dumps({"self": SELF, "status": "Running"} | members).encode(), Transcription)


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
def test_a_file_id_is_accepted_only_if_a_document_may_carry_it(url: str, expected: str | None) -> None:
    file = TranscriptionFile(url, "Transcription")
    if expected is None:
        with pytest.raises(UnknownValue, match="which has no file id"):
            assert file.file_id
    else:
        assert file.file_id == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("v3.1", f"{HOST}/speechtotext/v3.1/transcriptions/a/files?top=100"),
        ("v3.2", f"{HOST}/speechtotext/v3.2/transcriptions/a/files?top=100"),
        ("2025-10-15", f"{HOST}/speechtotext/transcriptions/a/files?top=100&api-version=2025-10-15"),
    ],
)
def test_the_api_version_is_in_the_path_or_in_the_query(version: str, expected: str) -> None:
    assert SpeechResource(f"{HOST}/", version).url("a", "files", top=100) == expected
    assert SpeechResource(HOST, "v3.1").url() == f"{HOST}/speechtotext/v3.1/transcriptions"


def test_spaces_in_a_filter_are_written_as_percent_20() -> None:
    url = SpeechResource(HOST, "v3.2").url(filter="status ne 'Running' and displayName eq 'a+b'")
    assert url.endswith("?filter=status%20ne%20%27Running%27%20and%20displayName%20eq%20%27a%2Bb%27")


@pytest.mark.parametrize(
    ("link", "page"),
    [
        (f"{SELF}/files?skip=2&top=2&api-version=2024-11-15", "skip=2&top=2"),
        (f"{SELF}/files?skip=2", "skip=2"),
        ("https://evil.example/anything?api-version=3.2&skipToken=+/a%2Bb==", "skipToken=+/a%2Bb=="),
        (f"{SELF}?API-Version=3.2&%61pi-version=1&skip=5#top=1", "skip=5"),
        (f"{SELF}?$skiptoken=ä b", "$skiptoken=%C3%A4%20b"),
        ("?skip=1&flag", "skip=1&flag"),
    ],
)
def test_only_the_query_of_a_next_link_is_used_without_its_api_version(link: str, page: str) -> None:
    assert next_page(link) == page


@pytest.mark.parametrize(
    "link",
    ["", f"{SELF}/files", f"{SELF}?api-version=3.2", f"{SELF}?&", "https://[bad/?skip=1", f"{SELF}?x={'y' * 8_191}"],
)
def test_a_next_link_without_a_page_is_refused(link: str) -> None:
    with pytest.raises(UnknownValue, match="next link"):
        next_page(link)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("skip=2", f"{FILES}?skip=2&top=100&filter=x%20y&api-version=2025-10-15"),
        ("skip=2&top=7", f"{FILES}?skip=2&top=7&filter=x%20y&api-version=2025-10-15"),
        ("token=+/=&filter=other", f"{FILES}?token=+/=&top=100&filter=x%20y&api-version=2025-10-15"),
        ("api-version=3.2&skip=1", f"{FILES}?skip=1&top=100&filter=x%20y&api-version=2025-10-15"),
    ],
)
def test_a_further_page_is_requested_with_all_parameters_and_the_configured_version(page: str, expected: str) -> None:
    assert DATED.url("a", "files", page=page, top=100, filter="x y") == expected


def test_a_version_in_the_path_is_not_repeated_in_the_query() -> None:
    url = SpeechResource(HOST, "v3.1").url("a", "files", page="api-version=3.2&skip=1", top=100)
    assert url == f"{HOST}/speechtotext/v3.1/transcriptions/a/files?skip=1&top=100"


def test_the_message_about_an_unknown_job_names_the_settings_that_may_be_wrong() -> None:
    assert DATED.unknown_words(None) == "Speech does not know this transcription (404)"
    assert DATED.unknown_words("contoso.cognitiveservices.azure.com") == DATED.unknown_words(None)
    other = DATED.unknown_words("westus.api.cognitive.microsoft.com")
    assert "enqueued by a URL of westus.api.cognitive.microsoft.com" in other
    assert "this app asks contoso.cognitiveservices.azure.com (SPEECH_ENDPOINT)" in other
    old = SpeechResource(DATED.endpoint, "v3.1").unknown_words(None)
    assert "API version v3.1: set SPEECH_API_VERSION to 2025-10-15" in old


def test_the_newest_version_is_the_last_and_does_not_advise_itself() -> None:
    assert VERSIONS[-1] == NEWEST
    assert DATED.other_version().endswith("v3.1, v3.2, 2024-11-15")
