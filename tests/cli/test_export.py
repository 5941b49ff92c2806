"""`export`: recordings as text and tables, on stdout and in files."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.bootstrap import App
from shared.domain.documents import FileKey
from shared.domain.split import SplitOptions, Splitter
from tests.cli.conftest import DIARIZED, FAILED_JOB, WHOLE_JOB, Run, World
from tests.rendering.making import phrase

PAIR = "00000000-0000-4000-8000-00000000c0e1"
"""A job with two stereo calls, and with names in its customProperties."""

FILES = ("00000000-0000-4000-8000-00000000c0f1", "00000000-0000-4000-8000-00000000c0f2")
NAMES = [f"call 1.{FILES[0]}", f"call 1.{FILES[1]}"]


@pytest.fixture(scope="module")
def pair(world: World) -> Iterator[str]:
    database = App.from_env(world.settings).database
    jobs, transcripts = (database.get_container_client(name) for name in ("jobs", "transcripts"))
    jobs.upsert_item(_job())
    phrases = [phrase("Hello.", 1), phrase("HELLO.", 1, channel=1), phrase("Bye.", 9), phrase("BYE.", 9, channel=1)]
    result = {"source": "https://calls.example/call%201.wav", "recognizedPhrases": phrases}
    for number, file_id in enumerate(FILES):
        splitter, key = Splitter(SplitOptions()), FileKey(PAIR, file_id)
        for part in splitter.parts([json.dumps(result).encode()]):
            transcripts.upsert_item(json.loads(part.encoded(key, "0123456789ab").data))
        head = splitter.head(key, "0123456789ab", run=1, name=f"{number}.json", raw=None, ingested_at=_WHEN)
        transcripts.upsert_item(json.loads(msgspec.json.encode(head)))
    yield PAIR
    jobs.delete_item(PAIR, PAIR)


_WHEN = "2026-11-02T09:01:10.000000Z"


def _job() -> dict[str, Any]:
    counts = {"expected": 2, "ingested": 2, "failed": 0, "failures": [], "reports": 0}
    job = {"id": PAIR, "type": "job", "schemaVersion": 1, "status": "completed", "acceptedAt": _WHEN, "files": counts}
    return {**job, "displayName": "Two calls", "customProperties": {"channel.0": "Agent"}, "run": 1}


def texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_bytes().decode() for file in folder.iterdir()}


def test_one_recording_goes_to_stdout(run: Run, here: World) -> None:
    ran = run("export", WHOLE_JOB)
    assert (ran.code, ran.error) == (0, "")
    assert ran.out.splitlines()[2].startswith("Job: ")
    assert "Speakers:    Speaker 1, Speaker 2" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert run("export", WHOLE_JOB, DIARIZED.id.upper()).out == ran.out
    assert here


def test_several_recordings_need_a_folder(run: Run, here: World, pair: str) -> None:
    ran = run("export", pair)
    assert (ran.code, ran.out) == (2, "")
    assert ran.error.splitlines()[-1] == f"error: job {pair} has 2 recordings"
    assert ran.error.count(".json\n") == 2, "each is listed"
    assert ran.advice == ("the beginning of one id, or its name; -d DIR writes all",)
    assert here


def test_names_come_from_the_jobs_properties_and_a_mirrored_channel_is_left_out_and_said(
    run: Run, here: World, pair: str
) -> None:
    ran = run("export", pair, FILES[0])
    assert "Job:         Two calls (" in ran.out
    assert "00:00:01  Agent: Hello.\n" in ran.out
    assert "HELLO" not in ran.out
    assert ran.error == "Channel 1 is left out because it holds the same talk as channel 0.\n"
    both = run("export", pair, FILES[0], "--all-channels")
    assert "00:00:01  Channel 1: HELLO.\n" in both.out
    assert both.error == ""
    assert here


def test_a_names_file_wins(run: Run, here: World, pair: str, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text(f"\ufefffileId;channel;name\n{FILES[0]};0;J\u00f6rg\n")
    assert "J\u00f6rg: Hello." in run("export", pair, FILES[0], "--names", names).out
    assert "Agent: Hello." in run("export", pair, FILES[1], "--names", names).out
    names.write_text("fileId;channel;name\n;zero;Anna\n")
    ran = run("export", pair, FILES[0], "--names", names)
    assert (ran.code, ran.out) == (2, "")
    assert ran.error == f"error: {names}: line 2: channel 'zero' is no whole number\n"
    assert run("export", pair, FILES[0], "--names", tmp_path / "none.csv").code == 2
    assert here


def test_times_and_speakers_choose(run: Run, here: World, pair: str) -> None:
    part = run("export", pair, FILES[0], "--from", "0:05").out
    assert "Hello." not in part
    assert "Only what is said from 00:00:05 to the end." in part
    assert "BYE." not in part
    assert "Bye." not in run("export", pair, FILES[0], "--to", "5").out
    assert "Bye." not in run("export", pair, FILES[0], "--speaker", "channel.1").out
    assert "BYE." in run("export", pair, FILES[0], "--speaker", "channel.1").out
    nobody = run("export", pair, FILES[0], "--speaker", "Ben")
    assert (nobody.code, nobody.error) == (1, "error: nobody is called 'Ben'; there is Agent, Channel 1\n")
    assert run("export", pair, FILES[0], "--to", "soon").code == 2
    assert here


def test_csv_begins_with_a_mark_for_excel_and_takes_a_separator(run: Run, here: World, pair: str) -> None:
    out = run("export", pair, FILES[0], "-f", "csv", "--sep", ";").out
    assert out.startswith("\ufeffjobId;fileId;")
    assert [row[-1] for row in csv.reader(out.splitlines(), delimiter=";")] == ["text", "Hello.", "Bye."]
    for wrong in (("-f", "csv", "--sep", "::"), ("-f", "txt", "--sep", ";"), ("-f", "csv", "--sep", '"')):
        assert run("export", pair, FILES[0], *wrong).code == 2
    assert here


def test_captions_say_on_stderr_where_times_come_from_and_what_was_not_kept(run: Run, here: World, pair: str) -> None:
    ran = run("export", pair, FILES[0], "-f", "vtt")
    assert "00:00:01.000 --> 00:00:02.000\n<v Agent>Hello.\n" in ran.out
    assert "NOTE\nTimes from (phrases): the phrase, shared out in proportion (2)\n" in ran.out
    assert "times from (phrases): the phrase, shared out in proportion (2)\n" in ran.error
    quick = run("export", pair, FILES[0], "-f", "srt", "--cps", "1")
    assert "1\n00:00:01,000 --> 00:00:03,500\nAgent: Hello.\n" in quick.out
    assert "2 of 2 cues take more than 1 characters a second to read\n" in quick.error
    assert here


def test_options_of_captions_are_refused_for_other_forms(run: Run, here: World, pair: str) -> None:
    assert "1\n00:00:01,000 --> 00:00:02,000\n" in run("export", pair, FILES[0], "-f", "srt", "--profile", "bbc").out
    for option in (("--profile", "bbc"), ("--line", "30"), ("--lines", "1"), ("--cps", "9")):
        ran = run("export", pair, FILES[0], *option)
        assert (ran.code, ran.out) == (2, "")
        assert "are for captions: srt and vtt, not txt" in ran.error
    assert here


def test_json_is_one_document(run: Run, here: World, pair: str) -> None:
    whole = json.loads(run("export", pair, FILES[0], "-f", "json").out)
    assert [turn["name"] for turn in whole["turns"]] == ["Agent", "Agent"]
    assert here


@pytest.mark.parametrize("form", ["txt", "md", "srt", "vtt", "csv", "json", "html"])
def test_each_recording_becomes_a_file_and_a_file_that_exists_is_not_replaced(
    run: Run, here: World, pair: str, tmp_path: Path, form: str
) -> None:
    folder = tmp_path / "new" / "folder"
    ran = run("export", pair, "-f", form, "-d", folder)
    assert (ran.code, ran.out) == (0, "")
    assert ran.error.startswith(f"2 of 2 recordings written into {folder}\n")
    assert ("\n2 of them without a channel that holds the same talk" in ran.error) == (form != "html")
    found = texts(folder)
    assert sorted(found) == [f"{name}.{form}" for name in NAMES]
    assert found[f"{NAMES[0]}.{form}"] == run("export", pair, FILES[0], "-f", form).out
    for file in folder.iterdir():
        file.write_text("mine")
    refused = run("export", pair, "-f", form, "-d", folder)
    assert refused.code == 1
    assert refused.error.startswith("error: already there, and nothing was written: ")
    assert refused.advice == ("--force to replace, or another folder",)
    assert set(texts(folder).values()) == {"mine"}
    assert run("export", pair, "-f", form, "-d", folder, "--force").code == 0
    assert texts(folder) == found
    assert here


def test_a_recording_that_cannot_be_read_does_not_stop_the_others(
    run: Run, here: World, pair: str, tmp_path: Path
) -> None:
    transcripts = App.from_env(here.settings).database.get_container_client("transcripts")
    part = transcripts.read_item("0123456789ab_part_0000", [pair, FILES[1]])
    transcripts.delete_item(part["id"], [pair, FILES[1]])
    try:
        ran = run("export", pair, "-d", tmp_path)
        alone = run("export", pair, FILES[1], "-d", tmp_path)
    finally:
        transcripts.upsert_item(part)
    assert ran.code == 3
    assert f"error: file {FILES[1]}: part 0123456789ab_part_0000 of file {FILES[1]} is gone" in ran.error
    assert f"\n1 of 2 recordings written into {tmp_path}\n1 of them without" in ran.error
    assert list(texts(tmp_path)) == [f"{NAMES[0]}.txt"]
    assert alone.code == 1


def test_an_unreadable_head_is_reported_and_the_exit_code_says_that_it_is_missing(
    run: Run, here: World, pair: str, tmp_path: Path
) -> None:
    transcripts = App.from_env(here.settings).database.get_container_client("transcripts")
    head = transcripts.read_item("transcript", [pair, FILES[1]])
    transcripts.upsert_item({**head, "tracks": "many"})
    try:
        alone, both = run("export", pair), run("export", pair, "-d", tmp_path)
    finally:
        transcripts.upsert_item(head)
    assert "Agent: Hello." in alone.out
    assert "set aside: " in alone.error
    assert f"\n1 of 2 recordings written into {tmp_path}\n" in both.error
    assert (alone.code, both.code) == (3, 3)


def test_a_job_or_recording_that_is_not_there_is_an_error(run: Run, here: World, tmp_path: Path) -> None:
    ran = run("export", FAILED_JOB)
    assert (ran.code, ran.out) == (1, "")
    assert f"job {FAILED_JOB} has no recording in the database that can be read" in ran.error
    assert "has no file whose id begins with 'none'" in run("export", WHOLE_JOB, "none", "-d", tmp_path).error
    (tmp_path / "file").write_text("")
    assert run("export", WHOLE_JOB, "-d", tmp_path / "file").code == 2
    below = run("export", WHOLE_JOB, "-d", tmp_path / "file" / "below")
    assert (below.code, below.error) == (1, f"error: {tmp_path / 'file' / 'below'}: cannot be made: Not a directory\n")
    assert here
