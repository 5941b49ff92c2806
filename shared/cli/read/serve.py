"""`speech2cosmos serve`: shows jobs and transcripts in the browser, as they are now."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from urllib.parse import urlsplit

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.read.options import NamesFile
from shared.cli.read.recordings import read_names
from shared.cli.serving.app import Pace, Pages, application
from shared.cli.serving.door import Door, open_browser
from shared.cli.serving.guard import Guard, Keys
from shared.cli.serving.server import listen, run
from shared.cli.serving.store import Store
from shared.cli.terminal.output import print_line, print_note

Port = Annotated[
    int | None, typer.Option(min=1, max=65_535, help="The port to listen on, by default 8484 or a free one.")
]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser, or print the first address.")]


def serve(*, port: Port = None, browser: Browser = True, names: NamesFile = None) -> None:
    """Show jobs and transcripts in the browser, as they are now.

    \b
    speech2cosmos serve
    speech2cosmos serve --no-browser --port 9000

    Only this machine can reach the pages, and only the browser that was opened with the first address. They can only be
    read. Ctrl-C ends it.
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    settings = settings_of(COSMOS)
    store = Store(App(settings).database, read_names(names) if names else ())
    about = f"database {settings.cosmos_database} at {urlsplit(str(settings.cosmos_endpoint)).netloc}"
    pages = Pages(store, about, partial(datetime.now, UTC), Pace())
    sockets = listen(port)
    address, keys = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/", Keys.new()
    first = f"{address}?token={keys.token}"
    door = Door(first) if browser else None
    try:
        if door is None:
            print_line(first)
        else:
            print_line(address)
            print_note("If the browser shows no page, end this and use --no-browser.")
            open_browser(door, partial(print_note, f"No browser could be started. Open this address yourself: {first}"))
        print_note("Ctrl-C ends it.")
        run(Guard(application(pages), sockets[0].getsockname()[1], keys, door.close if door else _nothing), sockets)
    finally:
        if door is not None:
            door.close()


def _nothing() -> None:
    """Be called when the token was exchanged, and there is no file to remove."""
