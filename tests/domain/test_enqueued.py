"""Messages that a user may enqueue."""

import base64
import json
from collections.abc import Callable

import pytest

from shared.domain.enqueued import Enqueued, decode_enqueued, without_first
from shared.errors import InvalidMessage

ID = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
SELF = f"https://eastus.api.cognitive.microsoft.com/speechtotext/v3.1/transcriptions/{ID}"
NEW_SELF = f"https://contoso.cognitiveservices.azure.com/speechtotext/transcriptions/{ID}?api-version=2025-10-15"

ACCEPTED = {
    ID: Enqueued(ID),
    ID.upper(): Enqueued(ID),
    f'"{ID}"': Enqueued(ID),
    f'" {ID.upper()} "': Enqueued(ID),
    f'"{SELF}"': Enqueued(ID, SELF),
    f'{{"self": "{SELF}"}}': Enqueued(ID, SELF),
    f'{{"self": "{ID}"}}': Enqueued(ID),
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
def test_a_message_names_a_job_by_id_url_or_json_plain_or_in_base64(text: str, wrapping: str) -> None:
    assert decode_enqueued(WRAPPINGS[wrapping](text)) == [ACCEPTED[text]]


POST_ANSWER = {
    "self": NEW_SELF,
    "displayName": "My Transcription",
    "locale": "en-US",
    "createdDateTime": "2025-05-24T13:36:57Z",
    "lastActionDateTime": "2025-05-24T13:36:57Z",
    "links": {"files": NEW_SELF.replace("?", "/files?")},
    "properties": {"channels": [0, 1], "timeToLiveHours": 48},
    "status": "NotStarted",
}
"""The body of Speech's response when a transcription is created."""


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_the_response_to_creating_a_transcription_may_be_enqueued_unchanged(wrapping: str) -> None:
    assert decode_enqueued(WRAPPINGS[wrapping](json.dumps(POST_ANSWER))) == [Enqueued(ID, NEW_SELF)]


def test_a_message_with_self_ignores_all_other_properties() -> None:
    assert decode_enqueued(json.dumps({"self": SELF, "id": "x", "reprocess": 7}).encode()) == [Enqueued(ID, SELF)]


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_each_entry_of_an_array_names_a_job_in_order(wrapping: str) -> None:
    bare = [text for text in ACCEPTED if not text.startswith(("{", '"'))]
    entries = [json.dumps(text) for text in bare] + [text for text in ACCEPTED if text not in bare]
    entries += [json.dumps(POST_ANSWER), json.dumps(ID)]
    expected = [ACCEPTED[text] for text in bare] + [ACCEPTED[text] for text in ACCEPTED if text not in bare]
    expected += [Enqueued(ID, NEW_SELF), Enqueued(ID)]
    assert decode_enqueued(WRAPPINGS[wrapping](f"[{' , '.join(entries)}]")) == expected


def test_an_array_has_1_to_500_entries() -> None:
    assert decode_enqueued(json.dumps([ID] * 500).encode()) == [Enqueued(ID)] * 500
    for count in (0, 501):
        with pytest.raises(InvalidMessage, match=f"the array has {count} entries; 1 to 500 are allowed") as caught:
            decode_enqueued(json.dumps([ID] * count).encode())
        assert (caught.value.index, caught.value.entry) == (None, None)


BAD_ENTRIES = [
    ([ID], "is neither a transcription id"),
    ([], "is neither a transcription id"),
    (5, "'5' is neither a transcription id"),
    (None, "'null' is neither a transcription id"),
    ("no", "'no' is neither a transcription id"),
    ({"id": ID, "reproces": True}, "unknown field `reproces`"),
    ({"self": 5}, "Expected `str`, got `int`"),
    ({}, "missing required field `id`"),
    (f"{SELF}/files", "is not the path of a transcription"),
]


@pytest.mark.parametrize(("entry", "reason"), BAD_ENTRIES)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_invalid_entry_rejects_the_array_and_the_error_gives_its_index(
    entry: object, reason: str, place: int
) -> None:
    entries: list[object] = [ID, {"self": SELF}]
    entries.insert(place, entry)
    with pytest.raises(InvalidMessage) as caught:
        decode_enqueued(json.dumps(entries).encode())
    assert str(caught.value).startswith(f"entry {place} of the array, counted from 0: ")
    assert reason in str(caught.value)
    assert (caught.value.index, json.loads(caught.value.entry or "")) == (place, entry)


def test_the_error_about_an_invalid_entry_shows_no_secret() -> None:
    with pytest.raises(InvalidMessage) as caught:
        decode_enqueued(json.dumps([{"id": f"{SELF}/files?sig=s3cr3t", "key": "s3cr3t"}]).encode())
    assert "s3cr3t" not in f"{caught.value}{caught.value.entry}"


def test_the_remaining_entries_of_a_message_are_kept_unchanged() -> None:
    entries = [json.dumps(ID), '{"id":  "x"}', json.dumps(SELF)]
    body = f" [{entries[0]} ,{entries[1]},\n{entries[2]}]".encode()
    for wrapped in (body, base64.b64encode(body)):
        assert without_first(wrapped, 1) == f"[{entries[1]},{entries[2]}]"
    assert without_first(base64.b64encode(SELF.encode()), 0) == SELF


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (SELF, "eastus.api.cognitive.microsoft.com"),
        (SELF.replace("eastus", "WestUS"), "westus.api.cognitive.microsoft.com"),
        (SELF.replace(".com/", ".com:443/"), "eastus.api.cognitive.microsoft.com"),
        (SELF.replace(".com/", ".com:8443/"), "eastus.api.cognitive.microsoft.com:8443"),
        (SELF.replace("https://", "http://"), "eastus.api.cognitive.microsoft.com"),
        (SELF.replace("https://", "https://user:pass@"), "eastus.api.cognitive.microsoft.com"),
        (SELF.replace("eastus.api.cognitive.microsoft.com", "169.254.169.254"), "169.254.169.254"),
        (SELF.replace("eastus.api.cognitive.microsoft.com", "[::1]:5050"), "[::1]:5050"),
    ],
)
def test_a_url_of_any_host_is_accepted_for_its_id_and_the_host_is_kept(url: str, host: str) -> None:
    (enqueued,) = decode_enqueued(url.encode())
    assert (enqueued.job_id, enqueued.host) == (ID, host)
    assert "pass" not in str(enqueued)


