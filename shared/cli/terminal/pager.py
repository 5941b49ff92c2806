"""Shows long texts through the user's pager."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress

from shared.cli.terminal.output import print_pieces
from shared.cli.terminal.wishes import wishes

_PAGER = "less"

_LESS = "FRX"
"""What `less` is told unless the user has set LESS, as git does: a text that fits on the screen ends it, colours are
shown, and the text stays on the screen."""


def print_paged(pieces: Iterable[str]) -> None:
    """Print pieces of a text that is safe already, on a terminal through PAGER (by default less).

    With `--no-pager`, an empty PAGER, TERM=dumb, or a PAGER that is not installed the pieces are printed at once.
    Pieces are made while the pager shows the first ones. If the user ends the pager, no more are made.
    """
    command = _pager()
    if command is None:
        print_pieces(pieces)
        return
    sys.stdout.flush()
    with subprocess.Popen(command, stdin=subprocess.PIPE, env={"LESS": _LESS, **os.environ}) as pager:  # noqa: S603 - the user's own PAGER
        # Ctrl-C reaches the pager too, which decides what it means. A pipe that breaks means: read enough.
        with suppress(BrokenPipeError, KeyboardInterrupt):
            for piece in pieces:
                _write(pager, piece)
        _wait(pager)


def _pager() -> list[str] | None:
    if wishes().no_pager or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return None
    command = shlex.split(os.environ.get("PAGER", _PAGER))
    return command if command and shutil.which(command[0]) else None


def _write(pager: "subprocess.Popen[bytes]", piece: str) -> None:
    if pager.stdin is not None:
        pager.stdin.write(piece.encode())
        pager.stdin.flush()


def _wait(pager: "subprocess.Popen[bytes]") -> None:
    """Close the pager's input and wait until the user ends it. Ctrl-C belongs to the pager meanwhile."""
    if pager.stdin is not None:
        with suppress(BrokenPipeError):
            pager.stdin.close()
    while pager.poll() is None:
        with suppress(KeyboardInterrupt):
            pager.wait()
