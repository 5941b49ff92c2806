"""Reads recordings of any job into a state: each whole and of one revision, or not at all."""

from shared.cli.read.any_job import RecordingsOfJobs
from shared.cli.read.many.state import GONE, LOST, State
from shared.cli.terminal.output import print_error
from shared.domain.documents import FileKey
from shared.errors import Permanent, Unreadable
from shared.rendering.recording import Recording
from shared.rendering.tables.rows import call_row, turn_rows


def read_into(state: State, recordings: RecordingsOfJobs, key: FileKey) -> None:
    """Store the rows of a recording, or that it is gone or cannot be read, which is printed too."""

    def store(recording: Recording) -> bool:
        try:
            state.put(key, recording.head.ingested_at, call_row(recording), turn_rows(recording))
        except UnicodeEncodeError as error:
            raise Unreadable(f"a text is no Unicode: {error.reason}") from error
        return True

    try:
        if recordings.read(key, store) is None:
            state.put_outcome(key, GONE)
    except Permanent as error:
        print_error(f"job {key.job_id} file {key.file_id}: {error}")
        state.put_outcome(key, LOST)
