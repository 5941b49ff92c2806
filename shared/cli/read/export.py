"""`speech2cosmos export`: writes recordings as text, tables, captions or pages."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import COSMOS, settings_of
from shared.cli.exits import Exit
from shared.cli.read.formats import ONLY_TABLES, Format, Output, Profile, output_of
from shared.cli.read.many.command import Many, export_many, folder_of
from shared.cli.read.options import AllChannels, FileId, From, NamesFile, Speakers, Until
from shared.cli.read.recordings import Recordings
from shared.cli.read.writing import prepare, to_file
from shared.cli.selecting import JOB_HELP, job_of
from shared.cli.terminal.counter import progress
from shared.cli.terminal.output import print_error, print_note, print_pieces
from shared.cli.terminal.text import counted
from shared.domain.documents import Transcript
from shared.errors import Permanent
from shared.rendering.choosing import chosen_tracks, time_of
from shared.rendering.filenames import file_name
from shared.rendering.recording import Choice, Recording

SomeJobId = Annotated[str | None, typer.Argument(metavar="JOB", help=JOB_HELP)]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        help="All recordings ingested since: 45m, 12h, 30d or a date. Writes calls and turns as csv, jsonl or parquet.",
    ),
]
As = Annotated[Format, typer.Option("--format", "-f", help="Form of the output.")]
Into = Annotated[
    Path | None,
    typer.Option("--dir", "-d", file_okay=False, help="Write a file for each recording, or tables, into this folder."),
]
Separator = Annotated[str | None, typer.Option("--sep", help="Separator of csv, by default a comma.")]
AsProfile = Annotated[Profile | None, typer.Option("--profile", help="Rules of captions that others published.")]
Line = Annotated[int | None, typer.Option("--line", min=10, max=200, help="Columns of a line, by default 42.")]
Lines = Annotated[int | None, typer.Option("--lines", min=1, max=10, help="Lines of a caption, by default 2.")]
Speed = Annotated[
    float | None, typer.Option("--cps", min=1, max=100, help="Characters a second that can be read, by default 20.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]


def export(  # noqa: PLR0913 - the command's own options
    job_id: SomeJobId = None,
    file_id: FileId = None,
    *,
    since: Since = None,
    form: As = Format.TXT,
    folder: Into = None,
    names: NamesFile = None,
    begin: From = None,
    end: Until = None,
    speakers: Speakers = None,
    all_channels: AllChannels = False,
    separator: Separator = None,
    profile: AsProfile = None,
    line: Line = None,
    lines: Lines = None,
    speed: Speed = None,
    force: Force = False,
) -> None:
    """Write recordings as text, tables, captions or pages.

    Without --dir, one recording goes to stdout.

    \b
    speech2cosmos export JOB FILE -f vtt > call.vtt
    speech2cosmos export JOB -f csv -d calls --names names.csv
    speech2cosmos export --since 30d -f parquet -d tables
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    if since is not None or job_id is None or form in ONLY_TABLES:
        within = {"--from": begin, "--to": end, "--speaker": speakers, "--all-channels": all_channels}
        into = folder_of(form=form, folder=folder, since=since, job_id=job_id, file_id=file_id, others=within)
        output_of(form, separator, profile, {"line": line, "lines": lines, "speed": speed})
        app = App(settings_of(COSMOS))
        wanted = None if job_id is None else job_of(app, job_id)
        many = Many(app, form, into, since, wanted, names, separator or ",")
        export_many(many, force=force)
        return
    output = output_of(form, separator, profile, {"line": line, "lines": lines, "speed": speed})
    first, last = (None if text is None else time_of(text) for text in (begin, end))
    choice = Choice(first, last, all_channels=all_channels)
    recordings = Recordings(App(settings_of(COSMOS)), job_id, file_id, names)

    def chosen(head: Transcript) -> Recording:
        recording = recordings.recording(head)
        return replace(recording, choice=replace(choice, tracks=chosen_tracks(recording.names, speakers or [])))

    if folder is not None:
        _into(folder, output, recordings, chosen, force=force)
        return
    recording = chosen(recordings.only(otherwise="; -d DIR writes all"))
    print_pieces(output.pieces(recording))
    for note in output.remarks(recording):
        print_note(note)
    if recordings.set_aside:
        raise typer.Exit(Exit.PARTLY)


def _into(
    folder: Path, output: Output, recordings: Recordings, chosen: Callable[[Transcript], Recording], *, force: bool
) -> None:
    """Write a file for each recording. One that cannot be read is reported, and the others are written."""
    files = {folder / file_name(head, output.form): head for head in recordings.heads}
    prepare(folder, list(files), force=force)
    failed, left_out = recordings.set_aside, 0
    for file, head in progress(files.items(), len(files)):
        try:
            recording = chosen(head)
            to_file(output.pieces(recording), file)
            left_out += bool(recording.left_out)
        except Permanent as error:
            print_error(f"file {head.file_id}: {error}")
            failed += 1
    total = len(files) + recordings.set_aside
    print_note(f"{total - failed} of {total} recordings written into {folder}")
    if recordings.erased:
        print_note(f"erased on request, and not among them: {counted(len(recordings.erased), 'recording')}")
    if left_out and output.form is not Format.HTML:
        print_note(f"{left_out} of them without a channel that holds the same talk as another; see --all-channels")
    for remark in output.remarks():
        print_note(remark)
    if failed:
        raise typer.Exit(Exit.PARTLY if failed < total else Exit.FAILED)
