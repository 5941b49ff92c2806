"""`export --since`, and `export JOB -f jsonl|parquet`: what is in the two files."""

import csv
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyarrow import parquet

from benchmarks.cost.charges import read_charge
from shared.bootstrap import App
from shared.cli.read.any_job import charge_of
from shared.domain.parts import encoded_size
from shared.rendering.tables.columns import Kind, columns_of
from shared.rendering.tables.rows import CallRow, TurnRow
from tests.cli.conftest import Run
from tests.cli.many.calls import HOSTILE, LONG, MIRRORED, ODD, ORDER, RECENT, SALES, SINCE, Call

Rows = list[dict[str, Any]]

TABLES: dict[str, type[msgspec.Struct]] = {"calls": CallRow, "turns": TurnRow}


def jsonl(folder: Path, table: str) -> Rows:
    return [json.loads(line) for line in (folder / f"{table}.jsonl").read_bytes().splitlines()]


def of(call: Call, rows: Rows) -> Rows:
    return [row for row in rows if row["fileId"] == call.key.file_id]


@pytest.fixture
def written(run: Run, calls: App, tmp_path: Path) -> Path:  # noqa: ARG001 - sets the address
    folder = tmp_path / "new" / "folder"
    for form in ("csv", "jsonl", "parquet"):
        ran = run("export", "--since", SINCE, "-f", form, "-d", folder / form)
        assert (ran.code, ran.out) == (0, "")
        assert sorted(file.name for file in (folder / form).iterdir()) == [f"calls.{form}", f"turns.{form}"]
    return folder


def test_every_recording_is_there_once_in_the_order_of_ingestion(written: Path) -> None:
    rows, turns = (jsonl(written / "jsonl", table) for table in ("calls", "turns"))
    assert [(row["jobId"], row["fileId"]) for row in rows] == [(each.key.job_id, each.key.file_id) for each in RECENT]
    spoken = [(row["jobId"], row["fileId"], row["turn"]) for row in turns]
    assert spoken == [(row["jobId"], row["fileId"], number) for row in rows for number in range(row["turnCount"])]
    assert len(of(LONG, turns)) == 300


def test_a_call_has_its_names_times_and_talk(written: Path) -> None:
    (row,) = of(ORDER, jsonl(written / "jsonl", "calls"))
    assert {name: value for name, value in row.items() if name not in {"revision", "meanConfidence"}} == {
        "jobId": SALES,
        "fileId": ORDER.key.file_id,
        "recording": "call-1.wav",
        "jobName": "Sales",
        "source": "https://calls.example/in/call-1.wav",
        "locales": "en-US",
        "names": "Agent; =Customer",
        "transcribedAt": "2026-11-10T07:30:00Z",
        "ingestedAt": "2026-11-10T08:00:00Z",
        "durationSeconds": 45.0,
        "talkSeconds": 28.0,
        "silenceSeconds": 17.0,
        "overlapSeconds": 1.5,
        "interruptions": 3,
        "channelCount": 2,
        "turnCount": 5,
        "phraseCount": 5,
        "wordCount": 23,
        "mirrored": False,
    }
    assert row["meanConfidence"] == pytest.approx((0.9 + 0.8 + 0.4 + 0.7 + 0.95) / 5)


def test_turns_say_which_turn_they_interrupt_and_what_was_silent_before(written: Path) -> None:
    turns = of(ORDER, jsonl(written / "jsonl", "turns"))
    told = [(row["name"], row["silenceBeforeSeconds"], row["overlapSeconds"], row["interruptsTurn"]) for row in turns]
    assert told == [
        ("Agent", 1.0, 0.0, None),
        ("=Customer", 0.0, 0.5, 0),
        ("Agent", 0.0, 0.5, 1),
        ("=Customer", 11.0, 0.0, None),
        ("Agent", 0.0, 0.5, 3),
    ]


def test_a_channel_that_mirrors_another_is_there_and_marked(written: Path) -> None:
    rows, turns = (of(MIRRORED, jsonl(written / "jsonl", table)) for table in ("calls", "turns"))
    assert [row["mirrored"] for row in rows] == [True]
    assert [(row["channel"], row["mirrors"], row["silenceBeforeSeconds"], row["text"]) for row in turns] == [
        (0, None, 0.0, "Same."),
        (1, 0, None, "Same."),
        (0, None, 56.0, "Again."),
        (1, 0, None, "Again."),
    ]
    assert not any(row["mirrored"] for row in jsonl(written / "jsonl", "calls") if row not in rows)


