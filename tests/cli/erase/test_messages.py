"""What is left of a message when a job or a file is taken out of it."""

import base64
import json

import pytest

from shared.cli.erase.messages import left_of
from shared.cli.erase.target import Target
from shared.domain.enqueued import decode_enqueued
from shared.domain.messages import FetchFile, FetchPage, ListJobFiles, PageFile, decode_work, encode

JOB = "00000000-0000-4000-8000-0000000000a1"
OTHER = "00000000-0000-4000-8000-0000000000a2"
URL = f"https://westeurope.api.cognitive.microsoft.com/speechtotext/v3.2/transcriptions/{JOB.upper()}"
FILE = "00000000-0000-4000-8000-0000000000f1"
PAGE = FetchPage(
    JOB, 1, [PageFile(FILE, "Transcription", "kunde.wav"), PageFile("f2", "Transcription")], page="skip=100"
)

WHOLE = Target(JOB)
ONE = Target(JOB, FILE)


@pytest.mark.parametrize(
    "text",
    [
        JOB,
        f" {JOB.upper()}\n",
        URL,
        json.dumps({"id": URL, "reprocess": True}),
        json.dumps({"self": URL}),
        json.dumps([JOB, {"id": URL}]),
        base64.b64encode(JOB.encode()).decode(),
        encode(ListJobFiles(JOB, 1)),
        encode(FetchFile(JOB, FILE, "Transcription", 1)),
        encode(PAGE),
        f"no JSON {JOB}",
        f'{{"broken": "{JOB}"',
        f'[["{JOB}"]]',
    ],
)
def test_a_message_about_only_this_job_goes_in_whichever_form(text: str) -> None:
    assert left_of(text, WHOLE) is None


@pytest.mark.parametrize(
    "text", [OTHER, encode(ListJobFiles(OTHER, 1)), "anything", "", f"{JOB}0", f"x{JOB}", json.dumps([OTHER])]
)
def test_a_message_about_something_else_stays_as_it_is(text: str) -> None:
    assert left_of(text, WHOLE) == text


@pytest.mark.parametrize("encoded", [False, True])
def test_of_an_array_the_other_jobs_are_left_as_they_were_written_and_in_the_same_encoding(*, encoded: bool) -> None:
    text = f'[ "{OTHER}", {{"id":  "{URL}", "replay": true}}, {{"id":  "{OTHER}", "replay": true}} ]'
    body = base64.b64encode(text.encode()).decode() if encoded else text
    left = left_of(body, WHOLE)
    assert left is not None
    assert left.startswith("[") != encoded
    assert [(each.job_id, each.replay) for each in decode_enqueued(left.encode())] == [(OTHER, False), (OTHER, True)]
    assert left_of(left, WHOLE) == left


def test_of_a_page_the_other_files_are_left_with_all_else_that_the_message_says() -> None:
    left = left_of(encode(PAGE), ONE)
    assert left is not None
    assert decode_work(left.encode()) == FetchPage(JOB, 1, [PAGE.files[1]], page="skip=100")
    assert "kunde" not in left


def test_a_page_of_only_this_file_goes_and_a_message_about_the_job_stays() -> None:
    assert left_of(encode(FetchPage(JOB, 1, [PAGE.files[0]])), ONE) is None
    assert left_of(encode(FetchFile(JOB, FILE, "Transcription", 1)), ONE) is None
    for text in (JOB, encode(ListJobFiles(JOB, 1)), encode(FetchFile(JOB, "f2", "Transcription", 1))):
        assert left_of(text, ONE) == text
    other = encode(FetchPage(OTHER, 1, PAGE.files))
    assert left_of(other, ONE) == other, "the same id of a file in another job"


def test_a_file_id_within_a_longer_one_is_another_file() -> None:
    text = encode(FetchFile(JOB, "f2-b", "Transcription", 1))
    assert left_of(text, Target(JOB, "f2")) == text
    assert left_of(text, Target(JOB, "f2-b")) is None


def test_a_page_that_names_the_file_elsewhere_than_among_its_files_goes() -> None:
    text = encode(FetchPage(JOB, 1, [PAGE.files[1]], page=f"after={FILE}"))
    assert left_of(text, ONE) is None
