"""Files as users met them (public_cases/README.md): what is read, and what is refused by name."""

import json
from pathlib import Path

import pytest

from shared.domain.documents import Transcript
from shared.domain.report import MAX_REPORT_BYTES, ReportReader
from shared.domain.speech_result import MAX_COMBINED_BYTES, ResultReader
from shared.errors import InvalidResult
from tests.domain.reading import as_json, read, split
from tests.domain.reference import Json
from tests.domain.strategies import in_chunks

CASES = Path(__file__).parent / "public_cases"
SIZES = [1, 3, 4, 5, 64, 1 << 20]
"""Bytes of a chunk: the outcome does not depend on it."""


def case(name: str) -> bytes:
    return (CASES / f"{name}.json").read_bytes()


def head_of(data: bytes) -> Transcript:
    heads = {as_bytes(split(in_chunks(data, size))[1]) for size in SIZES}
    assert len(heads) == 1
    return split([data])[1]


def as_bytes(head: Transcript) -> bytes:
    return json.dumps(as_json(head)).encode()


def refusal(data: bytes, size: int = 1 << 20) -> InvalidResult:
    with pytest.raises(InvalidResult) as caught:
        read(in_chunks(data, size))
    return caught.value


def report_refusal(data: bytes, size: int = 1 << 20) -> InvalidResult:
    with pytest.raises(InvalidResult) as caught:
        read_report(in_chunks(data, size))
    return caught.value


def read_report(chunks: list[bytes]) -> None:
    reader = ReportReader()
    for chunk in chunks:
        reader.feed(chunk)
    reader.close()


def everywhere(data: bytes, words: str) -> None:
    """Check that the refusal has these words, wherever the chunks end."""
    for size in SIZES:
        error = refusal(data, size)
        assert error.code == "InvalidResult"
        assert words in str(error)


# What is read


@pytest.mark.parametrize(("name", "words"), [("whisper_display_only", 8), ("hindi_nolex_nowords", 7)])
def test_words_are_counted_in_the_display_text_where_there_is_no_other(name: str, words: int) -> None:
    head = head_of(case(name))
    assert head.word_count == words == sum(track.word_count for track in head.tracks)


def test_a_phrase_that_was_not_recognised_and_has_no_duration_costs_nothing_but_itself() -> None:
    data = case("nomatch_no_duration")
    head = head_of(data)
    assert head.recognition_statuses == {"NoMatch": 1, "Success": 2}
    assert (head.phrase_count, head.word_count, head.turns.count) == (3, 2, 1)
    (track,) = [as_json(part) for part in split([data])[0] if part.type == "track"]
    assert [(each["index"], each["offsetInTicks"], each["durationInTicks"]) for each in track["phrases"]] == [
        (0, 20_000_000, 10_000_000),
        (1, 0, 0),
        (2, 1_000_000, 10_000_000),
    ]
    assert head.statistics.talk_time_in_ticks == 20_000_000


def test_an_array_of_phrases_that_is_null_is_a_result_without_phrases() -> None:
    head = head_of(case("phrases_null"))
    assert (head.phrase_count, head.turns.count, head.channels) == (0, 0, [0])
    assert head.statistics.silence_in_ticks == head.duration_in_ticks == 20_000_000


def test_the_copy_of_another_client_is_read_with_its_time_and_without_what_it_added() -> None:
    head = head_of(case("ingestion_client_output"))
    assert head.timestamp == "2024-03-28T10:10:16Z"
    assert (head.phrase_count, head.word_count, head.speakers) == (1, 1, [1])
    assert all("sentiment" not in json.dumps(as_json(part)) for part in split([case("ingestion_client_output")])[0])


def test_the_same_talk_on_two_channels_is_mirrored_and_nobody_is_interrupted() -> None:
    mono, dual = head_of(case("mono")), head_of(case("dual_mono"))
    assert (mono.mirrored_channels, dual.mirrored_channels) == ([], [[0, 1]])
    assert [(track.channel, track.word_count) for track in dual.tracks] == [(0, 13), (1, 13)]
    assert (dual.word_count, dual.phrase_count, dual.turns.count) == (26, 8, 8)
    assert (mono.statistics.interruptions, dual.statistics.interruptions) == (0, 0)
    assert dual.statistics.talk_time_in_ticks == mono.statistics.talk_time_in_ticks == 80_000_000
    assert dual.statistics.overlap_in_ticks == 80_000_000


# What null and empty mean

