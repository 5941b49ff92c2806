"""Every kind of invalid message and file, through the whole stack. Nothing else is lost."""

import base64
import json
from pathlib import Path
from uuid import uuid4

import pytest

from local.samples.catalog import DATA
from local.samples.generate import report
from local.speech import FileSpec, JobSpec
from tests.e2e.conftest import Whole

GOOD = (DATA / "reference-result.json").read_bytes()
CASES = Path(__file__).parents[1] / "domain" / "public_cases"
LARGE = b" " * 3 * 1024 * 1024
"""More than one chunk, so that the invalid byte is in an earlier one."""

BROKEN = {
    "no-json.json": (b"<html>Service Unavailable</html>", "InvalidResult", "byte 0"),
    "cut-short.json": (GOOD[:700], "ResultCutShort", "byte 700"),
    "another-shape.json": (b'{"transcript": "hello"}', "InvalidResult", "recognizedPhrases"),
    "empty.json": (b"", "EmptyResult", "empty"),
    "wrong-type.json": (GOOD.replace(b'"hello worm"', b"12"), "InvalidResult", "nBest"),
    "bad-byte-in-a-large-file.json": (
        b'{"recognizedPhrases":[{"a":"\xff"}]' + LARGE + b"}",
        "InvalidResult",
        "byte 28",
    ),
    "utf-16-in-a-large-file.json": ((CASES / "utf16.json").read_bytes() + LARGE, "InvalidResult", "UTF-16"),
    "another-product.json": ((CASES / "fast.json").read_bytes(), "InvalidResult", "fast transcription"),
}

MESSAGES = [
    ("please transcribe my call", "neither a transcription id (a GUID) nor the URL"),
    ("637d9333-6559-47a6-b8de", "neither a transcription id (a GUID) nor the URL"),
    ('{"id": 7}', "Expected `str`, got `int`"),
    ('{"id": "637d9333-6559-47a6-b8de-c7d732c1ddf3", "reproces": true}', "reproces"),
    ("https://evil.example/speechtotext/v3.1/models/637d9333-6559-47a6-b8de-c7d732c1ddf3", "is not the path of a"),
    (base64.b64encode(b"not an id").decode(), "neither a transcription id"),
    ("   ", "empty"),
    ("{no json}", "is neither {"),
    ('["637d9333-6559-47a6-b8de-c7d732c1ddf3", "no id", "neither"]', "entry 1 of the array, counted from 0: 'no id'"),
    ("[]", "the array has 0 entries"),
]


@pytest.mark.parametrize(("message", "reason"), MESSAGES, ids=[text[:30] for text, _ in MESSAGES])
def test_an_invalid_message_is_stored_as_rejected_with_the_reason(whole: Whole, message: str, reason: str) -> None:
    whole.enqueue(message)
    kept = base64.b64decode(message).decode() if message.startswith("bm90") else message.strip() or message
    rejected = whole.rejected(kept)
    assert reason in rejected.reason
    assert rejected.queue == "transcription-jobs"
    assert rejected.reason.splitlines()[0] in (whole.stack.state / "logs" / "host.log").read_text()


def test_an_array_with_an_invalid_entry_starts_no_job_and_is_stored_whole(whole: Whole) -> None:
    good = str(uuid4())
    message = json.dumps([good, {"id": good, "reproces": True}] + [str(uuid4()) for _ in range(498)])
    whole.enqueue(message)
    rejected = whole.rejected(message)
    assert (rejected.entry_index, json.loads(rejected.entry or "")) == (1, {"id": good, "reproces": True})
    assert whole.app.jobs.get(good) is None


def test_the_failure_of_an_unknown_job_enqueued_by_url_names_both_hosts(whole: Whole) -> None:
    job_id = str(uuid4())
    whole.enqueue(f"https://evil.example/speechtotext/v3.1/transcriptions/{job_id}")
    failure = whole.ended(job_id).failure
    assert failure is not None
    assert "enqueued by a URL of evil.example, and this app asks 127.0.0.1:" in failure.message


def test_a_job_that_speech_does_not_know_ends_as_not_found(whole: Whole) -> None:
    job_id = str(uuid4())
    whole.enqueue(job_id)
    job = whole.ended(job_id)
    assert job.status == "notFound"
    assert job.failure is not None
    assert job.failure.code == "NotFound"


