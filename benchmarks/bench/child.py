"""A whole process: how long it takes, and its greatest memory.

Linux counts the memory of the process that starts a program as the program's own, up to its greatest so far. So a small
program (_LAUNCHER) starts it, and not this process, which may be larger than what it measures.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

REPOSITORY = Path(__file__).parent.parent.parent

_LAUNCHER = """
import os, sys, time
output = os.open(os.devnull, os.O_WRONLY)
began = time.monotonic()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, output, 1)])
_, status, used = os.wait4(process, 0)
seconds = time.monotonic() - began
print([os.waitstatus_to_exitcode(status), seconds, used.ru_utime + used.ru_stime, used.ru_maxrss])
"""


class Cost(msgspec.Struct, frozen=True):
    """A process: seconds from start to end, seconds of CPU, and peak memory in MiB."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


class ChildFailed(Exception):
    """The process ended with an exit code other than 0. The message names the command and the code."""


def run(command: Sequence[str], folder: Path = REPOSITORY, env: Mapping[str, str] | None = None) -> Cost:
    """Run `command` in a folder, with its output thrown away. `env`: by default the own one. Raises ChildFailed."""
    launched = subprocess.run(  # noqa: S603 - the commands are this package's own
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        check=True,
        stdout=subprocess.PIPE,
        cwd=folder,
        env=env,
    )
    code, seconds, cpu, kib = json.loads(launched.stdout)
    if code:
        raise ChildFailed(f"{' '.join(command)}: exit code {code}")
    return Cost(seconds, cpu, kib / 1024)
