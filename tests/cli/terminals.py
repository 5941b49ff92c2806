"""Runs the command in a process of its own on a terminal of a given width."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]

COMMAND = "from shared.cli.main import main; main()"


def on_terminal(
    *arguments: str, environment: Mapping[str, str], columns: int = 80, program: str = COMMAND, typed: str = ""
) -> tuple[int, str]:
    """Run the command with a terminal as stdin, stdout and stderr. Returns its exit code and what the terminal got.

    `program`: Python that runs instead of the command. `typed`: what a user types, before it is asked for.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CONFIG_HOME") if name in os.environ}
    process = subprocess.Popen(  # noqa: S603 - the program is this file's
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={**kept, "TERM": "xterm", "PYTHONWARNINGS": "ignore", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    got = bytearray()
    while chunk := _read(ours):
        got += chunk
    os.close(ours)
    return process.wait(), got.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux ends a terminal so when the last process has closed it
        return b""
