"""`search`: hits in one job and in all jobs, in each form, and what it says of what it could not read."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.faults import Answer, Front, Rule
from shared.bootstrap import App
from shared.rendering.wrapping import columns
from tests.cli.conftest import FAILED_JOB, Run, World
from tests.cli.storing import remove_job, store_job, store_recording
from tests.cli.terminals import on_terminal
from tests.rendering.making import phrase

JOB, OTHER = (f"00000000-0000-4000-8000-00000000eb0{number}" for number in (1, 2))
FIRST, SECOND, THIRD = (f"00000000-0000-4000-8000-00000000ebf{number}" for number in (1, 2, 3))

DAY = "2027-01-0{}T09:00:00.000000Z"
"""Later than what other tests store."""


@pytest.fixture(scope="module")
def calls(world: World) -> Iterator[World]:
    """Store two recordings of one job and one of another."""
    store_job(world, JOB, "Calls of Monday", {"channel.0": "Agent", "channel.1": "Customer"})
    store_job(world, OTHER, "Calls of Tuesday")
    said = [
        phrase("I wanted to ask about the  Insurance that you offered; which insurance is it?", 843.25, 850),
        phrase("The Stra\u00dfe is long.", 3_700, 3_701, channel=1),
    ]
    when = {"timestamp": "2027-01-01T08:00:00Z", "ingested_at": DAY.format(1)}
    store_recording(world, JOB, FIRST, said, name="b.wav", number=10, **when)
    store_recording(world, JOB, SECOND, [phrase("No insurance.", 2)], name="a.wav", number=2, ingested_at=DAY.format(2))
    twice = [phrase("Same insurance.", 1), phrase("Same insurance.", 1, channel=1)]
    store_recording(world, OTHER, THIRD, twice, name="c.wav", ingested_at=DAY.format(3))
    yield world
    remove_job(world, JOB)
    remove_job(world, OTHER)


def test_a_hit_is_shown_in_its_context_with_time_speaker_and_the_command_that_opens_it(
    run: Run, here: World, calls: World
) -> None:
    ran = run("search", "ABOUT the insurance", "--job", JOB)
    assert ran.code == 0
    assert ran.error == "1 turn in 1 of 2 recordings\n"
    about, hit, command, end = ran.out.split("\n", 3)
    assert re.fullmatch(r"b\.wav, Calls of Monday, transcribed 2027-01-01 \d\d:00:00 [+-]\d{4}", about)
    assert hit == "  14:03.2  Agent  I wanted to ask \u00bbabout the Insurance\u00ab that you offered; which\u2026"
    assert command == f"           speech2cosmos open {JOB} {FIRST} --at 14:03.2"
    assert end == "\n"
    assert here is calls


def test_the_command_that_is_shown_reads_on_from_there(run: Run, here: World, calls: World) -> None:
    ran = run("search", "strasse", "--job", JOB)
    words = ran.out.splitlines()[2].split()
    assert words[:2] == ["speech2cosmos", "open"]
    assert "\n> 1:01:40  Customer  The Stra\u00dfe is long.\n" in run("read", *words[2:]).out
    assert here is calls


def test_recordings_of_a_job_come_in_order_of_their_names(run: Run, here: World, calls: World) -> None:
    ran = run("search", "insurance", "--job", JOB, "-o", "jsonl")
    assert [(row["recording"], row["at"]) for row in ran.lines] == [("a.wav", "0:02.0"), ("b.wav", "14:03.2")]
    assert here is calls


def test_all_jobs_are_searched_since_a_time_and_first_it_says_what_it_reads(
    run: Run, here: World, calls: World
) -> None:
    ran = run("search", "insurance", "--since", "2027-01-01", "-o", "jsonl")
    assert ran.code == 0
    assert [row["fileId"] for row in ran.lines] == [THIRD, SECOND, FIRST]
    assert re.fullmatch(
        r"reads 3 recordings, ingested since 2027-01-01 00:00:00 [+-]\d{4}, in 3 parts: roughly 10 RU of Cosmos DB\n",
        ran.error,
    )
    late = run("search", "insurance", "--since", "2027-01-03", "-o", "jsonl")
    assert [row["fileId"] for row in late.lines] == [THIRD]
    assert here is calls


def test_a_job_and_a_time_narrow_each_other(run: Run, here: World, calls: World) -> None:
    ran = run("search", "insurance", "--job", "Calls of Monday", "--since", "2027-01-02", "-o", "jsonl")
    assert [row["fileId"] for row in ran.lines] == [SECOND]
    none = run("search", "insurance", "--job", JOB, "--since", "2027-06-01")
    assert (none.code, none.out) == (1, "")
    assert none.error.startswith("no recording was ingested since 2027-06-01 00:00:00")
    assert here is calls


def test_all_of_everything_is_refused_with_what_to_try(run: Run, here: World) -> None:
    ran = run("search", "it's here")
    assert (ran.code, ran.out) == (2, "")
    assert "name a job with --job, or a time with --since\n" in ran.error
    assert ran.advice == ("""speech2cosmos search 'it'"'"'s here' --since 7d""",)
    assert here


@pytest.mark.parametrize(
    "wrong", [("search", " ", "--since", "1d"), ("search", "a", "--since", "soon"), ("search", "a", "--limit", "0")]
)
def test_wrong_usage_reads_nothing(run: Run, wrong: tuple[str, ...]) -> None:
    ran = run(*wrong)
    assert (ran.code, ran.out) == (2, "")


def test_no_hit_is_exit_1_with_a_sentence(run: Run, here: World, calls: World) -> None:
    for form in ("table", "json", "jsonl", "csv"):
        ran = run("search", "nowhere", "--job", JOB, "-o", form)
        assert ran.code == 1
        assert ran.error == "'nowhere' is not said in 2 recordings\n"
    assert run("search", "nowhere", "--job", JOB).out == ""
    assert run("search", "a", "--job", FAILED_JOB).code == 1
    assert here is calls


def test_the_fields_of_a_row(run: Run, here: World, calls: World) -> None:
    (row,) = run("search", "insurance", "--job", JOB, "--since", "2027-01-02", "-o", "jsonl").lines
    assert row == {
        "jobId": JOB,
        "fileId": SECOND,
        "recording": "a.wav",
        "revision": "0123456789ab",
        "ingestedAt": DAY.format(2),
        "at": "0:02.0",
        "name": "Agent",
        "channel": 0,
        "speaker": None,
        "turn": 0,
        "offsetInTicks": 20_000_000,
        "durationInTicks": 10_000_000,
        "text": "No insurance.",
        "hits": [[3, 12]],
        "command": f"speech2cosmos open {JOB} {SECOND} --at 0:02.0",
    }
    assert here is calls


def test_every_form_has_the_same_rows_and_the_chosen_fields(run: Run, here: World, calls: World) -> None:
    wanted = ("search", "insurance", "--job", JOB, "--fields", "at,hits,text")
    (row, other) = run(*wanted, "-o", "jsonl").lines
    assert list(row) == ["at", "hits", "text"]
    assert [other["text"][begin:end] for begin, end in other["hits"]] == ["Insurance", "insurance"]
    assert json.loads(run(*wanted, "-o", "json").out) == [row, other]
    cells = [[each["at"], json.dumps(each["hits"], separators=(",", ":"))] for each in (row, other)]
    assert [line[:2] for line in csv.reader(run(*wanted, "-o", "csv").out.splitlines())][1:] == cells
    assert run(*wanted).out.splitlines()[1].split()[0] == "0:02.0"
    assert run("search", "a", "--job", JOB, "--fields", "nothing").code == 2
    assert here is calls


def test_a_limit_ends_the_search(run: Run, here: World, calls: World) -> None:
    ran = run("search", "insurance", "--since", "2027-01-01", "--limit", "2", "-o", "jsonl")
    assert (ran.code, [row["fileId"] for row in ran.lines]) == (0, [THIRD, SECOND])
    within = run("search", "s", "--job", JOB, "--limit", "2", "-o", "jsonl")
    assert [(row["fileId"], row["turn"]) for row in within.lines] == [(SECOND, 0), (FIRST, 0)]
    assert "the first 1 turn; --limit shows more\n" in run("search", "is", "--job", JOB, "--limit", "1").error
    assert here is calls


def test_names_and_mirrored_channels(run: Run, here: World, calls: World, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text(f"fileId,channel,name\n{THIRD},0,Anna\n")
    assert [row["name"] for row in run("search", "same", "--job", OTHER, "--names", names, "-o", "jsonl").lines] == [
        "Anna"
    ]
    both = run("search", "same", "--job", OTHER, "--all-channels", "-o", "jsonl").lines
    assert [row["channel"] for row in both] == [0, 1]
    assert run("search", "same", "--job", OTHER, "--names", tmp_path / "none.csv").code == 2
    assert here is calls


def test_a_terminal_gets_colours_its_width_and_nothing_left_of_the_progress(calls: World) -> None:
    code, shown = on_terminal(
        "search", "insurance", "--job", JOB, columns=60, environment=calls.settings | {"NO_COLOR": ""}
    )
    assert code == 0
    assert "\x1b[1ma.wav\x1b[0m" in shown
    assert "\x1b[31m\x1b[1m\u00bbinsurance\u00ab\x1b[0m" in shown
    assert "0 of 2 recordings searched" in shown
    after_progress = re.sub(r"\r\x1b\[K[^\r\n]*recordings searched(?=\r\x1b\[K)|\r\x1b\[K", "", shown)
    assert "recordings searched" not in after_progress
    plain = re.sub(r"\x1b\[\d*m", "", after_progress)
    assert all(columns(line) <= 60 for line in plain.splitlines() if "speech2cosmos open" not in line)
    assert plain.splitlines()[0] == "a.wav, Calls of Monday"
    _, dumb = on_terminal("search", "insurance", "--job", JOB, environment=calls.settings | {"TERM": "dumb"})
    assert "\x1b" not in dumb


def test_a_recording_that_cannot_be_read_is_named_and_the_others_are_searched(
    run: Run, here: World, calls: World
) -> None:
    transcripts = App.from_env(here.settings).database.get_container_client("transcripts")
    part, head = (transcripts.read_item(name, [JOB, SECOND]) for name in ("0123456789ab_part_0000", "transcript"))
    try:
        transcripts.delete_item(part["id"], [JOB, SECOND])
        gone = run("search", "insurance", "--since", "2027-01-01", "-o", "jsonl")
        nothing = run("search", "nowhere", "--since", "2027-01-01")
        transcripts.upsert_item({**head, "tracks": "many"})
        odd = run("search", "insurance", "--since", "2027-01-01", "-o", "jsonl")
        of_job = run("search", "insurance", "--job", JOB, "-o", "jsonl")
    finally:
        transcripts.upsert_item(part)
        transcripts.upsert_item(head)
    for ran in (gone, odd, of_job):
        assert ran.code == 3
        assert FIRST in {row["fileId"] for row in ran.lines}
        assert "1 recording could not be searched\n" in ran.error
    assert f"error: job {JOB} file {SECOND}: part 0123456789ab_part_0000 of file {SECOND} is gone" in gone.error
    assert f"error: job {JOB} file {SECOND}: document transcript of job {JOB}" in odd.error
    assert "set aside: document transcript" in of_job.error
    assert (nothing.code, nothing.out) == (3, "")
    assert "'nowhere' is not said in 2 recordings\n1 recording could not be searched\n" in nothing.error
    assert here is calls


def test_a_search_that_is_refused_on_its_way_keeps_what_it_printed_and_says_why(
    run: Run, here: World, calls: World, between: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSMOS_ENDPOINT", between.origin)
    between.rules.append(
        Rule(Answer(403), when=lambda each: SECOND in each.headers.get("x-ms-documentdb-partitionkey", ""))
    )
    ran = run("search", "insurance", "--since", "2027-01-01", "-o", "jsonl")
    assert ran.code == 4
    assert [row["fileId"] for row in ran.lines] == [THIRD]
    assert "error: Cosmos DB answered 403" in ran.error
    assert here is calls


def test_an_unreadable_document_of_a_job_only_costs_the_names(run: Run, here: World, calls: World) -> None:
    jobs = App.from_env(here.settings).database.get_container_client("jobs")
    job = jobs.read_item(JOB, JOB)
    jobs.upsert_item({**job, "files": "many"})
    try:
        ran = run("search", "insurance", "--job", JOB, "-o", "jsonl")
    finally:
        jobs.upsert_item(job)
    assert ran.code == 0
    assert {row["name"] for row in ran.lines} == {"Channel 0"}
    assert ran.error.count("set aside: ") == 1
    assert here is calls
