"""Leads the user's browser to the first address. The address has the token, so nobody else may see it.

The arguments of a program can be seen by every user of a machine. So the browser is given a file that leads to the
address, and only the user can read the file.
"""

import shutil
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

_FILE = "open.html"


class Door:
    """A file that leads a browser to an address. `close` removes it, as soon as the browser has come in."""

    def __init__(self, address: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="speech2cosmos-"))  # mode 0700
        self.file = self._folder / _FILE
        refresh = f'<meta http-equiv="refresh" content="0; url={address}">'
        self.file.touch(mode=0o600)
        self.file.write_text(f'<!doctype html><meta charset="utf-8">{refresh}\n', encoding="utf-8")

    def close(self) -> None:
        """Remove the file. Idempotent."""
        shutil.rmtree(self._folder, ignore_errors=True)


def open_browser(door: Door, otherwise: Callable[[], None]) -> None:
    """Start the browser in a thread, since a browser for the terminal returns when it ends.

    `otherwise` is called if none can be started.
    """

    def start() -> None:
        if not webbrowser.open(door.file.as_uri()):
            otherwise()

    threading.Thread(target=start, daemon=True).start()
