"""Sample result files, copied and generated, and the catalogue of sample jobs."""

import json
import subprocess
import sys
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from local.samples.catalog import DATA, REFERENCE_JOB, SampleJob, sample_jobs
from local.samples.generate import CHUNK, FORMS, GeneratedResult, report
from local.speech import JobSpec
from tests.local.conftest import Api

VARIANTS = {
    "mono": GeneratedResult(hours=0.1),
    "texts only": GeneratedResult(hours=0.1, words=False, alternatives=1),
    "stereo": GeneratedResult(hours=0.1, channels=2, display_words=True),
    "diarized": GeneratedResult(hours=0.1, speakers=3, locale="de-DE", indent=0),
    "languages": GeneratedResult(hours=0.1, languages=("en-US", "hi-IN"), indent=1),
    "milliseconds": GeneratedResult(hours=0.1, channels=2, display_words=True, style="2024-11-15"),
    "shorter than a phrase": GeneratedResult(hours=1 / 3600),
}


def parsed(result: GeneratedResult) -> dict[str, Any]:
    return dict(json.loads(b"".join(result)))


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> GeneratedResult:
    return VARIANTS[request.param]


def test_combined_texts_join_the_first_hypotheses(variant: GeneratedResult) -> None:
    body = parsed(variant)
    assert [combined["channel"] for combined in body["combinedRecognizedPhrases"]] == list(range(variant.channels))
    for combined in body["combinedRecognizedPhrases"]:
        of_channel = [p["nBest"][0] for p in body["recognizedPhrases"] if p["channel"] == combined["channel"]]
        for form in FORMS:
            assert combined[form] == " ".join(best[form] for best in of_channel)


def test_generated_files_depend_only_on_options_and_seed(variant: GeneratedResult) -> None:
    assert b"".join(variant) == b"".join(variant)
    assert b"".join(GeneratedResult(hours=0.1, seed=1)) != b"".join(GeneratedResult(hours=0.1, seed=2))


def test_times_are_within_the_audio_and_phrases_of_a_channel_do_not_overlap(variant: GeneratedResult) -> None:
    body = parsed(variant)
    for channel in range(variant.channels):
        phrases = [p for p in body["recognizedPhrases"] if p["channel"] == channel]
        for earlier, later in pairwise(phrases):
            assert earlier["offsetInTicks"] + earlier["durationInTicks"] < later["offsetInTicks"]
        for phrase in phrases:
            end = phrase["offsetInTicks"] + phrase["durationInTicks"]
            assert end <= body["durationInTicks"]
            for best in phrase["nBest"]:
                for word in [*best.get("words", []), *best.get("displayWords", [])]:
                    assert phrase["offsetInTicks"] <= word["offsetInTicks"]
                    assert word["offsetInTicks"] + word["durationInTicks"] <= end


def test_a_stereo_file_holds_all_of_channel_0_then_all_of_channel_1() -> None:
    channels = [phrase["channel"] for phrase in parsed(VARIANTS["stereo"])["recognizedPhrases"]]
    assert channels == sorted(channels)
    assert set(channels) == {0, 1}


def test_ticks_are_written_as_the_service_does() -> None:
    text = b"".join(VARIANTS["stereo"]).decode()
    assert '"durationInTicks": 3600000000,\n  "duration": "PT6M"' in text
    phrase = parsed(VARIANTS["stereo"])["recognizedPhrases"][0]
    assert isinstance(phrase["offsetInTicks"], float)
    assert phrase["offset"] == f"PT{phrase['offsetInTicks'] / 1e7:g}S"


def test_alternatives_are_up_to_five_and_the_first_is_not_always_the_likeliest() -> None:
    phrases = parsed(VARIANTS["stereo"])["recognizedPhrases"]
    assert {len(phrase["nBest"]) for phrase in phrases} == {1, 2, 3, 4, 5}
    best = [max(phrase["nBest"], key=lambda entry: entry["confidence"]) is phrase["nBest"][0] for phrase in phrases]
    assert True in best
    assert False in best


def test_options_select_the_members_of_a_generated_file() -> None:
    def keys(name: str) -> set[str]:
        phrases = parsed(VARIANTS[name])["recognizedPhrases"]
        return {key for phrase in phrases for key in (*phrase, *phrase["nBest"][0])}

    optional = {"words", "displayWords", "speaker", "locale", "offsetMilliseconds"}
    found = {name: keys(name) & optional for name in VARIANTS}
    assert found == {
        "mono": {"words"},
        "texts only": set(),
        "stereo": {"words", "displayWords"},
        "diarized": {"words", "speaker"},
        "languages": {"words", "locale"},
        "milliseconds": {"words", "displayWords", "offsetMilliseconds"},
        "shorter than a phrase": set(),
    }
    speakers = {phrase["speaker"] for phrase in parsed(VARIANTS["diarized"])["recognizedPhrases"]}
    assert speakers == {1, 2, 3}


def test_milliseconds_and_ticks_agree() -> None:
    body = parsed(VARIANTS["milliseconds"])
    assert body["durationMilliseconds"] == 360_000
    for phrase in body["recognizedPhrases"]:
        best = phrase["nBest"][0]
        for timed in (phrase, *best["words"], *best["displayWords"]):
            assert timed["offsetMilliseconds"] * 10_000 == timed["offsetInTicks"]
            assert timed["durationMilliseconds"] * 10_000 == timed["durationInTicks"]


