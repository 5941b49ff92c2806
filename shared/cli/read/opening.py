"""`speech2cosmos open`: shows the page of a recording in the browser."""

import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.exits import Exit
from shared.cli.read.options import FileId, JobId, NamesFile
from shared.cli.read.recordings import Recordings
from shared.cli.read.writing import to_file
from shared.cli.terminal.output import print_line, print_note
from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.choosing import time_of
from shared.rendering.filenames import file_name
from shared.rendering.page import page

At = Annotated[str | None, typer.Option(help="Begin at this time: 843.2, 14:03.2 or 1:14:03.")]
Revision = Annotated[
    str | None, typer.Option("--rev", help="The revision that the time is from. If it was replaced, the page says so.")
]

_DOOR = "open.html"


def open_page(
    job_id: JobId,
    file_id: FileId = None,
    at: At = None,
    revision: Revision = None,
    names: NamesFile = None,
) -> None:
    """Show the page of a recording in the browser.

    The page is written into a new folder for temporary files that only you can read. Its path is printed; delete it
    when you are done.
    """
    moment = None if at is None else time_of(at)
    recordings = Recordings(App(settings_of(COSMOS)), job_id, file_id, names)
    head = recordings.only()
    folder = Path(tempfile.mkdtemp(prefix="speech2cosmos-"))
    written = folder / file_name(head, "html")
    to_file(page(recordings.recording(head)), written)
    print_line(str(written))
    if not webbrowser.open(_door(written, moment, revision).as_uri()):
        print_note("No browser could be started. Open the file yourself.")
        raise typer.Exit(Exit.FAILED)


def _door(written: Path, moment: int | None, revision: str | None) -> Path:
    """Write a file that leads to the page's moment: programs that start browsers cut the fragment off a file's URL."""
    place = {"t": f"{(moment or 0) / TICKS_PER_SECOND:.1f}", **({} if revision is None else {"rev": revision})}
    address = f"{quote(written.name)}#{urlencode(place)}".replace("&", "&amp;")
    door = written.with_name(_DOOR)
    to_file([f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={address}">\n'], door)
    return door
