"""`speech2cosmos read`: shows the conversation of a recording on the terminal."""

from dataclasses import replace
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.exits import Exit
from shared.cli.read.options import AllChannels, FileId, From, JobId, NamesFile, Speakers, Until
from shared.cli.read.recordings import Recordings
from shared.cli.terminal.pager import print_paged
from shared.cli.terminal.spans import painted, width_of_output
from shared.cli.terminal.times import local_time
from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.choosing import chosen_tracks, time_of
from shared.rendering.conversation import conversation
from shared.rendering.plain import WIDTH
from shared.rendering.recording import Choice

At = Annotated[
    str | None, typer.Option("--at", help="Begin shortly before this time, and mark the turn: 843.2 or 14:03.2.")
]

_BEFORE = 30 * TICKS_PER_SECOND
"""How much is shown before the time of `--at`."""


def read(  # noqa: PLR0913 - the command's own options
    job_id: JobId,
    file_id: FileId = None,
    *,
    at: At = None,
    begin: From = None,
    end: Until = None,
    speakers: Speakers = None,
    names: NamesFile = None,
    all_channels: AllChannels = False,
) -> None:
    """Show the conversation of a recording on the terminal.

    \b
    speech2cosmos read JOB FILE
    speech2cosmos read JOB FILE --at 14:03.2
    speech2cosmos read JOB FILE --speaker Anna --no-pager

    `[over NAME]` stands before a turn that begins while NAME is talking. Silences of more than 5 seconds are shown.
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    moment, first, last = (None if text is None else time_of(text) for text in (at, begin, end))
    if first is None and moment is not None:
        first = max(0, moment - _BEFORE)
    recordings = Recordings(App(settings_of(COSMOS)), job_id, file_id, names)
    whole = recordings.recording(recordings.only())
    tracks = chosen_tracks(whole.names, speakers or [])
    recording = replace(whole, choice=Choice(first, last, tracks, all_channels=all_channels))
    blocks = conversation(
        recording, width_of_output(WIDTH), transcribed=local_time(recording.head.timestamp), at=moment
    )
    print_paged(painted(blocks))
    if recordings.set_aside:
        raise typer.Exit(Exit.PARTLY)
