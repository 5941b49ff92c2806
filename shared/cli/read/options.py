"""Options that several commands for reading take."""

from pathlib import Path
from typing import Annotated

import typer

from shared.cli.selecting import FILE_HELP, JOB_HELP

JobId = Annotated[str, typer.Argument(metavar="JOB", help=JOB_HELP)]
FileId = Annotated[str | None, typer.Argument(metavar="FILE", help=FILE_HELP)]
NamesFile = Annotated[
    Path | None,
    typer.Option("--names", dir_okay=False, help="CSV with the names of speakers: fileId, channel, speaker, name."),
]
From = Annotated[str | None, typer.Option("--from", help="Only what is said after this time: 843.2, 14:03 or 1:14:03.")]
Until = Annotated[str | None, typer.Option("--to", help="Only what is said before this time.")]
Speakers = Annotated[
    list[str] | None,
    typer.Option("--speaker", help="Only this speaker: a name, or channel.0 or speaker.1. May be repeated."),
]
AllChannels = Annotated[bool, typer.Option("--all-channels", help="Show channels that mirror another one too.")]