def test_json_lines_and_parquet_hold_texts_as_they_are_and_csv_guards_them(written: Path) -> None:
    line = (written / "jsonl" / "turns.jsonl").read_bytes()
    assert not any(harmful.encode() in line for harmful in ("\x1b", "\u202e", "\u2066"))
    assert [row["text"] for row in of(ODD, jsonl(written / "jsonl", "turns"))] == [HOSTILE, "-1", "Été."]
    table = parquet.read_table(written / "parquet" / "turns.parquet").to_pylist()
    assert [row["text"] for row in of(ODD, table)] == [HOSTILE, "-1", "Été."]
    with (written / "csv" / "turns.csv").open(newline="", encoding="utf-8-sig") as lines:
        cells = of(ODD, list(csv.DictReader(lines, strict=True)))
    guarded = "'" + HOSTILE.replace("\u202e", "\ufffd").replace("\u2066", "\ufffd").replace("\x1b", "\ufffd")
    assert [row["text"] for row in cells] == [guarded, "'-1", "Été."]
    assert [row["name"] for row in cells] == ["Agent", "'=Customer", "'=Customer"]
    assert (written / "csv" / "turns.csv").read_bytes().startswith(b"\xef\xbb\xbfjobId,fileId,turn,")


def test_the_three_forms_hold_the_same(written: Path) -> None:
    for name, shape in TABLES.items():
        kinds = {column.name: column.kind for column in columns_of(shape)}
        expected = jsonl(written / "jsonl", name)
        assert expected
        assert all(list(row) == list(kinds) for row in expected)
        table = parquet.read_table(written / "parquet" / f"{name}.parquet")
        assert [_as_json(row) for row in table.to_pylist()] == expected
        with (written / "csv" / f"{name}.csv").open(newline="", encoding="utf-8-sig") as lines:
            rows = list(csv.DictReader(lines, strict=True))
        for row, one in zip(rows, expected, strict=True):
            assert {key: _typed(kinds[key], row[key]) for key in kinds if kinds[key] is not Kind.TEXT} == {
                key: one[key] for key in kinds if kinds[key] is not Kind.TEXT
            }


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    return {key: _text(value) if isinstance(value, datetime) else value for key, value in row.items()}


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _typed(kind: Kind, cell: str) -> object:
    if not cell:
        return None
    match kind:
        case Kind.INTEGER:
            return int(cell)
        case Kind.NUMBER:
            return float(cell)
        case Kind.BOOLEAN:
            return {"true": True, "false": False}[cell]
        case _:
            return _text(datetime.fromisoformat(cell))


def test_parquet_has_types_meanings_and_columns_that_are_never_null(written: Path) -> None:
    schema = parquet.read_schema(written / "parquet" / "turns.parquet")
    assert str(schema.field("turn").type) == "int64"
    assert str(schema.field("startSeconds").type) == "double"
    assert (
        str(parquet.read_schema(written / "parquet" / "calls.parquet").field("ingestedAt").type)
        == "timestamp[us, tz=UTC]"
    )
    assert (schema.field("turn").nullable, schema.field("speaker").nullable) == (False, True)
    assert schema.field("text").metadata[b"description"] == b"What was said, in the display form."


