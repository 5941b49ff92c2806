"""Ids become parts of document ids, blob names and URLs, so they have only letters, digits, `_` and `-`."""

import json
import re

import msgspec
import pytest

from shared.domain.enqueued import decode_enqueued
from shared.domain.messages import FetchFile, ListJobFiles, decode_work
from shared.domain.speech_api import Transcription, TranscriptionFile
from shared.domain.speech_urls import transcription_file_ids, transcription_id
from shared.errors import InvalidMessage, UnknownValue

JOB = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
HOST = "https://eastus.api.cognitive.microsoft.com"
SAFE = re.compile(r"[a-z0-9_-]{1,100}")
FORMS = [
    *("..", ".", "", " ", "a/b", "a\\b", "a#b", "a?b", "a%2fb", "%2e%2e", "a%00", "a\x00b", "a\nb", "a\tb", "a\r\n"),
    *("../../x", "..%2f..%2fx", "a;b", "a:b", "a@b", "a&b=c", "a=b", "a,b", "a'b", 'a"b', "a<b>", "a|b", "a*b", "$web"),
    *("ä", "\u0661", "\uff41", "a\u200bb", "a\u202eb", "\U0001f600", "x" * 101, "a b", "a+b", "~", "(a)", "[a]", "{a}"),
]
JOBS = [*FORMS, JOB + "0", JOB[:-1], JOB + "/..", JOB.replace("-", "_"), "{" + JOB + "}", JOB.replace("6", "\u0666")]


def test_more_than_forty_hostile_ids_are_tried() -> None:
    assert len(set(FORMS)) > 40


@pytest.mark.parametrize("form", FORMS, ids=ascii)
@pytest.mark.parametrize("version", ["v3.1/", ""])
def test_a_file_url_gives_a_safe_id_or_none(form: str, version: str) -> None:
    url = f"{HOST}/speechtotext/{version}transcriptions/{JOB}/files/{form}"
    file = TranscriptionFile(url, "Transcription")
    ids = transcription_file_ids(file.self_url)
    if form in {"a#b", "a?b"}:  # they end the path, which names the file "a"
        assert ids == (JOB, "a")
        assert file.self_url.endswith("/files/a")
        return
    assert ids is None
    with pytest.raises(UnknownValue, match="which has no file id") as error:
        assert file.file_id
    assert len(str(error.value)) < 2_000


@pytest.mark.parametrize("form", JOBS, ids=ascii)
def test_a_job_is_named_by_a_guid_or_rejected(form: str) -> None:
    for url in (f"{HOST}/speechtotext/transcriptions/{form}", f"{HOST}/speechtotext/{form}/transcriptions/{JOB}"):
        assert transcription_id(url) is None
        with pytest.raises(UnknownValue):
            assert Transcription(url, "Running").job_id
        with pytest.raises(InvalidMessage):
            decode_enqueued(url.encode("utf-8"))
    for body in (form, json.dumps({"id": form})):
        with pytest.raises(InvalidMessage):
            decode_enqueued(body.encode("utf-8"))


@pytest.mark.parametrize("form", [*JOBS, JOB.upper()], ids=ascii)
def test_a_work_message_whose_job_id_is_no_guid_is_rejected(form: str) -> None:
    messages = [ListJobFiles(form, 1), FetchFile(form, "f1", "Transcription", 1)]
    for message in messages:
        with pytest.raises(InvalidMessage):
            decode_work(msgspec.json.encode(message))


@pytest.mark.parametrize("form", [*FORMS, "F1"], ids=ascii)
def test_a_work_message_with_an_unsafe_file_id_is_rejected(form: str) -> None:
    with pytest.raises(InvalidMessage):
        decode_work(msgspec.json.encode(FetchFile(JOB, form, "Transcription", 1)))


@pytest.mark.parametrize("page", ["", "skip=1#x", "skip=1 2", "a\nb", 'a"b', "ä", "<", "\\", "x" * 8_193], ids=ascii)
def test_a_work_message_whose_page_could_leave_the_query_is_rejected(page: str) -> None:
    with pytest.raises(InvalidMessage):
        decode_work(msgspec.json.encode(ListJobFiles(JOB, 1, page=page)))


def test_ids_of_the_form_that_speech_gives_are_accepted() -> None:
    message = FetchFile(JOB, "f_1", "Transcription", 1)
    assert decode_work(msgspec.json.encode(message)) == message
    assert SAFE.fullmatch(message.file_id)
