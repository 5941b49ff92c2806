"""`split`: prints the documents of a file, without any service."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.samples.catalog import DATA
from tests.cli.conftest import Run, environment_for_a_process

RESULTS = ("reference-result", "diarized-mono", "hindi-diarized", "stereo-short", "empty")
REFERENCE = DATA / "reference-result.json"


def through_a_pipe(content: bytes, *arguments: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    program = "from shared.cli.main import main; main()"
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, "split", "-", *arguments],
        input=content,
        capture_output=True,
        check=False,
        env=environment_for_a_process(**settings),
        cwd=Path(__file__).parents[2],
    )


def named(documents: list[dict[str, Any]], ids: list[str]) -> list[dict[str, Any]]:
    by_id = {document["id"]: document for document in documents}
    return [by_id[part] for part in ids]


@pytest.mark.parametrize("name", RESULTS)
def test_every_phrase_is_once_in_the_tracks_that_the_head_names(run: Run, name: str) -> None:
    file = DATA / f"{name}.json"
    ran = run("split", file)
    *parts, head = ran.lines
    assert (ran.code, head["type"], head["id"], head["name"]) == (0, "transcript", "transcript", f"{name}.json")
    phrases = [
        (phrase["index"], track["channel"], track["speaker"])
        for track in head["tracks"]
        for part in named(parts, track["parts"])
        for section in part["tracks"]
        if (section["channel"], section["speaker"]) == (track["channel"], track["speaker"])
        for phrase in section["phrases"]
    ]
    source = json.loads(file.read_bytes())["recognizedPhrases"]
    assert sorted(phrases, key=lambda it: it[0]) == [
        (index, phrase["channel"], phrase.get("speaker")) for index, phrase in enumerate(source)
    ]
    assert {document["revision"] for document in ran.lines} == {head["revision"]}
    assert not any("ttl" in document for document in ran.lines)


def test_the_documents_have_the_given_ids_and_name(run: Run) -> None:
    ran = run("split", REFERENCE, "--job-id", "A0", "--file-id", "F_1", "--name", "hello.json")
    assert [each["type"] for each in ran.lines] == ["part", "transcript"]
    for document in ran.lines:
        assert (document["jobId"], document["fileId"], document["schemaVersion"]) == ("a0", "f_1", 1)
    head = ran.lines[-1]
    assert (head["name"], head["durationInTicks"], head["wordCount"], head["sizeInBytes"]) == (
        "hello.json",
        25800000,
        2,
        REFERENCE.stat().st_size,
    )


def test_the_same_bytes_give_the_same_ids_from_a_file_or_a_pipe(run: Run) -> None:
    piped = through_a_pipe(REFERENCE.read_bytes())
    documents = [json.loads(line) for line in piped.stdout.splitlines()]
    by_name = run("split", REFERENCE).lines
    assert [(it["id"], it["fileId"]) for it in documents] == [(it["id"], it["fileId"]) for it in by_name]
    assert documents[-1]["name"] is None


def test_a_report_is_recognised_by_its_content(run: Run) -> None:
    (report,) = run("split", DATA / "report-failures.json").lines
    assert report["type"] == "report"
    assert report["failedTranscriptionsCount"] == 2
    assert len(report["details"]) == 2


def test_with_the_option_report_a_result_is_refused(run: Run) -> None:
    ran = run("split", REFERENCE, "--report")
    assert (ran.code, ran.out) == (1, "")
    assert "this is no report" in ran.error


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"# notes", "byte 0: expected {, found #"),
        (b'{"phrases": []}', "the object has no array recognizedPhrases"),
        (b'{"recognizedPhrases": []}]', "byte 25: bytes after the end of the object"),
        (b'{"recognizedPhrases": [{"offsetInTicks": 1, "durationInTicks": 1}, {}]}', "recognizedPhrases[1]"),
        (b'{"recognizedPhrases": [{"offsetInTicks": 1, "durationInTicks": 1}', "byte 65: the file ends in the middle"),
    ],
)
def test_an_invalid_file_is_refused_on_one_line_with_the_place(
    run: Run, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "wrong.json"
    file.write_bytes(content)
    ran = run("split", file)
    assert (ran.code, ran.out) == (1, "")
    assert ran.error.startswith(f"error: {file}: ")
    assert words in ran.error
    assert ran.error.count("\n") == 1


def test_a_missing_file_is_a_usage_error(run: Run) -> None:
    ran = run("split", "no-such-file.json")
    assert ran.code == 2
    assert "no-such-file.json" in ran.error


def test_words_of_every_hypothesis_are_kept_if_the_environment_or_an_option_says_all(run: Run) -> None:
    def with_words(documents: list[dict[str, Any]]) -> int:
        tracks = [track for each in documents if each["type"] == "part" for track in each["tracks"]]
        return sum("words" in best for each in tracks for phrase in each["phrases"] for best in phrase["nBest"][1:])

    stereo = DATA / "stereo-short.json"
    by_environment = through_a_pipe(stereo.read_bytes(), NBEST_WORDS="all")
    assert with_words([json.loads(line) for line in by_environment.stdout.splitlines()]) > 0
    assert with_words(run("split", stereo, "--nbest-words", "all").lines) > 0
    first = through_a_pipe(stereo.read_bytes(), "--nbest-words", "first", NBEST_WORDS="all")
    assert with_words([json.loads(line) for line in first.stdout.splitlines()]) == 0


def test_the_turn_gap_changes_the_number_of_turns_and_the_revision(run: Run) -> None:
    diarized = DATA / "diarized-mono.json"
    short = run("split", diarized, "--turn-gap-seconds", "0").lines[-1]
    long = run("split", diarized, "--turn-gap-seconds", "600").lines[-1]
    assert short["turns"]["count"] > long["turns"]["count"]
    assert short["revision"] != long["revision"]


def test_all_invalid_settings_are_reported_and_nothing_is_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBEST_WORDS", "some")
    monkeypatch.setenv("COSMOS_ENDPOINT", "not looked at")
    ran = run("split", REFERENCE, "--turn-gap-seconds", "soon")
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(": ")[1] for line in ran.error.splitlines()] == ["NBEST_WORDS", "TURN_GAP_SECONDS"]


def test_an_invalid_document_id_is_a_usage_error(run: Run) -> None:
    ran = run("split", REFERENCE, "--job-id", "a/b")
    assert (ran.code, ran.out) == (2, "")
    assert "'a/b'" in ran.error
