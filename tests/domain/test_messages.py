"""Messages of the queue `transcription-results`."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.message_text import LARGEST_MESSAGE_BYTES
from shared.domain.messages import (
    FILES_A_MESSAGE,
    LARGEST_SENT_BYTES,
    FetchFile,
    FetchPage,
    ListJobFiles,
    PageFile,
    Work,
    decode_work,
    encode,
    fetch_pages,
)
from shared.domain.seen import LONGEST_SEEN, packed
from shared.domain.speech_api import LONGEST_KIND, LONGEST_NAME, TranscriptionFile
from shared.domain.speech_urls import LONGEST_PAGE
from shared.errors import InvalidMessage

ID = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
SELF = f"https://eastus.api.cognitive.microsoft.com/speechtotext/v3.1/transcriptions/{ID}"

TEXT = st.text(max_size=20)
COUNT = st.integers(0, 2**40)
JOBS = st.uuids().map(str)
FILES = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=100)


PAGES = st.text("abcdefghijklmnopqrstuvwxyz0123456789%&=+/-_.~$", min_size=1, max_size=20)
SEEN = st.sets(st.integers(0, 2**40 - 1)).map(packed)
PAGE_FILES = st.builds(PageFile, FILES, TEXT, st.none() | TEXT)
WORK = st.one_of(
    st.builds(ListJobFiles, JOBS, COUNT, COUNT, st.none() | PAGES, COUNT, COUNT, COUNT, SEEN),
    st.builds(FetchPage, JOBS, COUNT, st.lists(PAGE_FILES, min_size=1, max_size=25), COUNT, st.none() | PAGES),
    st.builds(FetchFile, JOBS, FILES, TEXT, COUNT, COUNT, st.none() | TEXT),
)


@given(message=WORK)
def test_work_messages_decode_unchanged_plain_or_in_base64(message: Work) -> None:
    sent = encode(message)
    assert decode_work(sent.encode()) == message
    assert decode_work(base64.b64encode(sent.encode())) == message
    assert json.loads(sent)["version"] == 3


def test_work_messages_have_these_properties() -> None:
    place = "skip=100&top=100"
    listing = ListJobFiles(ID, 2, reprocess_from=1, page=place, expected=100, reports=1, pages=1, seen="AQ==")
    assert json.loads(encode(listing)) == {
        "do": "list",
        "jobId": ID,
        "run": 2,
        "reprocessFrom": 1,
        "page": "skip=100&top=100",
        "expected": 100,
        "reports": 1,
        "pages": 1,
        "seen": "AQ==",
        "version": 3,
    }
    fetching = FetchFile(ID, "f1", "Transcription", run=2, name="contenturl_0.json")
    assert json.loads(encode(fetching)) == {
        "do": "fetch",
        "jobId": ID,
        "fileId": "f1",
        "kind": "Transcription",
        "run": 2,
        "reprocessFrom": 0,
        "name": "contenturl_0.json",
        "version": 3,
    }
    page = FetchPage(ID, 2, [PageFile("f1", "Transcription", "contenturl_0.json")], page="skip=100&top=100")
    assert json.loads(encode(page)) == {
        "do": "page",
        "jobId": ID,
        "run": 2,
        "files": [{"id": "f1", "kind": "Transcription", "name": "contenturl_0.json"}],
        "reprocessFrom": 0,
        "page": "skip=100&top=100",
        "version": 3,
    }


FORMER: dict[str, ListJobFiles | FetchFile] = {
    '{"do":"list","jobId":"637d9333-6559-47a6-b8de-c7d732c1ddf3","run":1,"reprocessFrom":0,"nextLink":null,'
    '"expected":0,"reports":0,"version":1}': ListJobFiles(ID, 1),
    '{"do":"list","jobId":"637d9333-6559-47a6-b8de-c7d732c1ddf3","run":2,"reprocessFrom":2,"nextLink":'
    '"https://eastus.api.cognitive.microsoft.com/speechtotext/transcriptions/637d9333-6559-47a6-b8de-c7d732c1ddf3/files'
    '?skip=100&top=100&api-version=2025-10-15","expected":99,"reports":1,"version":1}': ListJobFiles(
        ID, 2, 2, "skip=100&top=100", 99, 1
    ),
    '{"do":"fetch","jobId":"637d9333-6559-47a6-b8de-c7d732c1ddf3","fileId":"2dd180a1-434e-4368-a1ac-37350700284f",'
    '"kind":"Transcription","self":"https://contoso.cognitiveservices.azure.com/speechtotext/transcriptions/'
    "637d9333-6559-47a6-b8de-c7d732c1ddf3/files/2dd180a1-434e-4368-a1ac-37350700284f?api-version=2025-10-15"
    '","run":1,"reprocessFrom":0,"name":"contenturl_0.json","version":1}': FetchFile(
        ID, "2dd180a1-434e-4368-a1ac-37350700284f", "Transcription", 1, 0, "contenturl_0.json"
    ),
    '{"do":"list","jobId":"637d9333-6559-47a6-b8de-c7d732c1ddf3","run":2,"reprocessFrom":2,"page":"skip=100&top=100",'
    '"expected":99,"reports":1,"pages":1,"version":2}': ListJobFiles(ID, 2, 2, "skip=100&top=100", 99, 1, 1),
    '{"do":"fetch","jobId":"637d9333-6559-47a6-b8de-c7d732c1ddf3","fileId":"2dd180a1-434e-4368-a1ac-37350700284f",'
    '"kind":"TranscriptionReport","run":1,"reprocessFrom":0,"name":"report.json","version":2}': FetchFile(
        ID, "2dd180a1-434e-4368-a1ac-37350700284f", "TranscriptionReport", 1, 0, "report.json"
    ),
}
"""Messages of versions 1 and 2, which may still be in queues and in `queueMessage` of failures."""


@pytest.mark.parametrize("text", FORMER)
def test_messages_of_earlier_versions_are_understood_by_their_ids_and_pages(text: str) -> None:
    assert decode_work(text.encode()) == FORMER[text]
    assert "http" not in encode(FORMER[text])


def test_a_message_of_version_1_whose_link_names_no_page_is_rejected() -> None:
    text = json.dumps({"do": "list", "jobId": ID, "run": 1, "nextLink": f"{SELF}/files"})
    with pytest.raises(InvalidMessage, match="nextLink: Speech's next link has no parameter"):
        decode_work(text.encode())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the message is empty"),
        (ID, "is no message of this app"),
        ("{}", "missing required field `do`"),
        ('{"do": "delete"}', "Invalid value 'delete' - at `$.do`"),
        (f'{{"do": "list", "jobId": "{ID}"}}', "missing required field `run`"),
        (f'{{"do": "list", "jobId": "{ID}", "run": "1"}}', "Expected `int`, got `str` - at `$.run`"),
        (f'{{"do": "list", "jobId": "{ID}", "run": 1, "version": 4}}', "Invalid enum value 4 - at `$.version`"),
    ],
)
def test_an_unknown_work_message_is_rejected_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidMessage) as caught:
        decode_work(text.encode())
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"files": []}, "Expected `array` of length >= 1 - at `$.files`"),
        ({"files": [{"id": "f", "kind": "k"}] * 26}, "Expected `array` of length <= 25 - at `$.files`"),
        ({"files": [{"id": "F", "kind": "k"}]}, "it is not in lower case"),
        ({"files": [{"id": "a/b", "kind": "k"}]}, "at `$.files[0].id`"),
        ({"jobId": "x"}, "is no job's id"),
        ({"page": "a b"}, "at `$.page`"),
        ({"version": 2}, "Invalid enum value 2 - at `$.version`"),
    ],
)
def test_an_invalid_page_of_files_is_rejected_with_the_reason(change: dict[str, object], reason: str) -> None:
    message = json.loads(encode(FetchPage(ID, 1, [PageFile("f", "k")])))
    with pytest.raises(InvalidMessage) as caught:
        decode_work(json.dumps(message | change).encode())
    assert reason in str(caught.value)


@pytest.mark.parametrize("seen", ["!", "AQ", "gICAgICAgAE=", "_" * 4])
def test_a_list_message_with_invalid_hashes_is_rejected(seen: str) -> None:
    message = json.loads(encode(ListJobFiles(ID, 1))) | {"seen": seen}
    with pytest.raises(InvalidMessage, match="the message's seen"):
        decode_work(json.dumps(message).encode())


def test_the_largest_messages_fit_into_the_queue() -> None:
    # A control character takes six bytes in JSON. No other character takes more.
    name, kind, most = "\1" * LONGEST_NAME, "\1" * LONGEST_KIND, 2**53
    listing = ListJobFiles(ID, most, most, "p" * LONGEST_PAGE, most, most, most, "A" * LONGEST_SEEN)
    assert len(encode(listing)) <= LARGEST_MESSAGE_BYTES
    files = [PageFile(f"{number:03}" * 33 + "f", kind, name) for number in range(100)]
    pages = fetch_pages(listing, files)
    assert max(len(encode(page).encode()) for page in pages) <= LARGEST_SENT_BYTES
    assert [file for page in pages for file in page.files] == files
    sent: list[Work] = [*pages, *pages[0].alone()]
    for message in sent:
        assert decode_work(encode(message).encode()) == message


def test_files_with_names_of_usual_length_are_25_per_message() -> None:
    listing = ListJobFiles(ID, 1, page="skip=100&top=100")
    files = [PageFile(ID, "Transcription", f"contenturl_{number}.json") for number in range(60)]
    pages = fetch_pages(listing, files)
    assert [len(page.files) for page in pages] == [FILES_A_MESSAGE, FILES_A_MESSAGE, 10]
    assert {page.page for page in pages} == {"skip=100&top=100"}
    assert fetch_pages(listing, []) == []


def test_long_names_and_kinds_from_speech_are_cut_to_what_a_message_allows() -> None:
    file = TranscriptionFile(f"{SELF}/files/{ID}", "k" * 10_000, "n" * 10_000)
    assert (len(file.kind), len(file.name or "")) == (LONGEST_KIND, LONGEST_NAME)
    (page,) = fetch_pages(ListJobFiles(ID, 1), [PageFile(file.file_id, file.kind, file.name)])
    assert decode_work(encode(page).encode()) == page