def test_a_job_alone_becomes_tables_too_and_a_names_file_wins(run: Run, calls: App, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("recording,channel,name\ncall-1.wav,0,Jörg\n")
    ran = run("export", SALES, "-f", "jsonl", "-d", tmp_path / "tables", "--names", names)
    assert ran.code == 0
    rows = jsonl(tmp_path / "tables", "calls")
    assert [row["fileId"] for row in rows] == [each.key.file_id for each in (ORDER, ODD, MIRRORED)]
    assert [row["names"] for row in rows] == ["Jörg; =Customer", "Agent; =Customer", "Agent; =Customer"]
    assert calls


def test_csv_takes_a_separator_and_no_recording_gives_files_without_rows(run: Run, calls: App, tmp_path: Path) -> None:
    ran = run("export", "--since", "2031-01-01", "-f", "csv", "--sep", ";", "-d", tmp_path / "none")
    assert ran.code == 0
    assert "there is no such recording, so the files have no rows\n" in ran.error
    assert (tmp_path / "none" / "turns.csv").read_text("utf-8-sig").startswith("jobId;fileId;turn;")
    assert run("export", "--since", "2031-01-01", "-f", "parquet", "-d", tmp_path / "none").code == 0
    assert parquet.read_table(tmp_path / "none" / "calls.parquet").num_rows == 0
    assert calls


def test_it_says_first_what_it_reads_and_in_the_end_what_to_do_next(run: Run, calls: App, tmp_path: Path) -> None:
    ran = run("export", "--since", SINCE, "-f", "parquet", "-d", tmp_path / "tables")
    looking, reads, written, what_next = ran.error.splitlines()
    assert looking.startswith("looks for the recordings of all jobs, ingested since 2026-11-01 00:00:00 ")
    assert reads == "reads 5 recordings in 7 parts: roughly 27 RU of Cosmos DB"
    assert written.startswith(f"5 recordings with 312 turns written: {tmp_path}/tables/calls.parquet and ")
    assert what_next.startswith(f"next: duckdb -c \"FROM '{tmp_path}/tables/turns.parquet'\"; ")
    assert calls


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a JOB, or --since 30d"),
        (("--since", "30d"), "--since writes tables: -f csv, jsonl or parquet, not txt"),
        (("--since", "30d", "-f", "csv"), "name a folder for them with -d DIR"),
        (("--since", "soon", "-f", "csv", "-d", "x"), "--since 'soon'"),
        ((SALES, "--since", "30d", "-f", "csv", "-d", "x"), "leave out JOB, or --since"),
        ((SALES, ORDER.key.file_id, "-f", "jsonl", "-d", "x"), "leave out FILE"),
        ((SALES, "-f", "parquet"), "name a folder for them with -d DIR"),
        (("--since", "30d", "-f", "csv", "-d", "x", "--from", "1", "--speaker", "Anna"), "--from, --speaker: not for"),
        (("--since", "30d", "-f", "csv", "-d", "x", "--all-channels"), "--all-channels: not for tables"),
        (("--since", "30d", "-f", "jsonl", "-d", "x", "--sep", ";"), "only csv has a separator"),
        (("--since", "30d", "-f", "csv", "-d", "x", "--cps", "20"), "are for captions"),
        (("--since", "30d", "-f", "csv", "-d", "x", "--names", "none.csv"), "none.csv"),
    ],
)
def test_options_that_do_not_fit_are_wrong_usage(
    run: Run, calls: App, states: Path, arguments: tuple[str, ...], told: str
) -> None:
    ran = run("export", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.error
    assert not list(states.glob("*"))
    assert calls


def test_files_that_exist_are_refused_before_anything_is_read(
    run: Run, calls: App, states: Path, tmp_path: Path
) -> None:
    (tmp_path / "turns.jsonl").write_text("mine")
    ran = run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path)
    assert ran.code == 1
    assert ran.error == f"error: already there, and nothing was written: {tmp_path / 'turns.jsonl'}\n"
    assert ran.advice == ("--force to replace, or another folder",)
    assert (tmp_path / "turns.jsonl").read_text() == "mine"
    assert not (tmp_path / "calls.jsonl").exists()
    assert not list(states.glob("*"))
    assert run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path, "--force").code == 0
    assert len(jsonl(tmp_path, "turns")) == 312
    assert calls


def test_without_pyarrow_one_sentence_says_how_to_install_it(
    run: Run, calls: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = run("export", "--since", SINCE, "-f", "parquet", "-d", tmp_path)
    assert (ran.code, ran.error.splitlines()[0]) == (1, "error: -f parquet needs pyarrow, which is not installed")
    assert not list(tmp_path.glob("*.parquet"))
    assert calls


def test_the_charge_that_is_said_is_about_what_microsofts_table_says() -> None:
    documents = [each.documents() for each in RECENT]
    turns = [[each for each in all_of if each.get("turns") and each["type"] == "part"] for all_of in documents]
    read = [*(all_of[-1] for all_of in documents), *(part for parts in turns for part in parts)]
    charge = sum(read_charge(encoded_size(each)) for each in read)
    assert charge_of(len(documents), sum(map(len, turns))) == pytest.approx(charge, rel=0.5)
