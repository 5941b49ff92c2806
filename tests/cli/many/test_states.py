"""Which state a command continues, who may read it, and when it is deleted."""

import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.bootstrap import App
from shared.cli.read.many.state import StateError
from shared.cli.read.many.states import KEPT, open_state
from tests.cli.conftest import Run
from tests.cli.many.calls import SALES, SINCE
from tests.cli.many.conftest import Settings
from tests.cli.many.test_killed import MOMENTS, Killed, killed

__all__ = ["killed"]

Change = Callable[[Path], None]


@pytest.fixture
def interrupted(killed: Killed, calls: App, states: Path, tmp_path: Path) -> Path:  # noqa: ARG001 - sets the address
    """Interrupt the export of CSV into `tables` after two of five recordings. Give its state."""
    killed(MOMENTS["two recordings are read"], *export(tmp_path))
    (state,) = states.glob("*.sqlite")
    return state


def export(tmp_path: Path, form: str = "csv", since: str = SINCE, folder: str = "tables") -> tuple[str | Path, ...]:
    return ("export", "--since", since, "-f", form, "-d", tmp_path / folder)


def changed(state: Path, text: str, *values: str) -> None:
    with closing(sqlite3.connect(state)) as connection:
        connection.execute(text, values)
        connection.commit()


def overwritten(state: Path, data: bytes) -> None:
    Path(f"{state}-wal").unlink()  # it holds all, and SQLite would restore the file from it
    state.write_bytes(data)


def test_only_the_user_can_read_the_state_and_it_holds_no_key(interrupted: Path, database: Settings) -> None:
    assert stat.S_IMODE(interrupted.parent.stat().st_mode) == 0o700
    everything = b"".join(file.read_bytes() for file in interrupted.parent.iterdir())
    assert b"Good morning, this is Northwind." in everything, "so it is the state"
    assert database["COSMOS_KEY"].encode() not in everything


def test_the_beginning_is_that_of_the_first_run(run: Run, interrupted: Path, tmp_path: Path) -> None:
    changed(interrupted, "UPDATE about SET listed = 0, since = ?", "2026-11-12T10:30:00.000000Z")
    changed(interrupted, "DELETE FROM recordings")
    ran = run(*export(tmp_path))
    assert "ingested since" not in ran.error
    assert (tmp_path / "tables" / "calls.csv").read_text("utf-8-sig").count("\n") == 1 + 1


@pytest.mark.parametrize(
    "other",
    [
        ("export", "--since", SINCE, "-f", "csv", "-d", "other"),
        ("export", "--since", SINCE, "-f", "jsonl", "-d", "tables"),
        ("export", "--since", "2026-11-02", "-f", "csv", "-d", "tables"),
        ("export", "--since", SINCE, "-f", "csv", "--sep", ";", "-d", "tables"),
        ("export", "--since", SINCE, "-f", "csv", "--names", "names.csv", "-d", "tables"),
        ("export", SALES, "-f", "jsonl", "-d", "tables"),
    ],
)
def test_another_command_does_not_continue_it_and_leaves_it(
    run: Run, interrupted: Path, tmp_path: Path, other: tuple[str, ...]
) -> None:
    (tmp_path / "names.csv").write_text("name,channel\nAnna,0\n")
    ran = run(*other)
    assert (ran.code, "continues" in ran.error) == (0, False)
    assert interrupted.exists()
    shutil.rmtree(tmp_path / "tables", ignore_errors=True)
    assert "continues the export" in run(*export(tmp_path)).error