REFUSED = [
    ("please transcribe my call", "'please transcribe my call' is neither a transcription id (a GUID) nor the URL"),
    ("hello", "'hello' is neither a transcription id"),
    (ID[:-1], "is neither a transcription id"),
    (ID + "0", "is neither a transcription id"),
    (ID.replace("-", ""), "is neither a transcription id"),
    ("{" + ID + "}", 'is neither {"id": "…", "reprocess": false, "replay": false} nor {"self": "…"}'),
    (f"{ID} {ID}", "is neither a transcription id"),
    (f'"{ID}', "Input data was truncated"),
    (f'"{ID}" x', "trailing characters"),
    (f'["{ID}"', "is no JSON array: Input data was truncated"),
    (f"[{ID}]", "is no JSON array"),
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
    ('{"id": "\\ud83d"}', 'is neither {"id": "…", "reprocess": false, "replay": false} nor {"self": "…"}'),
    ('{"id":' + "[" * 40_000, 'is neither {"id": "…", "reprocess": false, "replay": false} nor {"self": "…"}'),
    (SELF.removeprefix("https://"), "is neither a transcription id"),
    (SELF.replace(f"/{ID}", ""), "is not the path of a transcription"),
    (SELF + "/files", "is not the path of a transcription"),
    (SELF.replace("transcriptions", "models"), "is not the path of a transcription"),
    (SELF.replace(ID, "1"), "is not the path of a transcription"),
    ("https://eastus.api.cognitive.microsoft.com/?id=" + ID, "is not the path of a transcription"),
    (SELF.replace("https://", "ftp://"), "it is not http or https with a host"),
    (SELF.replace("https://", "https://evil.example\\@"), "a backslash"),
    (SELF.replace("eastus.api.cognitive.microsoft.com", "[::1"), "is not the URL of a transcription: "),
    (SELF.replace("eastus", "e\u0430stus"), "is not the URL of a transcription"),
    (SELF.replace("eastus.api.cognitive.microsoft.com", ""), "is not the URL of a transcription"),
    (SELF.replace(".com", ".com:99999"), "is not the URL of a transcription"),
    ("file:///transcriptions/" + ID, "it is not http or https with a host"),
]


@pytest.mark.parametrize("wrapping", ["plain", "Base64"])
@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=[text[:40] for text, _ in REFUSED])
def test_any_other_message_is_rejected_with_the_reason(text: str, reason: str, wrapping: str) -> None:
    with pytest.raises(InvalidMessage) as caught:
        decode_enqueued(WRAPPINGS[wrapping](text))
    assert reason in str(caught.value)
    assert caught.value.code == "InvalidMessage"
    assert "pass@" not in str(caught.value)
    assert len(str(caught.value)) < 400
