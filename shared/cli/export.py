"""`speech2cosmos export`: writes recordings as text, tables or pages."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.ids import document_id_of, job_id_of
from shared.cli.output import escaped_json, print_error, print_note, progress
from shared.cli.recordings import Recordings
from shared.cli.writing import prepare, to_file, to_stdout
from shared.domain.documents import Transcript
from shared.errors import Permanent, WrongUsage
from shared.rendering.about import notes
from shared.rendering.choosing import chosen_tracks, time_of
from shared.rendering.data import json_text
from shared.rendering.filenames import file_name
from shared.rendering.markdown import markdown
from shared.rendering.page import page
from shared.rendering.plain import plain_text
from shared.rendering.recording import Choice, Recording
from shared.rendering.rows import BYTE_ORDER_MARK, turn_rows

PARTLY = 3
"""Exit code: some recordings were written, and others could not be."""


class Format(StrEnum):
    """A form of output, and the extension of its files."""

    TXT = "txt"
    MD = "md"
    CSV = "csv"
    JSON = "json"
    HTML = "html"


Render = Callable[[Recording], Iterator[str]]

JobId = Annotated[str, typer.Argument(metavar="JOB", help="The transcription's id or URL.")]
FileId = Annotated[str | None, typer.Argument(metavar="FILE", help="Only this recording: its file id.")]
As = Annotated[Format, typer.Option("--format", "-f", help="Form of the output.")]
Into = Annotated[
    Path | None, typer.Option("--dir", "-d", file_okay=False, help="Write a file for each recording into this folder.")
]
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
Separator = Annotated[str | None, typer.Option("--sep", help="Separator of csv, by default a comma.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]


def export(  # noqa: PLR0913 - the command's own options
    ctx: typer.Context,
    job_id: JobId,
    file_id: FileId = None,
    *,
    form: As = Format.TXT,
    folder: Into = None,
    names: NamesFile = None,
    begin: From = None,
    end: Until = None,
    speakers: Speakers = None,
    all_channels: AllChannels = False,
    separator: Separator = None,
    force: Force = False,
) -> None:
    """Write recordings as text, tables or pages.

    Without --dir, one recording goes to stdout.
    """
    render = _renderer(form, separator)
    first, last = (None if text is None else time_of(text) for text in (begin, end))
    choice = Choice(first, last, all_channels=all_channels)
    wanted_job, wanted_file = job_id_of(job_id), document_id_of(file_id) if file_id else None
    recordings = Recordings(App(settings_of(ctx, COSMOS)), wanted_job, wanted_file, names)

    def chosen(head: Transcript) -> Recording:
        recording = recordings.recording(head)
        return replace(recording, choice=replace(choice, tracks=chosen_tracks(recording.names, speakers or [])))

    if folder is not None:
        _into(folder, form, recordings, lambda head: render(chosen(head)), force=force)
        return
    head, *others = recordings.heads
    if others:
        raise WrongUsage(
            f"job {wanted_job} has {len(others) + 1} recordings; name one of them, or a folder for all with -d DIR"
        )
    recording = chosen(head)
    to_stdout(render(recording))
    for note in notes(recording) if form is not Format.HTML else ():  # the page has them, and folds channels
        print_note(note)


def _renderer(form: Format, separator: str | None) -> Render:
    if separator is not None and (form is not Format.CSV or len(separator) != 1 or separator in '"\r\n'):
        raise WrongUsage(f"--sep {separator!r}: is one character, and only csv has a separator")
    match form:
        case Format.TXT:
            return plain_text
        case Format.MD:
            return markdown
        case Format.CSV:
            return partial(_csv, separator or ",")
        case Format.JSON:
            return _json
        case Format.HTML:
            return page


def _csv(separator: str, recording: Recording) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    yield from turn_rows(recording, separator)


def _json(recording: Recording) -> Iterator[str]:
    return (escaped_json(piece.encode()).decode() for piece in json_text(recording))


def _into(
    folder: Path, form: Format, recordings: Recordings, render: Callable[[Transcript], Iterator[str]], *, force: bool
) -> None:
    """Write a file for each recording. One that cannot be read is reported, and the others are written."""
    files = {folder / file_name(head, form): head for head in recordings.heads}
    prepare(folder, list(files), force=force)
    failed = recordings.set_aside
    for file, head in progress(files.items(), len(files)):
        try:
            to_file(render(head), file)
        except Permanent as error:
            print_error(f"file {head.file_id}: {error}")
            failed += 1
    written = len(files) + recordings.set_aside - failed
    print_note(f"{written} of {len(files) + recordings.set_aside} recordings written into {folder}")
    if failed:
        raise typer.Exit(PARTLY if written else 1)
