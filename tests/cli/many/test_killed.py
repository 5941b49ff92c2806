"""A restarted export ends with the same files as one that nobody disturbed."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.bootstrap import App
from shared.cli.terminal.text import counted
from tests.cli.conftest import Run, environment_for_a_process
from tests.cli.many.calls import SINCE
from tests.cli.many.conftest import Settings
from tests.cli.many.dying import ROOT

MANY = "shared/cli/read/many"

MOMENTS = {
    "the state is an empty file": (f"{MANY}/states.py", "connection.executescript(", 1),
    "the state has no query": (f"{MANY}/states.py", 'connection.execute("INSERT INTO about', 1),
    "nothing is listed": (f"{MANY}/command.py", "state.add(readable(", 1),
    "the end of the list is not noted": (f"{MANY}/command.py", "state.end_of_list()", 1),
    "two recordings are read": (f"{MANY}/state.py", "self._end(key, READ,", 3),
    "half of the turns of a recording are stored": ("shared/rendering/tables/rows.py", "yield TurnRow(", 150),
    "a recording is stored and not committed": (f"{MANY}/state.py", 'self._connection.execute("COMMIT")', 4),
    "all are read": (f"{MANY}/command.py", "turns = state.turn_count()", 1),
    "calls are written aside": (f"{MANY}/files.py", "_write(TurnRow,", 1),
    "both are written aside": (f"{MANY}/files.py", "part.replace(file)", 1),
    "calls have their name, and turns have not": (f"{MANY}/files.py", "part.replace(file)", 2),
    "both have their names, and the state is there": (f"{MANY}/state.py", "delete(self.file)", 1),
}
READ_BEFORE = {"two recordings are read": 2, "half of the turns of a recording are stored": 4}

Killed = Callable[..., None]


@pytest.fixture
def killed(database: Settings, states: Path, tmp_path: Path) -> Killed:
    def command(moment: tuple[str, str, int], *arguments: str | Path) -> None:
        environment = environment_for_a_process(**database, XDG_STATE_HOME=str(states.parents[1]))
        words = [sys.executable, "-m", "tests.cli.many.dying", *map(str, (*moment, *arguments))]
        environment["PYTHONPATH"] = str(ROOT)
        done = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        assert done.returncode == -signal.SIGKILL, done.stderr

    return command


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}


@pytest.fixture
def undisturbed(run: Run, calls: App, tmp_path: Path) -> Callable[[str], dict[str, bytes]]:  # noqa: ARG001 - sets the address
    def written(form: str) -> dict[str, bytes]:
        assert run("export", "--since", SINCE, "-f", form, "-d", tmp_path / "undisturbed").code == 0
        return contents(tmp_path / "undisturbed")

    return written


@pytest.mark.parametrize("moment", MOMENTS)
def test_after_a_kill_the_same_command_ends_with_the_same_files(  # noqa: PLR0913, PLR0917 - fixtures
    run: Run,
    killed: Killed,
    undisturbed: Callable[[str], dict[str, bytes]],
    states: Path,
    tmp_path: Path,
    moment: str,
) -> None:
    form = "parquet" if list(MOMENTS).index(moment) % 2 else "csv"
    whole, folder = undisturbed(form), tmp_path / "tables"
    killed(MOMENTS[moment], "export", "--since", SINCE, "-f", form, "-d", folder)
    left = contents(folder)
    assert {name: data for name, data in left.items() if not name.startswith(".")}.items() <= whole.items()
    assert list(states.iterdir())
    ran = run("export", "--since", SINCE, "-f", form, "-d", folder)
    assert ran.code == 0, ran.error
    assert contents(folder) == whole
    assert list(states.iterdir()) == []
    if moment in READ_BEFORE:
        assert f": {READ_BEFORE[moment]} of 5 recordings are done already\n" in ran.error
        assert f"\nreads {counted(5 - READ_BEFORE[moment], 'recording')} in " in ran.error


def test_two_kills_and_a_restart_read_no_recording_twice(
    run: Run, killed: Killed, undisturbed: Callable[[str], dict[str, bytes]], tmp_path: Path
) -> None:
    whole, folder = undisturbed("jsonl"), tmp_path / "tables"
    for left in (4, 2):
        moment = (f"{MANY}/state.py", "self._end(key, READ,", left)
        killed(moment, "export", "--since", SINCE, "-f", "jsonl", "-d", folder)
    ran = run("export", "--since", SINCE, "-f", "jsonl", "-d", folder)
    assert ": 4 of 5 recordings are done already\n" in ran.error
    assert contents(folder) == whole