PHRASE = {"offsetInTicks": 10, "durationInTicks": 20, "nBest": [{"display": "Yes."}]}
ABSENT: list[tuple[Json, Json]] = [
    ({"duration": ""}, {"duration": None, "durationInTicks": None}),
    ({"duration": "  ", "durationInTicks": None}, {"duration": None, "durationInTicks": None}),
    ({"duration": "", "durationMilliseconds": 2}, {"duration": None, "durationInTicks": 20_000}),
    ({"source": "", "timestamp": ""}, {"source": None, "timestamp": None}),
    ({"source": None, "timestamp": None}, {"source": None, "timestamp": None}),
    ({"timestamp": "a", "timeStamp": "b"}, {"timestamp": "a"}),
    ({"timestamp": None, "timeStamp": "b"}, {"timestamp": "b"}),
    ({"timeStamp": "b", "timestamp": " "}, {"timestamp": "b"}),
    ({"timeStamp": ""}, {"timestamp": None}),
    ({"combinedRecognizedPhrases": None}, {"combined": [], "channels": [0]}),
    ({"combinedRecognizedPhrases": [{"channel": None, "display": "A"}]}, {"channels": [0]}),
    ({"recognizedPhrases": [PHRASE | {"channel": None, "speaker": None}]}, {"channels": [0], "speakers": []}),
    ({"recognizedPhrases": [PHRASE | {"locale": ""}, PHRASE | {"locale": None}]}, {"locales": []}),
    ({"recognizedPhrases": [PHRASE | {"recognitionStatus": ""}]}, {"recognitionStatuses": {"Unknown": 1}}),
    ({"recognizedPhrases": [PHRASE | {"offset": "", "duration": ""}]}, {"phraseCount": 1}),
    ({"recognizedPhrases": [{"offsetInTicks": 5, "duration": "", "nBest": None}]}, {"phraseCount": 1}),
    ({"recognizedPhrases": [PHRASE | {"nBest": [{"words": None, "displayWords": None}]}]}, {"wordCount": 0}),
]


@pytest.mark.parametrize(("members", "expected"), ABSENT, ids=str)
def test_a_member_that_is_null_or_a_blank_text_is_absent(members: Json, expected: Json) -> None:
    head = as_json(head_of(json.dumps({"recognizedPhrases": [PHRASE]} | members).encode()))
    assert {key: head[key] for key in expected} == expected


def test_words_without_times_in_any_form_have_none() -> None:
    words = [{"word": "yes", "offset": "", "duration": ""}, {"word": "no", "offset": None}]
    file = {"recognizedPhrases": [PHRASE | {"nBest": [{"display": "Yes.", "words": words}]}]}
    (part, *_), _ = split([json.dumps(file).encode()])
    columns = as_json(part)["phrases"][0]["nBest"][0]["words"]
    assert (columns["offsetInTicks"], columns["durationInTicks"]) == ([None, None], [None, None])


