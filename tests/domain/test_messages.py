"""What may be enqueued, and what our functions send to one another."""

import base64
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.messages import (
    Enqueued,
    FetchFile,
    ListJobFiles,
    decode_enqueued,
    decode_work,
    encode,
    message_hash,
    text_of,
)
from shared.domain.urls import HostRule
from shared.errors import InvalidMessage

ID = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
HOSTS = HostRule(
    "SPEECH_ENDPOINT", ("https://contoso.cognitiveservices.azure.com", "eastus.api.cognitive.microsoft.com")
)
SELF = f"https://eastus.api.cognitive.microsoft.com/speechtotext/v3.1/transcriptions/{ID}"
NEW_SELF = f"https://contoso.cognitiveservices.azure.com/speechtotext/transcriptions/{ID}?api-version=2025-10-15"

ACCEPTED = {
    ID: Enqueued(ID),
    ID.upper(): Enqueued(ID),
    SELF: Enqueued(ID, SELF),
    SELF.replace("v3.1", "v3.2"): Enqueued(ID, SELF.replace("v3.1", "v3.2")),
    SELF.replace("v3.1", "v3.0") + "/": Enqueued(ID, SELF.replace("v3.1", "v3.0") + "/"),
    NEW_SELF: Enqueued(ID, NEW_SELF),
    NEW_SELF.replace(ID, ID.upper()): Enqueued(ID, NEW_SELF.replace(ID, ID.upper())),
    f'{{"id": "{ID}"}}': Enqueued(ID),
    f'{{"id": "{ID.upper()}", "reprocess": false}}': Enqueued(ID),
    f'{{"reprocess": true, "id": " {ID}\\n"}}': Enqueued(ID, None, reprocess=True),
    f'{{"id": "{NEW_SELF}", "reprocess": true}}': Enqueued(ID, NEW_SELF, reprocess=True),
    f'{{"id": "{ID}", "replay": true}}': Enqueued(ID, replay=True),
    f'{{"id": "{SELF}", "replay": true, "reprocess": true}}': Enqueued(ID, SELF, reprocess=True, replay=True),
}

WRAPPINGS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: text.encode(),
    "in white space": lambda text: f"\r\n \t{text} \n".encode(),
    "with a BOM": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "Base64": lambda text: base64.b64encode(text.encode()),
    "Base64 of white space": lambda text: base64.b64encode(f" {text}\r\n".encode()),
    "Base64 of a BOM": lambda text: base64.b64encode(b"\xef\xbb\xbf" + text.encode()) + b"\n",
    "Base64 in lines": lambda text: base64.encodebytes(text.encode()),
    "Base64 with a BOM": lambda text: b"\xef\xbb\xbf" + base64.b64encode(text.encode()),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("text", ACCEPTED)
def test_a_job_is_named_by_id_url_or_json_plain_or_base64(text: str, wrapping: str) -> None:
    assert decode_enqueued(WRAPPINGS[wrapping](text), HOSTS) == ACCEPTED[text]


REFUSED = [
    ("please transcribe my call", "'please transcribe my call' is neither a transcription id (a GUID) nor the URL"),
    ("hello", "'hello' is neither a transcription id"),
    (ID[:-1], "is neither a transcription id"),
    (ID + "0", "is neither a transcription id"),
    (ID.replace("-", ""), "is neither a transcription id"),
    ("{" + ID + "}", 'is not {"id": "…", "reprocess": false, "replay": false}'),
    (f"{ID} {ID}", "is neither a transcription id"),
    (f'"{ID}"', "is neither a transcription id"),
    (f'["{ID}"]', "is neither a transcription id"),
    ("null", "is neither a transcription id"),
    (ID.replace("6", "٦"), "is neither a transcription id"),
    ("{}", "Object missing required field `id`"),
    ('{"id": 5}', "Expected `str`, got `int` - at `$.id`"),
    ('{"id": null}', "Expected `str`, got `null` - at `$.id`"),
    (f'{{"id": "{ID}", "reprocess": "yes"}}', "Expected `bool`, got `str` - at `$.reprocess`"),
    (f'{{"id": "{ID}", "reprocess": 1}}', "Expected `bool`, got `int` - at `$.reprocess`"),
    (f'{{"id": "{ID}", "replay": "yes"}}', "Expected `bool`, got `str` - at `$.replay`"),
    (f'{{"id": "{ID}", "reproces": true}}', "Object contains unknown field `reproces`"),
    (f'{{"ID": "{ID}"}}', "unknown field `ID`"),
    (f'{{"id": "{ID}"', "Input data was truncated"),
    (f'{{"id": "{ID}"}} x', "trailing characters"),
    ('{"id": "no"}', "'no' is neither a transcription id"),
    ('{"id": ""}', "'' is neither a transcription id"),
    ('{"id": "\\ud83d"}', 'is not {"id": "…", "reprocess": false, "replay": false}'),
    ('{"id":' + "[" * 40_000, 'is not {"id": "…", "reprocess": false, "replay": false}'),
    (SELF.removeprefix("https://"), "is neither a transcription id"),
    (SELF.replace(f"/{ID}", ""), "is not the path of a transcription"),
    (SELF + "/files", "is not the path of a transcription"),
    (SELF.replace("transcriptions", "models"), "is not the path of a transcription"),
    (SELF.replace(ID, "1"), "is not the path of a transcription"),
    ("https://eastus.api.cognitive.microsoft.com/?id=" + ID, "is not the path of a transcription"),
    (
        SELF.replace("https://", "http://"),
        "only https on port 443 is allowed, or an origin listed in SPEECH_ENDPOINT",
    ),
    (SELF.replace("eastus", "westus"), "'westus.api.cognitive.microsoft.com' is not listed in SPEECH_ENDPOINT"),
    (SELF.replace(".com", ".com.evil.example"), "is not listed in SPEECH_ENDPOINT"),
    (SELF.replace("https://", "https://user:pass@"), "a URL with user information or an escaped host is not followed"),
    (SELF.replace("https://", "https://evil.example\\@"), "a backslash"),
    (SELF.replace("eastus.api.cognitive.microsoft.com", "169.254.169.254"), "an address in place of a host name"),
    (SELF.replace("eastus.api.cognitive.microsoft.com", "[::1"), "is not a URL"),
    ("file:///transcriptions/" + ID, "is not followed"),
]


