"""`export --since 30d`, and `export JOB -f jsonl|parquet`: many recordings as the tables `calls` and `turns`."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from shared.adapters.cosmos.ingested_since import Row, recordings_of, recordings_since
from shared.adapters.cosmos.of_job import name_of
from shared.adapters.cosmos.stored import readable
from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.exits import Exit
from shared.cli.read.any_job import RecordingsOfJobs, charge_of
from shared.cli.read.formats import TABLES, Format
from shared.cli.read.many.files import names_of, require, write_files
from shared.cli.read.many.reading import read_all
from shared.cli.read.many.state import Counts, State
from shared.cli.read.many.states import open_state
from shared.cli.read.writing import prepare
from shared.cli.reader import Listed
from shared.cli.terminal.counter import progress
from shared.cli.terminal.output import print_note, print_set_aside
from shared.cli.terminal.text import counted
from shared.cli.terminal.times import local_time, since_of
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import UtcTime
from shared.errors import NotFound, Speech2CosmosError, WrongUsage
from shared.rendering.tables.columns import columns_of
from shared.rendering.tables.rows import CallRow, TurnRow


@dataclass(frozen=True)
class Many:
    """What to export: the recordings of a job, or of all jobs since `since`, which is as the user wrote it."""

    app: App
    form: Format
    folder: Path
    since: str | None = None
    job_id: str | None = None
    names: Path | None = None
    separator: str = ","

    def identity(self) -> dict[str, str | None]:
        """Return all that the two files depend on, without keys. A state belongs to exactly one such query."""
        settings = self.app.settings
        columns = repr([columns_of(CallRow), columns_of(TurnRow)])
        return {
            "cosmos": settings.cosmos_endpoint,
            "database": settings.cosmos_database,
            "since": self.since,
            "job": self.job_id,
            "format": self.form,
            "separator": self.separator,
            "folder": str(self.folder.resolve()),
            "names": _hash(self.names.read_bytes()) if self.names else None,
            "columns": _hash(columns.encode()),
        }


def folder_of(  # noqa: PLR0913 - the options of `export` that decide about it
    *,
    form: Format,
    folder: Path | None,
    since: str | None,
    job_id: str | None,
    file_id: str | None,
    others: Mapping[str, object],
) -> Path:
    """Return the folder for the two files. Raises WrongUsage if the options of `export` do not fit tables.

    `others`: options that choose within a recording, by their names. None of them may be given.
    """
    if since is not None and job_id is not None:
        raise WrongUsage("--since takes the recordings of all jobs; leave out JOB, or --since")
    if since is not None and form not in TABLES:
        raise WrongUsage(f"--since writes tables: -f csv, jsonl or parquet, not {form}")
    if since is None and job_id is None:
        raise WrongUsage("name a JOB, or --since 30d for the recordings of all jobs")
    if file_id is not None:
        raise WrongUsage(f"-f {form} writes tables of all recordings of a job; leave out FILE")
    if given := [name for name, value in others.items() if value]:
        raise WrongUsage(f"{', '.join(given)}: not for tables, which have every turn; choose when you ask them")
    if folder is None:
        raise WrongUsage("two files are written; name a folder for them with -d DIR")
    return folder


def export_many(many: Many, *, force: bool) -> None:
    """Write the two files, or say how to continue. Raises typer.Exit with the command's exit code."""
    require(many.form)
    recordings = RecordingsOfJobs(many.app, many.names)
    now = datetime.now(UTC)
    since = None if many.since is None else since_of(many.since, now)
    files = names_of(many.folder, many.form)
    state = open_state(many.identity(), since, now)
    try:
        _read(many, recordings, state, files, force=force)
        counts = state.counts()
        turns = state.turn_count()
        if counts.read or not counts.lost:
            write_files(files, many.form, many.separator, state, force=force)
    except (Speech2CosmosError, KeyboardInterrupt):
        _keep(state)
        raise
    state.remove()
    _tell(counts, turns, files)


def _read(many: Many, recordings: RecordingsOfJobs, state: State, files: list[Path], *, force: bool) -> None:
    """Read what the state lacks."""
    before = state.counts()
    if not state.listed or before.coming:
        prepare(many.folder, files, force=force)
    if state.fresh:
        which = f"job {many.job_id}" if many.job_id else f"all jobs, ingested since {local_time(state.since)}"
        print_note(f"looks for the recordings of {which}")
    else:
        done = f"{before.listed - before.coming:,} of {counted(before.listed, 'recording')} are done already"
        print_note(f"continues the export that began at {local_time(state.begun)}: {done}")
        state.forget_lost()
    if not state.listed:
        for rows in _pages(many, state.since):
            state.add(readable(rows, Listed, name_of, print_set_aside))
        state.end_of_list()
    counts = state.counts()
    if many.job_id and not counts.listed:
        raise advised(NotFound(f"job {many.job_id} has no recording"), f"speech2cosmos show {many.job_id}")
    charge = charge_of(counts.coming, counts.parts)
    if counts.coming:
        what = f"{counted(counts.coming, 'recording')} in {counted(counts.parts, 'part')}"
        print_note(f"reads {what}: roughly {charge:,} RU of Cosmos DB")
    for _ in progress(read_all(state, recordings), counts.coming):
        pass


def _pages(many: Many, since: UtcTime | None) -> Iterator[list[Row]]:
    container = many.app.database.get_container_client(TRANSCRIPTS.name)
    if since is not None:
        yield from recordings_since(container, since)
    elif many.job_id is not None:
        yield recordings_of(container, many.job_id)


def _keep(state: State) -> None:
    """Keep what was read, and say so. A state without any is deleted."""
    counts = state.counts()
    if counts.read:
        done = f"{counts.read:,} of {counted(counts.listed, 'recording')} are kept"
        print_note(f"{done}; within a day the same command continues with the others")
        state.close()
    else:
        state.remove()


def _tell(counts: Counts, turns: int, files: list[Path]) -> None:
    """Say what was written and what was not. Raises typer.Exit if something was not."""
    if counts.gone:
        print_note(f"erased or deleted meanwhile: {counted(counts.gone, 'recording')}")
    if counts.lost:
        print_note(f"left out: {counted(counts.lost, 'recording')} that could not be read; a later export tries again")
    if counts.lost and not counts.read:
        raise typer.Exit(Exit.FAILED)
    names = " and ".join(map(str, files))
    print_note(f"{counted(counts.read, 'recording')} with {counted(turns, 'turn')} written: {names}")
    if not counts.listed:
        print_note("there is no such recording, so the files have no rows")
    else:
        print_note(f"next: duckdb -c \"FROM '{files[1]}'\"; docs/questions.md has ten questions")
    if counts.lost:
        raise typer.Exit(Exit.PARTLY)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
