"""What happens to recordings while they are exported, and what cannot be read."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from local.cosmos import Cosmos
from local.faults import Answer, Exchange, Front, Moment, Rule
from shared.bootstrap import App
from tests.cli.conftest import Run, environment_for_a_process
from tests.cli.many.calls import CALLS, LONG, MIRRORED, ODD, ORDER, RECENT, SILENT, SINCE, Call, said, store
from tests.cli.many.conftest import app_of, database_with
from tests.cli.many.dying import ROOT

Rows = list[dict[str, Any]]
Change = Callable[[], None]

NEWER = "fedcba987654"


@pytest.fixture
def own(cosmos: Cosmos, between: Front, states: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """Store the calls in a database of the test, behind the fault layer. Give an app that passes by the layer."""
    settings = database_with(cosmos, *CALLS)
    for name, value in {**settings, "COSMOS_ENDPOINT": between.origin}.items():
        monkeypatch.setenv(name, value)
    yield app_of(settings)
    between.watch = None
    assert states


def rows(folder: Path, table: str) -> Rows:
    return [json.loads(line) for line in (folder / f"{table}.jsonl").read_bytes().splitlines()]


def once_after(front: Front, target: str, change: Change, call: Call = LONG) -> None:
    """Make a change right after the first answer to a GET of a document of a call, before the command gets it."""
    waiting = [change]

    def watch(exchange: Exchange, moment: Moment) -> None:
        whose = exchange.headers.get("x-ms-documentdb-partitionkey", "")
        asked = exchange.method == "GET" and exchange.target.rstrip("/").endswith(target) and call.key.file_id in whose
        if moment is Moment.AFTER and asked and waiting:
            waiting.pop()()

    front.watch = watch


def delete(app: App, call: Call, *, but: str = "") -> None:
    """Delete a recording's documents; not those whose ids begin with `but`."""
    container = app.database.get_container_client("transcripts")
    for document in call.documents():
        if not but or not document["id"].startswith(("transcript", but)):
            container.delete_item(document["id"], [call.key.job_id, call.key.file_id])


def replaced(app: App, call: Call, text: str) -> Change:
    """Return what writes a recording anew, with one turn, and deletes its old parts."""
    newer = Call(call.number, call.job, "2026-11-20T00:00:00.000000Z", [said(0, 1, text)], 5)

    def change() -> None:
        delete(app, call, but=NEWER)
        store(app, newer, revision=NEWER)

    return change


AFTER = pytest.mark.parametrize(("call", "after"), [(ORDER, "/transcript"), (LONG, "/0123456789ab_part_0007")])
"""A short recording, which is read beside others, changes behind its head; a long one behind its second part."""


@AFTER
def test_a_recording_that_is_replaced_while_it_is_read_is_there_once_whole_and_new(  # noqa: PLR0913 - fixtures
    run: Run, own: App, between: Front, tmp_path: Path, *, call: Call, after: str
) -> None:
    once_after(between, after, replaced(own, call, "New."), call)
    ran = run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path)
    assert (ran.code, ran.out) == (0, "")
    found = [row for row in rows(tmp_path, "calls") if row["fileId"] == call.key.file_id]
    assert [(row["revision"], row["turnCount"]) for row in found] == [(NEWER, 1)]
    assert [row["text"] for row in rows(tmp_path, "turns") if row["fileId"] == call.key.file_id] == ["New."]
    assert len(rows(tmp_path, "calls")) == len(RECENT)
    assert rows(tmp_path, "calls")[-1]["fileId"] == call.key.file_id, "in the order of the new ingestedAt"


@AFTER
def test_a_recording_that_is_deleted_while_it_is_read_is_left_out_and_counted(  # noqa: PLR0913 - fixtures
    run: Run, own: App, between: Front, tmp_path: Path, *, call: Call, after: str
) -> None:
    once_after(between, after, lambda: delete(own, call), call)
    ran = run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path)
    assert (ran.code, "deleted meanwhile: 1 recording\n" in ran.error) == (0, True)
    assert [row["fileId"] for row in rows(tmp_path, "calls")] == [
        each.key.file_id for each in RECENT if each is not call
    ]
    assert not any(row["fileId"] == call.key.file_id for row in rows(tmp_path, "turns"))


def test_a_recording_that_is_ingested_meanwhile_comes_in_with_a_later_run(
    run: Run, own: App, between: Front, tmp_path: Path
) -> None:
    late = Call(7, ORDER.job, "2026-11-21T00:00:00.000000Z", [said(0, 1, "Late.")], 5)
    once_after(between, "/transcript", lambda: store(own, late), ORDER)
    assert run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path / "one").code == 0
    assert run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path / "two").code == 0
    assert len(rows(tmp_path / "two", "calls")) == len(rows(tmp_path / "one", "calls")) + 1 == len(RECENT) + 1


