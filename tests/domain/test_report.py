"""The report file: its counts and failures, in parts that fit into documents."""

import json

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.samples.catalog import DATA
from shared.domain.documents import ReportPart
from shared.domain.job import SHOWN_FAILURES
from shared.domain.report import ReportReader
from shared.errors import InvalidResult
from tests.domain.reading import KEY, REVISION, as_json, decoded
from tests.domain.reference import Json
from tests.domain.strategies import CUTS, TEXTS, cut_up, in_chunks, shuffled, written

PART_BYTES = 64 * 1024
VALIDATOR = jsonschema.Draft202012Validator(msgspec.json.schema(ReportPart))
SOURCES = st.sampled_from([None, "...", "https://h.example/a.wav?sv=1&sig=x", "HTTPS://u:p@h.example/b.wav#sig=x"])


def read(chunks: list[bytes]) -> ReportReader:
    reader = ReportReader()
    for chunk in chunks:
        reader.feed(chunk)
    reader.close()
    return reader


def parts_of(reader: ReportReader) -> list[Json]:
    parts = [as_json(decoded(part.encoded(KEY, REVISION))) for part in reader.parts()]
    for part in parts:
        VALIDATOR.validate(part)
    return parts


@st.composite
def reports(draw: st.DrawFn) -> Json:
    def detail() -> Json:
        known = {draw(st.sampled_from(["source", "sourceUrl"])): draw(SOURCES)}
        known["status"] = draw(st.sampled_from(["Succeeded", "Failed", None]))
        for name in ("errorKind", "errorMessage"):
            if draw(st.booleans()):
                known[name] = draw(st.none() | TEXTS)
        return shuffled(draw, known)

    counts = {"successfulTranscriptionsCount": draw(st.integers(0, 9)), "failedTranscriptionsCount": None}
    return shuffled(draw, counts | {"details": [detail() for _ in range(draw(st.integers(0, 5)))]})


@given(data=written(reports()), cuts=CUTS)
def test_any_report_is_read_as_json_loads_reads_it(data: bytes, cuts: list[int]) -> None:
    expected = json.loads(data.decode("utf-8-sig"))
    reader = read(cut_up(data, cuts))
    assert (reader.successful, reader.failed) == (expected["successfulTranscriptionsCount"], None)
    details = [detail for part in parts_of(reader) for detail in part["details"]]
    assert len(details) == len(expected["details"])
    for found, sent in zip(details, expected["details"], strict=True):
        source = sent.get("source", sent.get("sourceUrl"))
        assert found["status"] == sent["status"]
        assert (found["source"] is None) == (source is None)
        assert "sig=" not in (found["source"] or "")
        assert "@" not in (found["source"] or "")
        for name in ("errorKind", "errorMessage"):
            assert found.get(name) == sent.get(name)
            assert (name in found) == (sent.get(name) is not None)


def test_the_documented_report_counts_two_successes() -> None:
    reader = read([(DATA / "reference-report.json").read_bytes()])
    assert (reader.successful, reader.failed, reader.failures()) == (2, 0, [])
    assert [detail.source for detail in reader.details] == [
        "https://crbn.us/hello.wav",
        "https://crbn.us/whatstheweatherlike.wav",
    ]


def test_failures_keep_speechs_own_kind_and_message() -> None:
    reader = read(in_chunks((DATA / "report-failures.json").read_bytes(), 11))
    assert (reader.successful, reader.failed) == (0, 2)
    assert [(detail.source, detail.error_kind) for detail in reader.failures()] == [
        ("https://contoso.com/mystoragelocation", "DownloadRecordingsUrisAuthenticationError"),
        ("https://contoso.com/myotherstoragelocation", "DownloadRecordingsUrisAuthenticationError"),
    ]
    assert str(reader.failures()[0].error_message).startswith("Reason DownloadRecordingsUris")


def test_every_detail_that_did_not_succeed_is_a_failure() -> None:
    details = [{"source": name, "status": name} for name in ("Succeeded", "Failed", "Cancelled")]
    reader = read([json.dumps({"details": [*details, {"source": "none"}]}).encode()])
    assert [detail.source for detail in reader.failures()] == ["Failed", "Cancelled", "none"]
    assert SHOWN_FAILURES == 20


def test_sources_and_messages_of_a_report_have_no_signature() -> None:
    url = "https://h.example/a.wav?sv=1&sig=SECRET"
    details = [
        {"source": url, "status": "Failed", "errorMessage": f"Could not download {url}, tried 3 times"},
        {"sourceUrl": url, "status": "Failed", "errorMessage": url},
    ]
    parts = parts_of(read([json.dumps({"details": details}).encode()]))
    assert "SECRET" not in json.dumps(parts)
    assert [detail["source"] for detail in parts[0]["details"]] == ["https://h.example/a.wav"] * 2
    assert parts[0]["details"][0]["errorMessage"] == "Could not download https://h.example/a.wav tried 3 times"


def test_ten_thousand_details_become_parts_of_64_kib_with_the_counts_in_each() -> None:
    details = [
        {"source": f"https://h.example/audio/{number}.wav?sig=x", "status": "Succeeded" if number % 3 else "Failed"}
        for number in range(10_000)
    ]
    body = {"successfulTranscriptionsCount": 6_666, "failedTranscriptionsCount": 3_334, "details": details}
    reader = read(in_chunks(json.dumps(body).encode(), 65_536))
    parts = parts_of(reader)
    assert len(parts) > 5
    assert [part["id"] for part in parts] == [f"{REVISION}_report_{number:04}" for number in range(len(parts))]
    assert all(len(json.dumps(part, separators=(",", ":"))) <= PART_BYTES for part in parts)
    assert {(part["successfulTranscriptionsCount"], part["failedTranscriptionsCount"]) for part in parts} == {
        (6_666, 3_334)
    }
    assert {(part["jobId"], part["fileId"], part["type"]) for part in parts} == {(KEY.job_id, KEY.file_id, "report")}
    assert [detail["source"] for part in parts for detail in part["details"]] == [
        f"https://h.example/audio/{number}.wav" for number in range(10_000)
    ]
    assert len(reader.failures()) == 3_334


@pytest.mark.parametrize("body", [{"details": []}, {"details": None}, {"failedTranscriptionsCount": 1}])
def test_a_report_without_details_is_one_document(body: Json) -> None:
    (part,) = parts_of(read([json.dumps(body).encode()]))
    assert part["details"] == []
    assert part["failedTranscriptionsCount"] == body.get("failedTranscriptionsCount")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{}", "this is no report"),
        ((DATA / "empty.json").read_bytes(), "this is no report"),
        (b'{"details": [], "failedTranscriptionsCount": "two"}', "Count (byte 45): Expected `int | null`, got `str`"),
        (b'{"details": [{"status": 1}]}', "details[0] (byte 13): Expected `str | null`, got `int` - at `$.status`"),
        (b'{"details": {}}', "byte 12: details is not an array"),
        (b'{"details": []', "byte 14: the file ends in the middle"),
        (b'{"details": []} x', "bytes after the end"),
    ],
)
def test_an_invalid_report_is_refused_with_the_place(data: bytes, words: str) -> None:
    for size in (1, 10_000):
        with pytest.raises(InvalidResult) as caught:
            read(in_chunks(data, size))
        assert words in str(caught.value)