def test_invalid_files_fail_at_once_and_other_files_are_not_affected(whole: Whole) -> None:
    job_id = str(uuid4())
    names = ["good_0.json", *BROKEN, "good_1.json"]
    files = [FileSpec.of(job_id, name) for name in names]
    report_file = FileSpec.of(job_id, "report.json")
    contents = {file.blob: BROKEN[file.name][0] if file.name in BROKEN else GOOD for file in files}
    contents[report_file.blob] = report([{"source": name, "status": "Succeeded"} for name in names])
    whole.serve(JobSpec(id=job_id, files=(*files, report_file)), contents)
    whole.enqueue(job_id)

    job = whole.ended(job_id)
    assert job.status == "completedWithErrors"
    assert (job.files.expected, job.files.ingested, job.files.failed) == (2 + len(BROKEN), 2, len(BROKEN))
    failures = {each["name"]: each for each in whole.documents(job_id, "fileFailure")}
    assert failures.keys() == BROKEN.keys()
    for name, (_, code, where) in BROKEN.items():
        assert failures[name]["code"] == code
        assert where in failures[name]["message"]
        assert failures[name]["attempts"] == 1
        assert failures[name]["raw"] is not None, "the raw bytes of an invalid file are kept"
    assert {each.name: each.code for each in job.files.failures} == {
        name: code for name, (_, code, _) in BROKEN.items()
    }
    assert sorted(head["name"] for head in whole.documents(job_id, "transcript")) == ["good_0.json", "good_1.json"]
    lost = {failure["fileId"] for failure in failures.values()}
    left = [each["id"] for each in whole.documents(job_id) if each["fileId"] in lost and each["type"] != "fileFailure"]
    assert left == [], "a given-up file leaves no parts"


def test_failures_at_speech_and_failures_of_the_app_are_separate(whole: Whole) -> None:
    job_id = str(uuid4())
    file, report_file = FileSpec.of(job_id, "contenturl_0.json"), FileSpec.of(job_id, "report.json")
    failed = {
        "source": "https://contoso.com/lost.wav?sig=secret",
        "status": "Failed",
        "errorKind": "DownloadRecordingsUrisAuthenticationError",
        "errorMessage": "Authentication exception when downloading the recording URI from the remote site.",
    }
    whole.serve(JobSpec(id=job_id, files=(file, report_file)), {file.blob: b"{}", report_file.blob: report([failed])})
    whole.enqueue(job_id)
    job = whole.ended(job_id)
    assert job.status == "completedWithErrors"
    assert job.report is not None
    (theirs,) = job.report.failures
    assert (theirs.error_kind, theirs.error_message) == (failed["errorKind"], failed["errorMessage"])
    assert theirs.source == "https://contoso.com/lost.wav"
    (ours,) = job.files.failures
    assert (ours.name, ours.code) == ("contenturl_0.json", "InvalidResult")


def test_an_unknown_status_is_reported_and_never_counts_as_success(whole: Whole) -> None:
    job_id = str(uuid4())
    whole.serve(JobSpec(id=job_id, status="Paused"), {})
    whole.enqueue(job_id)
    whole.until(lambda: (job := whole.app.jobs.get(job_id)) and job.failure, "the failure is recorded")
    job = whole.app.jobs.get(job_id)
    assert job is not None
    assert job.failure is not None
    assert (job.status, job.failure.code, job.failure.origin) == ("pending", "UnknownValue", "speech2cosmos")
    assert "'Paused'" in job.failure.message


def test_an_empty_result_completes_its_job(whole: Whole) -> None:
    job_id = str(uuid4())
    file, report_file = FileSpec.of(job_id, "contenturl_0.json"), FileSpec.of(job_id, "report.json")
    silent = json.dumps({"source": "s", "durationInTicks": 1, "recognizedPhrases": []}).encode()
    contents = {file.blob: silent, report_file.blob: report([{"source": "s", "status": "Succeeded"}])}
    whole.serve(JobSpec(id=job_id, files=(file, report_file)), contents)
    whole.enqueue(job_id)
    assert whole.ended(job_id).status == "completed"
    assert {document["type"] for document in whole.documents(job_id)} == {"transcript", "report"}