def test_what_cannot_be_read_is_named_and_the_others_are_written(
    run: Run, own: App, states: Path, tmp_path: Path
) -> None:
    container = own.database.get_container_client("transcripts")
    head = container.read_item("transcript", [ODD.key.job_id, ODD.key.file_id])
    container.upsert_item({**head, "tracks": "many"})
    container.delete_item("0123456789ab_part_0007", [LONG.key.job_id, LONG.key.file_id])
    surrogate = container.read_item("transcript", [MIRRORED.key.job_id, MIRRORED.key.file_id])
    container.upsert_item({**surrogate, "source": "https://calls.example/\ud800"})
    ran = run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path / "one")
    assert ran.code == 3
    told = [line for line in ran.error.splitlines() if line.startswith("error: ")]
    assert len(told) == 3
    for call, line in zip((ODD, MIRRORED, LONG), told, strict=True):
        assert line.startswith(f"error: job {call.key.job_id} file {call.key.file_id}: ")
    assert "part 0123456789ab_part_0007 of file" in told[2]
    assert "\nleft out: 3 recordings that could not be read; a later export tries again\n" in ran.error
    assert [row["fileId"] for row in rows(tmp_path / "one", "calls")] == [each.key.file_id for each in (ORDER, SILENT)]
    assert {row["fileId"] for row in rows(tmp_path / "one", "turns")} == {ORDER.key.file_id}
    assert list(states.iterdir()) == []
    store(own, ODD, LONG, MIRRORED)
    assert run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path / "one", "--force").code == 0
    assert len(rows(tmp_path / "one", "calls")) == len(RECENT)


def test_if_nothing_can_be_read_nothing_is_written(run: Run, own: App, states: Path, tmp_path: Path) -> None:
    container = own.database.get_container_client("transcripts")
    head = container.read_item("transcript", [SILENT.key.job_id, SILENT.key.file_id])
    container.upsert_item({**head, "schemaVersion": 99})
    ran = run("export", "--since", "2026-11-12", "-f", "jsonl", "-d", tmp_path, "--force")
    assert ran.code == 3
    container.delete_item("transcript", [LONG.key.job_id, LONG.key.file_id])
    (tmp_path / "calls.jsonl").write_text("mine")
    ran = run("export", "--since", "2026-11-12", "-f", "jsonl", "-d", tmp_path, "--force")
    assert ran.code == 1
    assert (tmp_path / "calls.jsonl").read_text() == "mine"
    assert list(states.iterdir()) == []


def test_after_an_outage_the_same_command_continues_from_the_same_beginning(
    run: Run, own: App, between: Front, states: Path, tmp_path: Path
) -> None:
    between.rules.append(Rule(Answer(403), method="GET", target="_part_0007/$"))
    ran = run("export", "--since", "9999d", "-f", "csv", "-d", tmp_path)
    assert ran.code == 4
    assert "\n5 of 6 recordings are kept; within a day the same command continues with the others\n" in ran.error
    (state,) = states.glob("*.sqlite")
    with closing(sqlite3.connect(state)) as connection:
        before = connection.execute("SELECT begun, since FROM about").fetchone()
    between.rules.clear()
    between.asked.clear()
    between.rules.append(Rule(Answer(403), method="GET", target="_part_0008/$"))
    run("export", "--since", "9999d", "-f", "csv", "-d", tmp_path)
    with closing(sqlite3.connect(state)) as connection:
        assert connection.execute("SELECT begun, since FROM about").fetchone() == before
    read = [each.target for each in between.asked if each.method == "GET" and each.target.endswith("/transcript/")]
    assert len(read) == 1, "the recordings that are in the state are not read again"
    between.rules.clear()
    assert run("export", "--since", "9999d", "-f", "csv", "-d", tmp_path).code == 0
    assert (tmp_path / "calls.csv").read_text("utf-8-sig").count("\n") == 1 + len(CALLS)
    assert list(states.iterdir()) == []
    assert own


def test_a_restart_tries_again_what_could_not_be_read(run: Run, own: App, between: Front, tmp_path: Path) -> None:
    container = own.database.get_container_client("transcripts")
    head = container.read_item("transcript", [ODD.key.job_id, ODD.key.file_id])
    container.upsert_item({**head, "tracks": "many"})
    between.rules.append(Rule(Answer(403), method="GET", target="_part_0007/$"))
    assert run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path).code == 4
    store(own, ODD)
    between.rules.clear()
    assert run("export", "--since", SINCE, "-f", "jsonl", "-d", tmp_path).code == 0
    assert len(rows(tmp_path, "calls")) == len(RECENT)


def test_ctrl_c_keeps_what_was_read(run: Run, own: App, between: Front, states: Path, tmp_path: Path) -> None:
    once_after(between, "/0123456789ab_part_0007", lambda: os.kill(os.getpid(), signal.SIGINT))
    ran = run("export", "--since", SINCE, "-f", "csv", "-d", tmp_path)
    assert ran.code == 130
    assert "\n4 of 5 recordings are kept; within a day the same command continues with the others\n" in ran.error
    assert list(tmp_path.glob("*.csv")) == []
    assert list(states.glob("*.sqlite"))
    assert run("export", "--since", SINCE, "-f", "csv", "-d", tmp_path).code == 0
    assert own


def test_a_full_disk_is_an_error_that_names_the_state(run: Run, own: App, states: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", "from shared.cli.main import main; main()"]
    line = 'ulimit -f 150; exec "$@"'  # blocks of 1 KiB
    arguments = ["export", "--since", SINCE, "-f", "csv", "-d", str(tmp_path / "tables")]
    names = ("COSMOS_ENDPOINT", "COSMOS_KEY", "COSMOS_DATABASE", "XDG_STATE_HOME")
    environment = environment_for_a_process(**{name: os.environ[name] for name in names}, PYTHONPATH=str(ROOT))
    command = ["bash", "-c", line, "bash", *words, *arguments]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 1
    (state,) = states.glob("*.sqlite")
    told = done.stderr.splitlines()
    assert told[-2].startswith(f"error: {state}: cannot keep what an export has read: ")
    assert told[-1] == "try: XDG_STATE_HOME=FOLDER before the command, which then keeps it there"
    ran = run(*arguments)
    assert (ran.code, "continues the export" in ran.error) == (0, True)
    assert own
