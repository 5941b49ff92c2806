"""Reads recordings of any job into a state: each whole and of one revision, or not at all."""

from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

from shared.cli.read.any_job import RecordingsOfJobs
from shared.cli.read.many.state import GONE, LOST, State
from shared.cli.read.searching import in_order
from shared.cli.terminal.output import print_error
from shared.domain.documents import FileKey
from shared.errors import Permanent, Unreadable
from shared.rendering.recording import Recording
from shared.rendering.tables.rows import CallRow, TurnRow, call_row, turn_rows

_SMALL_PARTS = 2
"""Recordings with so few parts are read several at once, and are in memory whole: their turns have at most 128 KiB."""


class _Loaded(NamedTuple):
    """A recording that was read. `call`: None if it is gone, or cannot be read; then `error` says why."""

    key: FileKey
    ingested_at: str = ""
    call: CallRow | None = None
    turns: tuple[TurnRow, ...] = ()
    error: Permanent | None = None


def read_all(state: State, recordings: RecordingsOfJobs) -> Iterator[None]:
    """Read each recording that has no outcome yet. Yields after each of them. Raises Transient."""
    for some in state.coming():
        small = [each.key for each in some if each.parts <= _SMALL_PARTS]
        with closing(in_order(lambda key: _loaded(recordings, key), small)) as loaded:
            for each in loaded:
                _store(state, each)
                yield
        for key in (each.key for each in some if each.parts > _SMALL_PARTS):
            _stream(state, recordings, key)
            yield


def _loaded(recordings: RecordingsOfJobs, key: FileKey) -> _Loaded:
    def load(recording: Recording) -> _Loaded:
        return _Loaded(key, recording.head.ingested_at, call_row(recording), tuple(turn_rows(recording)))

    try:
        return recordings.read(key, load) or _Loaded(key)
    except Permanent as error:
        return _Loaded(key, error=error)


def _store(state: State, loaded: _Loaded) -> None:
    if loaded.call is not None:
        try:
            state.put(loaded.key, loaded.ingested_at, loaded.call, loaded.turns)
        except UnicodeEncodeError as error:
            _lose(state, loaded.key, _no_unicode(error))
    elif loaded.error is not None:
        _lose(state, loaded.key, loaded.error)
    else:
        state.put_outcome(loaded.key, GONE)


def _stream(state: State, recordings: RecordingsOfJobs, key: FileKey) -> None:
    """Read a long recording into the state, without ever holding it whole."""

    def store(recording: Recording) -> bool:
        try:
            state.put(key, recording.head.ingested_at, call_row(recording), turn_rows(recording))
        except UnicodeEncodeError as error:
            raise _no_unicode(error) from error
        return True

    try:
        if recordings.read(key, store) is None:
            state.put_outcome(key, GONE)
    except Permanent as error:
        _lose(state, key, error)


def _lose(state: State, key: FileKey, error: Permanent) -> None:
    print_error(f"job {key.job_id} file {key.file_id}: {error}")
    state.put_outcome(key, LOST)


def _no_unicode(error: UnicodeEncodeError) -> Unreadable:
    return Unreadable(f"a text is no Unicode: {error.reason}")
