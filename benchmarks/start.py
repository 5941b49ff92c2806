"""`python -m benchmarks.start [CHECKOUT]`: how long the app and the command line take to start, in new processes.

The app runs in an environment with only the packages of requirements.txt (.venv/app), as in Azure. Its first message
and its first tick of the timer are done on the local stack. All programs run in turns, and each round gives a ratio: so
other work on the machine changes both sides. CHECKOUT: another copy of the repository to compare with.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.bench.child import Cost, run
from benchmarks.machine import machine
from benchmarks.start_programs import ACCEPT, APP, COMMAND_LINE, EVERYTHING, SDKS, TICK
from local.provision import provision_cosmos
from local.stack import OWN_HOST, Ports, start_stack

ROOT = Path(__file__).parent.parent
APP_ENVIRONMENT = ROOT / ".venv" / "app"

ROUNDS = 7
NOT_COMPILED_ROUNDS = 3

AIMS = {"times_sdks": 1.2, "more_than_python": 0.25}
"""The import of function_app takes at most this many times as long as that of its packages; `--help`, `--version` and
completion take at most these seconds more than `python -c pass`."""

_TICKS = "ticks"
"""Database of the ticks. It has no jobs, so that each tick does the same."""


class Program(NamedTuple):
    """A Python program, the interpreter and the folder that it runs with, and its arguments and environment."""

    code: str
    python: Path = APP_ENVIRONMENT / "bin" / "python"
    folder: Path = ROOT
    arguments: tuple[str, ...] = ()
    environ: Mapping[str, str] = {}


def cost(program: Program, **environ: str) -> Cost:
    """Run a program to its end. Raises ChildFailed."""
    given = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [str(program.python), "-c", program.code, *program.arguments]
    return run(command, program.folder, given | dict(program.environ) | environ)


def app_environment() -> None:
    """Create the environment with the packages of requirements.txt, unless it is there and newer than the file."""
    requirements, stamp = ROOT / "requirements.txt", APP_ENVIRONMENT / ".stamp"
    if stamp.exists() and stamp.stat().st_mtime > requirements.stat().st_mtime:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", APP_ENVIRONMENT], check=True)  # noqa: S603 - as above
    pip = [str(APP_ENVIRONMENT / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, "install", "--require-hashes", "-r", str(requirements)], check=True)  # noqa: S603 - as above
    stamp.touch()


def programs(root: Path, settings: Mapping[str, str]) -> dict[str, Program]:
    """Return the programs of the checkout in `root`. `settings` address the stack."""
    ticking = {**settings, "COSMOS_DATABASE": _TICKS}
    python = Path(sys.executable)
    return {
        "app": Program(APP, folder=root, environ=settings),
        "first_message": Program(ACCEPT, folder=root, environ=settings),
        "first_tick": Program(TICK, folder=root, environ=ticking),
        "help": Program(COMMAND_LINE, python, root, ("--help",)),
    }


def own_programs(settings: Mapping[str, str]) -> dict[str, Program]:
    """Return the programs of this checkout, and what they are compared with."""
    python, own = Path(sys.executable), programs(ROOT, settings)
    return {
        "sdks": Program(SDKS),
        "python": Program("pass", python),
        **own,
        "version": Program(COMMAND_LINE, python, arguments=("--version",)),
        "completion": Program(COMMAND_LINE, python, environ={"_SPEECH2COSMOS_COMPLETE": "source_bash"}),
        "first_message_all_imported": own["first_message"]._replace(code=EVERYTHING + ACCEPT),
        "first_tick_all_imported": own["first_tick"]._replace(code=EVERYTHING + TICK),
    }


def measure(before: Path | None = None) -> dict[str, Any]:
    """Return seconds, CPU seconds and MiB of each program, ratios and differences, all with median and extremes.

    `before`: another checkout, whose programs have names with `before_`. Starts a stack of its own.
    """
    app_environment()
    with tempfile.TemporaryDirectory() as folder:
        stack = start_stack(Path(folder), {OWN_HOST: "off"}, ports=Ports((0, 0, 0), 0, 0, 0))
        try:
            direct = stack.direct
            provision_cosmos(direct["COSMOS_ENDPOINT"], direct["COSMOS_KEY"], _TICKS)
            all_programs = own_programs(direct)
            if before is not None:
                earlier = programs(before.resolve(), direct)
                all_programs |= {f"before_{name}": program for name, program in earlier.items()}
            return _figures(all_programs)
        finally:
            stack.stop()


def _figures(all_programs: Mapping[str, Program]) -> dict[str, Any]:
    for program in all_programs.values():  # compiles what is not compiled
        cost(program)
    rounds = [{name: cost(program) for name, program in all_programs.items()} for _ in range(ROUNDS)]
    return {
        "rounds": ROUNDS,
        "aims": AIMS,
        "seconds": {name: _spread(each[name].seconds for each in rounds) for name in all_programs},
        "cpu_seconds": {name: _spread(each[name].cpu_seconds for each in rounds) for name in all_programs},
        "peak_mib": {name: _spread(each[name].peak_mib for each in rounds) for name in all_programs},
        "times_sdks": {
            name: _spread(each[name].seconds / each["sdks"].seconds for each in rounds)
            for name in all_programs
            if name.endswith("app")
        },
        "times_all_imported": {
            name: _spread(each[name].seconds / each[f"{name}_all_imported"].seconds for each in rounds)
            for name in ("first_message", "first_tick")
        },
        "more_than_python": {
            name: _spread(each[name].seconds - each["python"].seconds for each in rounds)
            for name in all_programs
            if name.endswith(("help", "version", "completion"))
        },
        "not_compiled_cpu_seconds": {
            name: _spread(_not_compiled(all_programs[name]).cpu_seconds for _ in range(NOT_COMPILED_ROUNDS))
            for name in ("app", "first_tick")
        },
    }


def _not_compiled(program: Program) -> Cost:
    with tempfile.TemporaryDirectory() as empty:
        return cost(program, PYTHONPYCACHEPREFIX=empty)


def _spread(values: Iterable[float]) -> dict[str, float]:
    found = sorted(values)
    return {"median": round(median(found), 3), "lowest": round(found[0], 3), "highest": round(found[-1], 3)}


def main() -> None:
    """Print the figures."""
    figures = measure(Path(sys.argv[1]) if sys.argv[1:] else None)
    print(f"{figures['rounds']} rounds: median (lowest to highest)")  # noqa: T201 - this is a command
    for what in ("seconds", "cpu_seconds", "not_compiled_cpu_seconds", "peak_mib", "times_all_imported", *AIMS):
        print(f"{what}, at most {AIMS[what]}:" if what in AIMS else f"{what}:")  # noqa: T201 - as above
        for name, spread in figures[what].items():
            words = f"{spread['median']:9.3f}  ({spread['lowest']:.3f} to {spread['highest']:.3f})"
            print(f"  {name:<28}{words}")  # noqa: T201 - as above
    print(machine())  # noqa: T201 - as above


if __name__ == "__main__":
    main()
