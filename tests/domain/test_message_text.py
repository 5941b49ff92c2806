"""The text of a queue message, in either queue."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.enqueued import decode_enqueued
from shared.domain.message_text import message_hash, text_of
from shared.domain.messages import decode_work
from shared.errors import InvalidMessage

ID = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
SELF = f"https://eastus.api.cognitive.microsoft.com/speechtotext/v3.1/transcriptions/{ID}"


@pytest.mark.parametrize("body", [b"", b" \n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf \r\n"])
def test_a_blank_message_is_rejected_as_empty(body: bytes) -> None:
    for decode in (lambda: decode_enqueued(body), lambda: decode_work(body)):
        with pytest.raises(InvalidMessage, match=r"^the message is empty$"):
            decode()


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00", "é".encode("latin-1"), ID.encode("utf-16"), b'{"id": "\xed\xa0\x80"}']
)
def test_a_message_that_is_not_utf_8_is_rejected_and_shown_escaped(body: bytes) -> None:
    with pytest.raises(InvalidMessage, match="the message is not UTF-8 text"):
        decode_enqueued(body)
    assert text_of(body) == body.decode("utf-8", "backslashreplace")


@given(body=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_random_bytes_are_always_rejected_as_an_invalid_message(body: bytes) -> None:
    for decode in (lambda: decode_enqueued(body), lambda: decode_work(body)):
        with pytest.raises(InvalidMessage):
            decode()
    assert isinstance(text_of(body), str)


def test_the_text_of_a_message_is_shown_decoded_from_base64() -> None:
    assert text_of(base64.b64encode(SELF.encode())) == SELF
    assert text_of(b" plain words ") == "plain words"
    assert text_of(b"") == ""


def test_the_hash_of_a_message_is_the_same_for_the_same_text_in_the_same_queue() -> None:
    first = message_hash("transcription-jobs", "words")
    assert first == message_hash("transcription-jobs", "words")
    assert len({first, message_hash("transcription-jobs", "word"), message_hash("transcription-results", "words")}) == 3
    assert first.isalnum()
    assert len(first) == 32