# What is refused by name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fast", "but a result of fast transcription (it has combinedPhrases)"),
        ("v2", "but a result of the Speech API v2 (it has AudioFileResults)"),
        ("list", "byte 0: expected {, found [: the file is a JSON array, and one JSON object is expected"),
        ("wrapped", "but a wrapper (its member 'transcription' holds recognizedPhrases)"),
        ("utf16", "byte 0: the file is UTF-16, little-endian, and UTF-8 is expected"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_name(name: str, words: str) -> None:
    everywhere(case(name), words)


RESULT: Json = json.loads(case("mono"))
OTHERS: list[tuple[Json, str]] = [
    ({"phrases": [], "durationMilliseconds": 3}, "a result of fast transcription (it has phrases)"),
    ({"AudioFileResults": [{"SegmentResults": []}]}, "a result of the Speech API v2 (it has AudioFileResults)"),
    ({"values": [{"kind": "Transcription"}], "@nextLink": None}, "a page of a list that the Speech API gave"),
    ({"self": "https://…", "kind": "Transcription", "links": {}}, "description of a file, without the file's content"),
    ({"self": "https://…", "status": "Succeeded", "links": {}}, "description of a transcription, without its results"),
    ({"code": "InvalidRequest", "message": "no"}, "an error message (it has code and message)"),
    ({"error": {"code": "401"}}, "an error message (it has error)"),
    ({"RecognitionStatus": "Success", "NBest": []}, "a result of real-time or short-audio recognition"),
    ({"body": RESULT}, "a wrapper (its member 'body' holds recognizedPhrases)"),
    ({"results": [RESULT, RESULT]}, "a wrapper (its member 'results' holds recognizedPhrases)"),
    ({"\u202ebody\n": RESULT}, r"a wrapper (its member '\u202ebody\n' holds recognizedPhrases)"),
    ({"output": {"AudioFileResults": []}}, "a wrapper (its member 'output' holds AudioFileResults)"),
]


@pytest.mark.parametrize(("file", "words"), OTHERS, ids=[", ".join(file) for file, _ in OTHERS])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_other_answers_are_refused_by_their_name_as_results_and_as_reports(
    file: Json, words: str, *, ensure_ascii: bool
) -> None:
    data = json.dumps(file, ensure_ascii=ensure_ascii).encode()
    everywhere(
        data, "the object has no array recognizedPhrases: this is not a transcription result of a batch job, but"
    )
    everywhere(data, words)
    for size in SIZES:
        assert "this is no report of a batch job, but" in str(report_refusal(data, size))
        assert words in str(report_refusal(data, size))


def test_a_report_is_no_result_and_a_result_is_no_report() -> None:
    report = json.dumps({"failedTranscriptionsCount": 0, "details": []}).encode()
    everywhere(report, "but the report of a batch job (it has failedTranscriptionsCount)")
    for data in (case("mono"), case("phrases_null")):
        assert "but a transcription result of a batch job (it has recognizedPhrases)" in str(report_refusal(data))


def test_an_error_message_with_details_is_no_report() -> None:
    data = b'{"code": "InvalidRequest", "message": "no", "details": [{"code": "x"}]}'
    assert "an error message (it has code and message)" in str(report_refusal(data))


def test_a_large_file_of_another_kind_is_refused_by_its_name_not_by_its_size() -> None:
    for key, words in (("AudioFileResults", "the Speech API v2"), ("phrases", "fast transcription")):
        error = refusal(b'{"%s": ["' % key.encode() + b"x" * 70_000_000 + b'"]}')
        assert (error.code, words in str(error)) == ("InvalidResult", True)
    wrapped = refusal(b'{"data": {"recognizedPhrases": ["' + b"x" * 70_000_000 + b'"]}}')
    assert "its member 'data' holds recognizedPhrases" in str(wrapped)
    result = b'{"recognizedPhrases": ["' + b"x" * MAX_REPORT_BYTES + b'"]}'
    assert "but a transcription result of a batch job" in str(report_refusal(result))


def test_members_of_the_same_names_beside_the_array_change_nothing() -> None:
    more: Json = {"values": [], "phrases": [], "error": None, "status": 1, "self": "", "copy": RESULT}
    assert head_of(json.dumps(more | RESULT).encode()).phrase_count == 4
    assert head_of(json.dumps(RESULT | more).encode()).phrase_count == 4


def test_an_object_of_which_nothing_is_known_is_just_no_result() -> None:
    everywhere(b'{"words": []}', "the object has no array recognizedPhrases: this is not a transcription result")
    assert "but" not in str(refusal(b'{"words": []}'))
    assert str(report_refusal(b"{}")).endswith("this is no report of a batch job")


ENCODINGS = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("text", [case("mono").decode(), "[]", "{}", "\n{", " \t{"])
def test_other_encodings_are_named_with_and_without_a_mark_in_results_and_reports(
    encoding: str, mark: str, text: str
) -> None:
    data = (mark + text).encode(encoding)
    name = f"{encoding[:6].upper()}, {'little' if encoding.endswith('le') else 'big'}-endian"
    everywhere(data, f"byte 0: the file is {name}, and UTF-8 is expected")
    assert name in str(report_refusal(data))


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\xfe\xff\x00", b"\xff\xfe{"])
def test_a_file_of_less_than_four_bytes_is_named_too(data: bytes) -> None:
    everywhere(data, "byte 0: the file is UTF-16, ")


def test_utf_16_is_named_in_its_first_bytes_however_large_the_file_is() -> None:
    reader = ResultReader()
    with pytest.raises(InvalidResult, match="UTF-16"):
        list(reader.feed(case("utf16")[:4]))


def test_a_compressed_file_is_named() -> None:
    everywhere(b"\x1f\x8b\x08\x00\x00\x00", "byte 0: the file is compressed with gzip, and UTF-8 is expected")


@pytest.mark.parametrize("page", [b"<html></html>", b"\xef\xbb\xbf<?xml version='1.0'?><Error/>", b" \n<Error>"])
def test_a_page_is_named(page: bytes) -> None:
    everywhere(page, "expected {, found <: the file is XML or HTML, and one JSON object is expected")


@pytest.mark.parametrize("chunk", [1 << 20, 50_000_000])
def test_the_texts_of_a_channel_have_a_limit(chunk: int) -> None:
    frame = '{"recognizedPhrases": [], "combinedRecognizedPhrases": [{"channel": 0}, {"channel": 1, "display": "%s"}]}'
    room = MAX_COMBINED_BYTES - len('{"channel": 1, "display": ""}')
    parts, head = split(in_chunks((frame % ("x" * room)).encode(), chunk))
    assert [summary.channel for summary in head.combined] == [0, 1]
    assert sum(len(as_json(part)["display"]) for part in parts) == room
    error = refusal((frame % ("x" * (room + 1))).encode(), chunk)
    assert (error.code, str(error)) == (
        "ValueTooLarge",
        "byte 72: combinedRecognizedPhrases[1] has more than 16777216 bytes",
    )
