"""Cases that mutated and very large files found. The code was wrong about each of them once."""

import base64
import json
import time
from collections.abc import Iterable, Iterator

import pytest

from shared.domain.documents import Turn
from shared.domain.enqueued import decode_enqueued
from shared.domain.intervals import IntervalSet
from shared.domain.json_stream import MAX_VALUE_BYTES
from shared.domain.messages import decode_work
from shared.domain.parts import LARGEST_HEAD_BYTES
from shared.domain.report import MAX_DETAILS, MAX_REPORT_BYTES, ReportReader
from shared.domain.split import MAX_TRACKS
from shared.errors import InvalidMessage, InvalidResult
from tests.domain.reading import cuts_of, interruptions_of, split
from tests.domain.strategies import in_chunks

JOB = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
CHUNK = 64 * 1024
TIMES = b'"offsetInTicks":1,"durationInTicks":1'


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield small pieces in chunks of 64 KiB, so that no large file is held in memory."""
    chunk = bytearray()
    for piece in pieces:
        chunk += piece
        while len(chunk) >= CHUNK:
            yield bytes(chunk[:CHUNK])
            del chunk[:CHUNK]
    yield bytes(chunk)


def refusal(pieces: Iterator[bytes] | list[bytes]) -> InvalidResult:
    with pytest.raises(InvalidResult) as caught:
        split(gathered(pieces))
    return caught.value


def reported(data: bytes, size: int = 65_536) -> ReportReader:
    reader = ReportReader()
    for chunk in in_chunks(data, size):
        reader.feed(chunk)
    reader.close()
    return reader


def report_refusal(data: bytes) -> InvalidResult:
    with pytest.raises(InvalidResult) as caught:
        reported(data)
    return caught.value


def phrases_with(extra: str, count: int) -> bytes:
    phrases = [json.loads(b"{" + TIMES + b"}") | {extra: number} for number in range(count)]
    return json.dumps({"recognizedPhrases": phrases}).encode()


# The streamed reader


@pytest.mark.parametrize("length", [MAX_VALUE_BYTES - 2, MAX_VALUE_BYTES - 1])
def test_the_size_limit_of_a_value_does_not_depend_on_the_chunks(length: int) -> None:
    data = b'{"unknown":"' + b"x" * length + b'"}'
    outcomes: set[int | str] = set()
    for size in (1_000_000, 50_000_000, len(data)):
        try:
            outcomes.add(len(cuts_of(in_chunks(data, size))))
        except InvalidResult as error:
            outcomes.add(str(error))
    too_great = f"byte 11: the member 'unknown' has more than {MAX_VALUE_BYTES} bytes"
    assert outcomes == ({0} if length + 2 <= MAX_VALUE_BYTES else {too_great})


@pytest.mark.parametrize("size", [1_000_000, 200_000_000])
def test_white_space_behind_a_number_does_not_count_towards_its_size(size: int) -> None:
    data = b'{"durationInTicks":12' + b" " * (MAX_VALUE_BYTES + 10) + b"}"
    assert [cut.value.strip() for cut in cuts_of(in_chunks(data, size))] == [b"12"]


@pytest.mark.parametrize("data", [b"\x0c", b'{"s":[""]\x7f', b'{"s"\x1b[31m', b'{"a":1\x00}'])
def test_an_error_about_a_control_character_is_printable(data: bytes) -> None:
    assert str(refusal([data])).isprintable()


def test_a_phrase_of_millions_of_empty_words_is_refused_without_taking_gigabytes() -> None:
    words = b"{}," * 1_000_000 + b"{}"
    error = refusal([b'{"recognizedPhrases":[{' + TIMES + b',"nBest":[{"words":[' + words + b"]}]}]}"])
    assert (error.code, str(error)) == (
        "PhraseTooLarge",
        "recognizedPhrases[0] (byte 22): a phrase of more than 200000 objects",
    )


def test_a_phrase_of_many_megabytes_is_refused_while_it_arrives() -> None:
    pieces = [b'{"recognizedPhrases":[{"a":"', *[b"x" * 1_000_000] * 20, b'"}]}']
    assert str(refusal(pieces)) == "byte 22: recognizedPhrases[0] has more than 8388608 bytes"


# The head


def test_a_file_with_too_many_tracks_is_refused_at_the_first_phrase_beyond_the_limit() -> None:
    assert split([phrases_with("speaker", MAX_TRACKS)])[1].phrase_count == MAX_TRACKS
    for extra in ("speaker", "channel"):
        error = refusal([phrases_with(extra, MAX_TRACKS + 1)])
        assert (error.code, str(error)) == (
            "TooManyTracks",
            f"recognizedPhrases[{MAX_TRACKS}]: more than {MAX_TRACKS} pairs of channel and speaker",
        )


@pytest.mark.parametrize("member", ["source", "timestamp"])
def test_a_head_too_large_for_a_batch_is_refused_with_its_largest_property(member: str) -> None:
    error = refusal([json.dumps({member: "x" * LARGEST_HEAD_BYTES, "recognizedPhrases": []}).encode()])
    assert error.code == "HeadTooLarge"
    assert f"bytes, {LARGEST_HEAD_BYTES + 2} of them {member};" in str(error)


@pytest.mark.parametrize("member", ["locale", "recognitionStatus"])
def test_too_many_long_locales_or_statuses_are_refused_as_a_head_too_large(member: str) -> None:
    phrase = b'{%s,"%s":"%d%s"}'
    phrases = b",".join(phrase % (TIMES, member.encode(), number, b"x" * 10_000) for number in range(120))
    assert refusal([b'{"recognizedPhrases":[' + phrases + b"]}"]).code == "HeadTooLarge"


def test_texts_of_too_many_channels_are_refused_as_a_head_too_large() -> None:
    begin = time.process_time()
    texts = b",".join(b'{"channel":%d}' % channel for channel in range(100_000))
    error = refusal([b'{"recognizedPhrases":[],"combinedRecognizedPhrases":[' + texts + b"]}"])
    assert error.code == "HeadTooLarge"
    assert time.process_time() - begin < 20


def test_interruptions_of_many_tracks_are_counted_in_linear_time() -> None:
    turns = [Turn(number, None, number, 10**9, "", [number]) for number in range(50_000)]
    begin = time.process_time()
    assert interruptions_of(turns) == 49_999
    assert time.process_time() - begin < 5


def test_turns_before_the_audio_do_not_interrupt_each_other_if_they_do_not_overlap() -> None:
    assert interruptions_of([Turn(0, None, -100, 10, "", [0]), Turn(1, None, -50, 10, "", [1])]) == 0


def test_intervals_in_descending_order_are_added_in_linear_time() -> None:
    talk = IntervalSet()
    begin = time.process_time()
    for number in range(400_000, 0, -1):
        talk.add([10 * number], [10 * number + 5])
    assert talk.length() == 400_000 * 5
    assert time.process_time() - begin < 8


# Reports


@pytest.mark.parametrize("number", ["9007199254740993", "1" + "0" * 40, "1.5", "-1e400", "[1]", '"1"'])
def test_an_invalid_count_of_a_report_is_refused_with_its_name_and_place(number: str) -> None:
    error = report_refusal(b'{"details":[],"failedTranscriptionsCount":%s}' % number.encode())
    assert str(error).startswith("failedTranscriptionsCount (byte 42): ")


def test_a_report_with_too_many_details_or_bytes_is_refused() -> None:
    many = b'{"details":[' + b"{}," * MAX_DETAILS + b"{}]}"
    assert report_refusal(many).code == "ReportTooLarge"
    assert f"details[{MAX_DETAILS}]" in str(report_refusal(many))
    wide = b'{"details":[]' + b" " * MAX_REPORT_BYTES + b"}"
    assert str(report_refusal(wide)) == f"byte {MAX_REPORT_BYTES}: a report of more than {MAX_REPORT_BYTES} bytes"


def test_long_error_messages_of_a_report_are_cut_in_the_job_and_whole_in_the_parts() -> None:
    details = [{"source": "...", "status": "Failed", "errorMessage": "x" * 1_000_000}] * 20
    reader = reported(json.dumps({"details": details}).encode())
    assert len(json.dumps([detail.error_message for detail in reader.failures()])) < 100_000
    stored = [detail for part in reader.parts() for detail in json.loads(b"{" + part.data)["details"]]
    assert [len(detail["errorMessage"]) for detail in stored] == [1_000_000] * 20


# Messages


@pytest.mark.parametrize("encode", [bytes, base64.b64encode])
@pytest.mark.parametrize(
    "text",
    [
        f'{{"id": "{JOB}", "a\\r\\nERROR job x lost": true}}',
        f'{{"id": "{JOB}", "{"x" * 20_000}": true}}',
        '{"do": "\\r\\nERROR job x lost", "jobId": "x"}',
        '{"do": "' + "\\u202e" * 8_000 + '"}',
    ],
)
def test_errors_about_keys_and_tags_of_a_message_are_printable_and_short(text: str, encode: type[bytes]) -> None:
    for decode in (decode_enqueued, decode_work):
        with pytest.raises(InvalidMessage) as caught:
            decode(encode(text.encode()))
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 2_000


@pytest.mark.parametrize("member", ["run", "reprocessFrom", "expected", "reports"])
@pytest.mark.parametrize("number", [-1, 2**53 + 1, 10**40])
def test_a_count_of_a_message_outside_its_range_is_refused(member: str, number: int) -> None:
    message = {"do": "list", "jobId": JOB, "run": 1} | {member: number}
    with pytest.raises(InvalidMessage, match=rf"\$\.{member}"):
        decode_work(json.dumps(message).encode())


def test_too_long_links_and_names_in_messages_are_refused() -> None:
    url = f"https://eastus.api.cognitive.microsoft.com/speechtotext/v3.1/transcriptions/{JOB}"
    long = url + "?x=" + "y" * 2_048
    with pytest.raises(InvalidMessage, match="more than 2048 characters"):
        decode_enqueued(long.encode())
    with pytest.raises(InvalidMessage, match=r"length <= 8192 - at `\$\.nextLink`"):
        decode_work(json.dumps({"do": "list", "jobId": JOB, "run": 1, "nextLink": long * 4}).encode())
    file = {"do": "fetch", "jobId": JOB, "fileId": "f", "kind": "x", "self": f"{url}/files/f", "run": 1}
    assert decode_work(json.dumps(file).encode()).job_id == JOB
    for member in ("kind", "name"):
        with pytest.raises(InvalidMessage, match=rf"at `\$\.{member}`"):
            decode_work(json.dumps(file | {member: "x" * 5_000}).encode())


def test_a_message_larger_than_any_queue_message_is_refused_unread() -> None:
    for decode in (decode_enqueued, decode_work):
        with pytest.raises(InvalidMessage, match="the message has 5000000 bytes"):
            decode(b"https://h/" * 500_000)
