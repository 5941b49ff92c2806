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
def test_every_phrase_of_a_file_stands_in_the_tracks_that_the_head_names_once(run: Run, name: str) -> None:
    file = DATA / f"{name}.json"
    ran = run("split", file)
    *parts, head = ran.lines
    assert (ran.code, head["type"], head["id"], head["name"]) == (0, "transcript", "transcript", f"{name}.json")
    phrases = [
        (phrase["index"], track["channel"], track["speaker"])
        for track in head["tracks"]
        for part in named(parts, track["parts"])
        for phrase in part["phrases"]
    ]
    source = json.loads(file.read_bytes())["recognizedPhrases"]
    assert sorted(phrases, key=lambda it: it[0]) == [
        (index, phrase["channel"], phrase.get("speaker")) for index, phrase in enumerate(source)
    ]
    assert {document["revision"] for document in ran.lines} == {head["revision"]}
    assert not any("ttl" in document for document in ran.lines)


def test_the_reference_result_becomes_these_documents(run: Run) -> None:
    ran = run("split", REFERENCE, "--job-id", "A0", "--file-id", "F_1", "--name", "hello.json")
    combined, track, turns, head = ran.lines
    for document in ran.lines:
        assert (document["jobId"], document["fileId"], document["schemaVersion"]) == ("a0", "f_1", 1)
    text = {"lexical": "hello world", "itn": "hello world", "maskedITN": "hello world", "display": "Hello world."}
    assert {name: combined[name] for name in ("type", "channel", *text)} == {"type": "combined", "channel": 0, **text}
    (phrase,) = track["phrases"]
    assert (track["channel"], track["speaker"]) == (0, None)
    assert phrase["nBest"][0] == {
        "confidence": 0.5643338,
        **text,
        "displayWords": {
            "displayText": ["Hello", "world."],
            "offsetInTicks": [7600000, 15200000],
            "durationInTicks": [7600000, 5600000],
        },
    }
    assert [best["lexical"] for best in phrase["nBest"]][1:] == [
        "helloworld",
        "hello worlds",
        "hello worm",
        "hello word",
    ]
    turn = {"channel": 0, "speaker": None, "offsetInTicks": 7600000, "durationInTicks": 13200000}
    assert turns["turns"] == [{**turn, "display": "Hello world.", "phrases": [0]}]
    assert (head["name"], head["durationInTicks"], head["wordCount"], head["sizeInBytes"]) == (
        "hello.json",
        25800000,
        2,
        REFERENCE.stat().st_size,
    )


def test_the_same_bytes_give_the_same_ids_whether_by_name_or_through_a_pipe(run: Run) -> None:
    piped = through_a_pipe(REFERENCE.read_bytes())
    documents = [json.loads(line) for line in piped.stdout.splitlines()]
    by_name = run("split", REFERENCE).lines
    assert [(it["id"], it["fileId"]) for it in documents] == [(it["id"], it["fileId"]) for it in by_name]
    assert documents[-1]["name"] is None


def test_a_report_is_known_by_its_content(run: Run) -> None:
    (report,) = run("split", DATA / "report-failures.json").lines
    assert report["type"] == "report"
    assert report["failedTranscriptionsCount"] == 2
    assert len(report["details"]) == 2


def test_a_file_that_is_to_be_a_report_is_refused_if_it_is_a_result(run: Run) -> None:
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
def test_a_file_that_is_no_result_is_refused_on_one_line_that_says_where(
    run: Run, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "wrong.json"
    file.write_bytes(content)
    ran = run("split", file)
    assert (ran.code, ran.out) == (1, "")
    assert ran.error.startswith(f"error: {file}: ")
    assert words in ran.error
    assert ran.error.count("\n") == 1


def test_a_file_that_is_not_there_is_wrong_usage(run: Run) -> None:
    ran = run("split", "no-such-file.json")
    assert ran.code == 2
    assert "no-such-file.json" in ran.error


def test_words_of_every_hypothesis_are_kept_when_the_environment_or_an_option_says_so(run: Run) -> None:
    def with_words(documents: list[dict[str, Any]]) -> int:
        tracks = [each for each in documents if each["type"] == "track"]
        return sum("words" in best for each in tracks for phrase in each["phrases"] for best in phrase["nBest"][1:])

    stereo = DATA / "stereo-short.json"
    by_environment = through_a_pipe(stereo.read_bytes(), NBEST_WORDS="all")
    assert with_words([json.loads(line) for line in by_environment.stdout.splitlines()]) > 0
    assert with_words(run("split", stereo, "--nbest-words", "all").lines) > 0
    first = through_a_pipe(stereo.read_bytes(), "--nbest-words", "first", NBEST_WORDS="all")
    assert with_words([json.loads(line) for line in first.stdout.splitlines()]) == 0


def test_the_turn_gap_decides_how_many_turns_there_are_and_the_revision(run: Run) -> None:
    diarized = DATA / "diarized-mono.json"
    short = run("split", diarized, "--turn-gap-seconds", "0").lines[-1]
    long = run("split", diarized, "--turn-gap-seconds", "600").lines[-1]
    assert short["turns"]["count"] > long["turns"]["count"]
    assert short["revision"] != long["revision"]


def test_all_wrong_settings_are_named_and_nothing_is_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBEST_WORDS", "some")
    monkeypatch.setenv("COSMOS_ENDPOINT", "not looked at")
    ran = run("split", REFERENCE, "--turn-gap-seconds", "soon")
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(": ")[1] for line in ran.error.splitlines()] == ["NBEST_WORDS", "TURN_GAP_SECONDS"]


def test_an_id_that_no_document_may_have_is_wrong_usage(run: Run) -> None:
    ran = run("split", REFERENCE, "--job-id", "a/b")
    assert (ran.code, ran.out) == (2, "")
    assert "'a/b'" in ran.error
