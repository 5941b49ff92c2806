"""Files that are no results, such as those of other products: the error names the kind of file."""

import json

import pytest

from shared.domain.report import MAX_REPORT_BYTES, ReportReader
from shared.domain.speech_result import ResultReader
from shared.errors import InvalidResult
from tests.domain.reference import Json
from tests.domain.strategies import in_chunks
from tests.domain.test_public_cases import SIZES, case, head_of, refusal


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
def test_other_responses_are_refused_by_name_as_results_and_as_reports(
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


def test_members_with_names_of_other_kinds_do_not_disturb_a_result() -> None:
    more: Json = {"values": [], "phrases": [], "error": None, "status": 1, "self": "", "copy": RESULT}
    assert head_of(json.dumps(more | RESULT).encode()).phrase_count == 4
    assert head_of(json.dumps(RESULT | more).encode()).phrase_count == 4


def test_an_unknown_object_is_refused_without_a_guess() -> None:
    everywhere(b'{"words": []}', "the object has no array recognizedPhrases: this is not a transcription result")
    assert "but" not in str(refusal(b'{"words": []}'))
    assert str(report_refusal(b"{}")).endswith("this is no report of a batch job")


ENCODINGS = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("text", [case("mono").decode(), "[]", "{}", "\n{", " \t{"])
def test_utf_16_and_utf_32_are_named_with_or_without_a_bom(encoding: str, mark: str, text: str) -> None:
    data = (mark + text).encode(encoding)
    name = f"{encoding[:6].upper()}, {'little' if encoding.endswith('le') else 'big'}-endian"
    everywhere(data, f"byte 0: the file is {name}, and UTF-8 is expected")
    assert name in str(report_refusal(data))


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\xfe\xff\x00", b"\xff\xfe{"])
def test_utf_16_is_named_in_a_file_of_less_than_four_bytes(data: bytes) -> None:
    everywhere(data, "byte 0: the file is UTF-16, ")


def test_utf_16_is_refused_at_the_first_four_bytes() -> None:
    reader = ResultReader()
    with pytest.raises(InvalidResult, match="UTF-16"):
        list(reader.feed(case("utf16")[:4]))


def test_a_compressed_file_is_refused_by_name() -> None:
    everywhere(b"\x1f\x8b\x08\x00\x00\x00", "byte 0: the file is compressed with gzip, and UTF-8 is expected")


@pytest.mark.parametrize("page", [b"<html></html>", b"\xef\xbb\xbf<?xml version='1.0'?><Error/>", b" \n<Error>"])
def test_an_html_or_xml_page_is_refused_by_name(page: bytes) -> None:
    everywhere(page, "expected {, found <: the file is XML or HTML, and one JSON object is expected")