@pytest.mark.parametrize("wrapping", ["plain", "Base64"])
@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=[text[:40] for text, _ in REFUSED])
def test_anything_else_is_refused_with_the_reason(text: str, reason: str, wrapping: str) -> None:
    with pytest.raises(InvalidMessage) as caught:
        decode_enqueued(WRAPPINGS[wrapping](text), HOSTS)
    assert reason in str(caught.value)
    assert caught.value.code == "InvalidMessage"
    assert "pass@" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("body", [b"", b" \n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf \r\n"])
def test_a_message_without_anything_in_it_is_refused_as_empty(body: bytes) -> None:
    for decode in (lambda: decode_enqueued(body, HOSTS), lambda: decode_work(body)):
        with pytest.raises(InvalidMessage, match=r"^the message is empty$"):
            decode()


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00", "é".encode("latin-1"), ID.encode("utf-16"), b'{"id": "\xed\xa0\x80"}']
)
def test_what_is_not_utf_8_is_refused_and_shown_escaped(body: bytes) -> None:
    with pytest.raises(InvalidMessage, match="the message is not UTF-8 text"):
        decode_enqueued(body, HOSTS)
    assert text_of(body) == body.decode("utf-8", "backslashreplace")


@given(body=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_no_message_at_all_does_worse_than_be_refused(body: bytes) -> None:
    for decode in (lambda: decode_enqueued(body, HOSTS), lambda: decode_work(body)):
        with pytest.raises(InvalidMessage):
            decode()
    assert isinstance(text_of(body), str)


TEXT = st.text(max_size=20)
COUNT = st.integers(0, 2**40)
JOBS = st.uuids().map(str)
FILES = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=100)


def _fetching(job: str, file: str, kind: str, run: int, name: str | None) -> FetchFile:
    return FetchFile(job, file, kind, f"{SELF.replace(ID, job)}/files/{file}", run, run, name)


WORK = st.one_of(
    st.builds(ListJobFiles, JOBS, COUNT, COUNT, st.none() | TEXT, COUNT, COUNT),
    st.builds(_fetching, JOBS, FILES, TEXT, COUNT, st.none() | TEXT),
)


@given(message=WORK)
def test_work_comes_back_as_it_was_sent_plain_or_base64(message: ListJobFiles | FetchFile) -> None:
    sent = encode(message)
    assert decode_work(sent.encode()) == message
    assert decode_work(base64.b64encode(sent.encode())) == message
    assert json.loads(sent)["version"] == 1


def test_work_is_written_under_these_names() -> None:
    listing = ListJobFiles(ID, run=2, reprocess_from=1, next_link="https://h/next", expected=100, reports=1)
    assert json.loads(encode(listing)) == {
        "do": "list",
        "jobId": ID,
        "run": 2,
        "reprocessFrom": 1,
        "nextLink": "https://h/next",
        "expected": 100,
        "reports": 1,
        "version": 1,
    }
    fetching = FetchFile(ID, "f1", "Transcription", f"{SELF}/files/f1", run=2, name="contenturl_0.json")
    assert json.loads(encode(fetching)) == {
        "do": "fetch",
        "jobId": ID,
        "fileId": "f1",
        "kind": "Transcription",
        "self": f"{SELF}/files/f1",
        "run": 2,
        "reprocessFrom": 0,
        "name": "contenturl_0.json",
        "version": 1,
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the message is empty"),
        (ID, "is no message of this app"),
        ("{}", "missing required field `do`"),
        ('{"do": "delete"}', "Invalid value 'delete' - at `$.do`"),
        (f'{{"do": "list", "jobId": "{ID}"}}', "missing required field `run`"),
        (f'{{"do": "list", "jobId": "{ID}", "run": "1"}}', "Expected `int`, got `str` - at `$.run`"),
        (f'{{"do": "list", "jobId": "{ID}", "run": 1, "version": 2}}', "Invalid enum value 2 - at `$.version`"),
    ],
)
def test_work_that_this_version_does_not_know_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidMessage) as caught:
        decode_work(text.encode())
    assert reason in str(caught.value)


def test_the_text_of_a_message_is_shown_with_base64_undone() -> None:
    assert text_of(base64.b64encode(SELF.encode())) == SELF
    assert text_of(b" plain words ") == "plain words"
    assert text_of(b"") == ""


def test_the_hash_of_a_message_is_the_same_for_the_same_text_in_the_same_queue() -> None:
    first = message_hash("transcription-jobs", "words")
    assert first == message_hash("transcription-jobs", "words")
    assert len({first, message_hash("transcription-jobs", "word"), message_hash("transcription-results", "words")}) == 3
    assert first.isalnum()
    assert len(first) == 32