def test_another_database_does_not_continue_it(
    run: Run, interrupted: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COSMOS_DATABASE", "none")
    ran = run(*export(tmp_path))
    assert (ran.code, "continues" in ran.error) == (1, False)
    assert interrupted.exists()


def test_a_state_that_was_begun_a_day_ago_is_deleted_by_another_command(
    run: Run, interrupted: Path, tmp_path: Path
) -> None:
    long_ago = "UPDATE about SET begun = '2026-01-01T00:00:00.000000Z'"
    changed(interrupted, long_ago)
    assert run(*export(tmp_path, "jsonl")).code == 0
    assert not list(interrupted.parent.iterdir())


def test_an_old_state_of_the_same_command_is_begun_anew(run: Run, interrupted: Path, tmp_path: Path) -> None:
    changed(interrupted, "UPDATE about SET begun = '2026-01-01T00:00:00.000000Z'")
    ran = run(*export(tmp_path))
    assert (ran.code, "continues" in ran.error, "\nreads 5 recordings" in ran.error) == (0, False, True)


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: overwritten(file, b"no database" * 1000),
        lambda file: overwritten(file, b""),
        lambda file: changed(file, "DROP TABLE about"),
        lambda file: changed(file, "DELETE FROM about"),
        lambda file: changed(file, "UPDATE about SET query = 'another'"),
    ],
    ids=["no database", "empty", "no table", "no row", "another query"],
)
def test_a_harmed_state_is_begun_anew(run: Run, interrupted: Path, tmp_path: Path, harm: Change) -> None:
    harm(interrupted)
    ran = run(*export(tmp_path))
    assert (ran.code, "continues" in ran.error, "\nreads 5 recordings" in ran.error) == (0, False, True)


def test_a_state_is_locked_while_it_is_open_also_between_two_writes(states: Path) -> None:
    query, now = {"since": "30d"}, datetime.now(UTC)
    first = open_state(query, None, now)
    with pytest.raises(StateError, match="another process is writing this export"):
        open_state(query, None, now)
    open_state({"since": "31d"}, None, now + 2 * KEPT).close()
    assert first.file.exists(), "old, but in use"
    first.close()
    open_state({"since": "31d"}, None, now + 2 * KEPT).close()
    assert not first.file.exists()
    assert len(list(states.glob("*.sqlite"))) == 1


def test_two_processes_do_not_write_the_same_export(run: Run, interrupted: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(interrupted)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("UPDATE about SET begun = '2026-01-01T00:00:00.000000Z'")
        ran = run(*export(tmp_path))
        other = run(*export(tmp_path, "jsonl"))
    assert (ran.code, ran.error.splitlines()) == (1, ["error: another process is writing this export"])
    assert ran.advice == ("again when it has ended",)
    assert other.code == 0, "the state of a process that runs is not deleted"
    assert interrupted.exists()


def test_a_state_folder_that_cannot_be_made_is_named(
    run: Run, calls: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    ran = run(*export(tmp_path))
    assert ran.code == 1
    assert f"{tmp_path}/file/speech2cosmos/exports: cannot keep what an export has read: Not a directory" in ran.error
    assert calls


def test_a_kill_between_two_names_does_not_replace_what_somebody_else_wrote(
    run: Run, killed: Killed, calls: App, tmp_path: Path
) -> None:
    killed(MOMENTS["calls have their name, and turns have not"], *export(tmp_path))
    (tmp_path / "tables" / "turns.csv").write_text("mine")
    ran = run(*export(tmp_path))
    assert ran.code == 1
    assert f"error: already there, and nothing was written: {tmp_path}/tables/turns.csv\n" in ran.error
    assert ran.advice == ("--force to replace, or another folder",)
    assert (tmp_path / "tables" / "turns.csv").read_text() == "mine"
    assert sorted(file.name for file in (tmp_path / "tables").iterdir()) == ["calls.csv", "turns.csv"]
    assert run(*export(tmp_path), "--force").code == 0
    assert (tmp_path / "tables" / "turns.csv").read_text() != "mine"
    assert calls


def test_a_folder_that_cannot_be_written_into_keeps_what_was_read_and_one_that_is_gone_is_made_again(
    run: Run, killed: Killed, states: Path, calls: App, tmp_path: Path
) -> None:
    command = export(tmp_path, folder="base/tables")
    killed(MOMENTS["all are read"], *command)
    shutil.rmtree(tmp_path / "base")
    (tmp_path / "base").write_text("")
    ran = run(*command)
    assert (ran.code, ran.error.splitlines()[-1]) == (
        1,
        f"error: {tmp_path}/base/tables: cannot be written into: Not a directory",
    )
    assert ran.advice == ("the same command when it can be; what was read is kept",)
    assert list(states.glob("*.sqlite"))
    (tmp_path / "base").unlink()
    assert run(*command).code == 0
    assert len(list((tmp_path / "base" / "tables").iterdir())) == 2
    assert calls
