"""The job on Microsoft's page "Get batch transcription results", from the queue to its exact documents."""

import pytest

from local.samples.catalog import REFERENCE_JOB, sample_jobs
from shared.domain.job import Job
from tests.e2e.conftest import Whole

FILES = {
    "2dd180a1-434e-4368-a1ac-37350700284f": "contenturl_0.json",
    "c027c6a9-2436-4303-b64b-e98e3c9fc2e3": "contenturl_1.json",
}
REPORT = "faea9a41-c95c-4d91-96ff-e39225def642"


@pytest.fixture(scope="module")
def job(whole: Whole) -> Job:
    sample = next(each for each in sample_jobs() if each.spec is not None and each.spec.id == REFERENCE_JOB)
    assert sample.spec is not None
    whole.serve(sample.spec, sample.contents)
    whole.enqueue(sample.message)
    return whole.ended(REFERENCE_JOB)


def test_the_job_is_completed_with_both_files_in(job: Job) -> None:
    assert job.status == "completed"
    assert (job.speech_status, job.locale, job.display_name) == ("Succeeded", "en-US", "My Transcription")
    assert (job.files.expected, job.files.ingested, job.files.failed) == (2, 2, 0)
    assert job.failure is None
    assert job.ended_at is not None


def test_both_details_of_the_report_are_stored(whole: Whole, job: Job) -> None:
    assert job.report is not None
    assert (job.report.successful_transcriptions_count, job.report.failed_transcriptions_count) == (2, 0)
    assert job.report.failures == []
    (report,) = whole.documents(REFERENCE_JOB, "report")
    assert report["fileId"] == REPORT
    assert report["details"] == [
        {"source": "https://crbn.us/hello.wav", "status": "Succeeded"},
        {"source": "https://crbn.us/whatstheweatherlike.wav", "status": "Succeeded"},
    ]


@pytest.mark.parametrize("file_id", FILES)
def test_each_head_has_the_values_of_microsofts_page(whole: Whole, job: Job, file_id: str) -> None:
    (head,) = (each for each in whole.documents(job.id, "transcript") if each["fileId"] == file_id)
    shown = {
        "name": FILES[file_id],
        "source": "...",
        "timestamp": "2023-07-10T14:28:16Z",
        "durationInTicks": 25800000,
        "duration": "PT2.58S",
        "channels": [0],
        "speakers": [],
        "locales": [],
        "recognitionStatuses": {"Success": 1},
        "phraseCount": 1,
        "wordCount": 2,
    }
    assert {name: head[name] for name in shown} == shown
    (track,) = head["tracks"]
    assert (track["channel"], track["speaker"], track["meanConfidence"]) == (0, None, 0.5643338)


@pytest.mark.parametrize("file_id", FILES)
def test_the_phrase_has_five_hypotheses_in_order_and_words_as_columns(whole: Whole, job: Job, file_id: str) -> None:
    (part,) = (each for each in whole.documents(job.id, "part") if each["fileId"] == file_id)
    (track,) = part["tracks"]
    assert (track["channel"], track["speaker"]) == (0, None)
    (phrase,) = track["phrases"]
    assert (phrase["index"], phrase["recognitionStatus"]) == (0, "Success")
    assert [type(phrase[name]) for name in ("offsetInTicks", "durationInTicks")] == [int, int]
    assert (phrase["offsetInTicks"], phrase["durationInTicks"]) == (7600000, 13200000)
    assert [(best["confidence"], best["display"]) for best in phrase["nBest"]] == [
        (0.5643338, "Hello world."),
        (0.1769063, "helloworld"),
        (0.49964225, "hello worlds"),
        (0.4995761, "hello worm"),
        (0.49418187, "hello word"),
    ]
    assert phrase["nBest"][0]["displayWords"] == {
        "displayText": ["Hello", "world."],
        "offsetInTicks": [7600000, 15200000],
        "durationInTicks": [7600000, 5600000],
    }


def test_combined_texts_and_turns_have_the_texts_of_microsofts_page(whole: Whole, job: Job) -> None:
    for part in whole.documents(job.id, "part"):
        (combined,) = part["combined"]
        forms = [combined[form] for form in ("lexical", "itn", "maskedITN", "display")]
        assert forms == ["hello world", "hello world", "hello world", "Hello world."]
        assert [(turn["display"], turn["phrases"]) for turn in part["turns"]] == [("Hello world.", [0])]
    assert len(whole.documents(job.id)) == 2 * 2 + 1
