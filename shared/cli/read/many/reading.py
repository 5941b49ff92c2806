"""Reads recordings of any job into a state: each whole and of one revision, or not at all."""

from functools import lru_cache
from pathlib import Path

from shared.bootstrap import App
from shared.cli.read.many.state import GONE, LOST, READ, State
from shared.cli.read.recordings import parts_of, read_names
from shared.cli.reader import Reader
from shared.cli.terminal.output import print_error, print_set_aside
from shared.domain.documents import FileKey, Transcript
from shared.errors import NotFound, Permanent, Unreadable
from shared.rendering.names import Names, namings_of_job
from shared.rendering.recording import Recording
from shared.rendering.tables.rows import call_row, turn_rows

_KEPT_JOBS = 64
"""Names of so many jobs stay in memory. Recordings come in about the order of their jobs."""


class RecordingsOfJobs:
    """The recordings of all jobs, with their speakers' names. Raises Transient as Cosmos DB's adapters do."""

    def __init__(self, app: App, names_file: Path | None) -> None:
        self._app = app
        self._reader = Reader(app.database)
        self._given = [] if names_file is None else read_names(names_file)
        self._names = lru_cache(_KEPT_JOBS)(self._names_of)

    def read(self, key: FileKey, state: State) -> None:
        """Store the rows of a recording, or that it is gone or cannot be read, which is printed too."""
        try:
            outcome = self._read(key, state)
        except Permanent as error:
            print_error(f"job {key.job_id} file {key.file_id}: {error}")
            outcome = LOST
        if outcome != READ:
            state.put_outcome(key, outcome)

    def _read(self, key: FileKey, state: State) -> str:
        head = self._head(key)
        while head is not None:
            try:
                self._store(key, head, state)
            except NotFound:
                # The file was written anew while it was read, and its old parts are deleted; or it was deleted whole.
                newer = self._head(key)
                if newer is not None and newer.revision == head.revision:
                    raise
                head = newer
            else:
                return READ
        return GONE

    def _head(self, key: FileKey) -> Transcript | None:
        try:
            return self._reader.head(key)
        except NotFound:
            return None

    def _store(self, key: FileKey, head: Transcript, state: State) -> None:
        names, job_name = self._names(key.job_id)
        recording = Recording(head, parts_of(self._reader, head), names, job_name=job_name)
        try:
            state.put(key, head.ingested_at, call_row(recording), turn_rows(recording))
        except UnicodeEncodeError as error:
            raise Unreadable(f"a text is no Unicode: {error.reason}") from error

    def _names_of(self, job_id: str) -> tuple[Names, str | None]:
        try:
            job = self._app.jobs.get(job_id)
        except Unreadable as error:  # the job's document only adds names
            print_set_aside(error)
            job = None
        if job is None:
            return Names(self._given), None
        return Names(self._given, namings_of_job(job.custom_properties)), job.display_name