def test_an_unknown_locale_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="xx-XX"):
        b"".join(GeneratedResult(hours=0.1, locale="xx-XX"))


STREAM_FIFTY_MEGABYTES = """
import resource
from local.samples.generate import GeneratedResult

pieces = iter(GeneratedResult(hours=10, channels=2, display_words=True))
written = len(next(pieces))  # all modules and utterances are loaded by now
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
largest = 0
for piece in pieces:
    written += len(piece)
    largest = max(largest, len(piece))
print(written, largest, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_fifty_megabytes_are_generated_in_constant_memory() -> None:
    # In a separate process, because the peak memory of this one is already high.
    command = [sys.executable, "-c", STREAM_FIFTY_MEGABYTES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    written, largest, kibibytes_grown = map(int, done.stdout.split())
    assert written > 50_000_000
    assert largest < 2 * CHUNK
    assert kibibytes_grown < 8 * 1024


def test_a_report_counts_its_details() -> None:
    details = [{"source": "a", "status": "Succeeded"}, {"source": "b", "status": "Failed", "errorKind": "X"}]
    body = json.loads(report(details))
    assert body == {"successfulTranscriptionsCount": 1, "failedTranscriptionsCount": 1, "details": details}


def test_every_copied_file_is_json_without_a_signature_in_it() -> None:
    files = list(DATA.glob("*.json"))
    assert len(files) == 7
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert json.loads(text)
        assert text.count("sig=") == text.count("sig=REDACTED")


def test_every_end_state_of_a_job_has_a_sample() -> None:
    samples = sample_jobs()
    assert len(samples) == 11
    assert {sample.expected for sample in samples} == {
        "completed",
        "completedWithErrors",
        "failed",
        "notFound",
        "rejected",
    }
    assert len({sample.name for sample in samples}) == len(samples)
    served = [(sample.spec.id, sample.message.lower()) for sample in samples if sample.spec]
    assert len({job_id for job_id, _ in served}) == len(served) == 9
    assert all(job_id == job_id.lower() and job_id in message for job_id, message in served)


@pytest.mark.parametrize("sample", [s for s in sample_jobs() if s.spec], ids=lambda sample: sample.name)
def test_a_sample_job_is_served_with_json_in_every_file(sample: SampleJob, api: Api) -> None:
    assert sample.spec
    ended = _ended(sample)
    api.speech.control.put_job(ended, sample.contents)
    job = api.body(f"transcriptions/{sample.spec.id}")
    assert job["status"] == ("Failed" if sample.expected == "failed" else "Succeeded")
    pages = api.pages(f"transcriptions/{sample.spec.id}/files")
    files = [file for page in pages for file in page]
    assert len(files) == len(sample.spec.files)
    transcriptions = 0
    for file in files:
        response = api.call(file["links"]["contentUrl"])
        assert len(response.content) == file["properties"]["size"]
        if file["kind"] == "Transcription":
            assert "recognizedPhrases" in response.json()
            transcriptions += 1
        else:
            assert response.json()["failedTranscriptionsCount"] == 2 * (sample.expected == "completedWithErrors")
    if sample.name == "many-files":
        assert [len(page) for page in pages] == [23, 23, 15], "pages a tenth shorter than the 25 of the job"
        assert transcriptions == 60
    api.speech.control.delete_job(sample.spec.id)


def _ended(sample: SampleJob) -> JobSpec:
    """Return the sample's job as one that ends at once."""
    assert sample.spec
    return msgspec.structs.replace(sample.spec, not_started_seconds=0, run_seconds=0)


def test_the_reference_job_is_the_one_on_microsofts_page(api: Api) -> None:
    sample = next(sample for sample in sample_jobs() if sample.name == "reference")
    api.speech.control.put_job(_ended(sample), sample.contents)
    job = api.body(f"transcriptions/{REFERENCE_JOB}", "v3.1")
    assert job["properties"] == {
        "diarizationEnabled": False,
        "wordLevelTimestampsEnabled": False,
        "displayFormWordLevelTimestampsEnabled": True,
        "channels": [0, 1],
        "punctuationMode": "DictatedAndAutomatic",
        "profanityFilterMode": "Masked",
        "duration": "PT3S",
        "languageIdentification": {"candidateLocales": ["en-US", "de-DE", "es-ES"]},
    }
    assert list(job) == [
        *("self", "model", "links", "properties", "lastActionDateTime", "status"),
        *("createdDateTime", "locale", "displayName"),
    ]
    files = api.body(f"transcriptions/{REFERENCE_JOB}/files", "v3.1")["values"]
    assert [(file["self"].rsplit("/", 1)[1], file["name"], file["kind"]) for file in files] == [
        ("2dd180a1-434e-4368-a1ac-37350700284f", "contenturl_0.json", "Transcription"),
        ("c027c6a9-2436-4303-b64b-e98e3c9fc2e3", "contenturl_1.json", "Transcription"),
        ("faea9a41-c95c-4d91-96ff-e39225def642", "report.json", "TranscriptionReport"),
    ]
    assert [
        f"/TranscriptionData/{REFERENCE_JOB}_{end}.json?" in file["links"]["contentUrl"]
        for end, file in zip(("0_0", "1_0", "report"), files, strict=True)
    ] == [True] * 3
    assert api.call(files[0]["links"]["contentUrl"]).json()["source"] == "..."
    api.speech.control.delete_job(REFERENCE_JOB)
