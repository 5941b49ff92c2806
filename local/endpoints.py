"""The state folder of a stack: its lock, and endpoints.json with the running stack's addresses for its clients."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from local.processes import ServiceDied

FILE = "endpoints.json"

_END_SECONDS = 5.0
"""How long a process of an earlier stack may take to end before it is killed."""


class StackRuns(ServiceDied):
    """Another stack has the folder. The message says where that stack is, and how to end it."""

    def __init__(self, state: Path, pid: str) -> None:
        file = state / FILE
        where = f"its addresses are in {file}" if file.is_file() else "it is still starting, or about to end"
        kill = f"`kill {pid}`" if pid else f"`kill` with the id that `fuser {state / 'lock'}` shows"
        super().__init__(
            f"a stack runs on this machine already{f', as process {pid}' if pid else ''}: {where}\n"
            f"try: use it as it is; or end it first, with Ctrl-C in its terminal or {kill}"
        )


def lock_state(state: Path, cleanup: contextlib.ExitStack) -> None:
    """Lock the folder until `cleanup` closes or the process ends. The lock's file holds the id of this process.

    Raises StackRuns if another stack has the lock.
    """
    held = cleanup.enter_context((state / "lock").open("a+"))
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        held.seek(0)
        raise StackRuns(state, held.read().strip()) from error
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()


def write_endpoints(state: Path, values: Mapping[str, object]) -> None:
    """Write the file atomically. Only its owner can read it, since it holds keys."""
    draft = state / f"{FILE}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(values, file, indent=2)
        file.write("\n")
    draft.replace(state / FILE)


def remove_endpoints(state: Path) -> None:
    """Remove the file, if there is one, because its addresses are no longer valid."""
    (state / FILE).unlink(missing_ok=True)


def end_leftovers(state: Path, marks: Mapping[str, str]) -> list[str]:
    """Stop the processes that a killed stack left running, remove the file, and return the names of the processes.

    Process ids are reused. So a process is stopped only if the file names it and its command line contains the mark of
    its name in `marks`. Call this only when no stack runs on `state`.
    """
    try:
        pids = json.loads((state / FILE).read_text())["pids"]
    except (FileNotFoundError, ValueError, KeyError):
        pids = {}
    found = {name: pid for name, pid in pids.items() if name in marks and marks[name] in _command(pid)}
    for pid in found.values():
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + _END_SECONDS
    while any(_command(pid) for pid in found.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for name, pid in found.items():
        if marks[name] in _command(pid):
            _signal(pid, signal.SIGKILL)
    remove_endpoints(state)
    return sorted(found)


def service_marks(state: Path) -> dict[str, str]:
    """Return, by its name, a text that the command line of each service of a stack on `state` contains."""
    return {
        "azurite": str(state / "azurite"),
        "cosmos": str(Path("cosmos") / "server.mjs"),
        "speech": "-m local.speech",
        "host": "-m local.host",
    }


def _command(pid: int) -> str:
    """Return the command line of a process; empty if it has none or has ended."""
    command = ["ps", "-ww", "-o", "stat=,args=", "-p", str(pid)]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - a number only
    return "" if text.startswith("Z") else text


def _signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to the process group that a service leads."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
