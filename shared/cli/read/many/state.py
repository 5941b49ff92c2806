"""What an export has read so far: a SQLite file in the user's state folder, until the export is done.

A recording is stored in one transaction, with all its turns or not at all. So after a kill at any moment the same
command continues behind the last whole recording. SQLite's lock, which ends with its process, keeps a second process
out. The rows are transcripts, so only the user can read the folder; keys and tokens are never in it.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shared.cli.advice import advised
from shared.cli.reader import Listed
from shared.domain.documents import FileKey, UtcTime
from shared.errors import Speech2CosmosError

TABLES = """
CREATE TABLE about (query TEXT NOT NULL, begun TEXT NOT NULL, since TEXT, listed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE recordings (
    id INTEGER PRIMARY KEY, job_id TEXT NOT NULL, file_id TEXT NOT NULL, ingested_at TEXT NOT NULL,
    parts INTEGER NOT NULL, outcome TEXT, row BLOB, UNIQUE (job_id, file_id)
);
CREATE INDEX in_order ON recordings (outcome, ingested_at, job_id, file_id);
CREATE TABLE turns (recording INTEGER NOT NULL, number INTEGER NOT NULL, row BLOB NOT NULL,
    PRIMARY KEY (recording, number)) WITHOUT ROWID;
"""

_COMING = (
    "SELECT job_id, file_id, ingested_at, parts FROM recordings WHERE outcome IS NULL "
    "ORDER BY ingested_at, job_id, file_id LIMIT 500"
)
_CALLS = "SELECT row FROM recordings WHERE outcome = 'read' ORDER BY ingested_at, job_id, file_id"
_TURNS = (
    "SELECT turns.row FROM recordings CROSS JOIN turns ON turns.recording = recordings.id "
    "WHERE outcome = 'read' ORDER BY ingested_at, job_id, file_id, id, turns.number"
)
"""SQLite takes the tables of a CROSS JOIN in this order. The indexes have the wanted order, so nothing is sorted."""

READ, LOST, GONE = "read", "lost", "gone"
"""Outcomes of a recording: its rows are stored; it cannot be read; it is no longer in the database."""


class StateError(Speech2CosmosError):
    """The state cannot be used: another process holds it, or the disk refuses it."""


class Counts(NamedTuple):
    """Recordings by what became of them. `coming`: still to be read; `parts`: how many parts these have."""

    listed: int
    read: int
    lost: int
    gone: int
    coming: int
    parts: int


class State:
    """An open state. `fresh`: it began now. `since`: the query's beginning, the same after each restart."""

    def __init__(self, file: Path, connection: sqlite3.Connection, *, fresh: bool) -> None:
        self.file = file
        self.fresh = fresh
        self._connection = connection
        self.begun, self.since = connection.execute("SELECT begun, since FROM about").fetchone()

    @property
    def listed(self) -> bool:
        """Whether the list of recordings is whole."""
        return bool(next(self._rows("SELECT listed FROM about"))[0])

    def add(self, found: Iterable[Listed]) -> None:
        """Add recordings to the list. One that is in it already stays as it is."""
        rows = (msgspec.structs.astuple(each) for each in found)
        with self._together():
            self._connection.executemany(
                "INSERT OR IGNORE INTO recordings (job_id, file_id, ingested_at, parts) VALUES (?, ?, ?, ?)", rows
            )

    def end_of_list(self) -> None:
        """Note that the list is whole."""
        with self._together():
            self._connection.execute("UPDATE about SET listed = 1")

    def coming(self) -> Iterator[list[Listed]]:
        """Yield the recordings that have no outcome yet, some at a time, in the order of the list.

        Each needs an outcome before the next are asked for.
        """
        while rows := [Listed(*row) for row in self._rows(_COMING)]:
            yield rows

    def put(self, key: FileKey, ingested_at: UtcTime, call: msgspec.Struct, turns: Iterable[msgspec.Struct]) -> None:
        """Store the rows of a recording. If `turns` raises an error, nothing of it is stored."""
        encode = msgspec.json.Encoder().encode
        with self._together():
            (number,) = self._end(key, READ, ingested_at, encode(call))
            rows = ((number, place, encode(turn)) for place, turn in enumerate(turns))
            self._connection.executemany("INSERT INTO turns VALUES (?, ?, ?)", rows)

    def put_outcome(self, key: FileKey, outcome: str) -> None:
        """Note that a recording is LOST or GONE."""
        with self._together():
            self._end(key, outcome, None, None)

    def forget_lost(self) -> None:
        """Let LOST recordings be read again."""
        with self._together():
            self._connection.execute("UPDATE recordings SET outcome = NULL WHERE outcome = ?", (LOST,))

    def counts(self) -> Counts:
        """Return how many recordings have which outcome."""
        text = "SELECT outcome, COUNT(*), SUM(parts) FROM recordings GROUP BY outcome"
        found = {outcome: (count, parts) for outcome, count, parts in self._rows(text)}
        number = {outcome: found.get(outcome, (0, 0))[0] for outcome in (READ, LOST, GONE)}
        coming, parts = found.get(None, (0, 0))
        return Counts(sum(count for count, _ in found.values()), **number, coming=coming, parts=parts)

    def turn_count(self) -> int:
        """Return how many turns are stored."""
        return int(next(self._rows("SELECT COUNT(*) FROM turns"))[0])

    def calls(self) -> Iterator[bytes]:
        """Return the JSON of each recording's row, in the order of `ingestedAt`."""
        return (row for (row,) in self._rows(_CALLS))

    def turns(self) -> Iterator[bytes]:
        """Return the JSON of each turn's row, recording by recording as `calls`, in order of time."""
        return (row for (row,) in self._rows(_TURNS))

    def close(self) -> None:
        """Let go of the file. It stays, so that the export can be continued."""
        self._connection.close()

    def remove(self) -> None:
        """Delete the file."""
        self.close()
        delete(self.file)

    def _rows(self, text: str) -> Iterator[tuple[Any, ...]]:
        with sqlite_errors(self.file):
            yield from self._connection.execute(text)

    def _end(self, key: FileKey, outcome: str, ingested_at: UtcTime | None, row: bytes | None) -> tuple[int]:
        found: tuple[int] = self._connection.execute(
            "UPDATE recordings SET outcome = ?, ingested_at = COALESCE(?, ingested_at), row = ? "
            "WHERE job_id = ? AND file_id = ? RETURNING id",
            (outcome, ingested_at, row, key.job_id, key.file_id),
        ).fetchone()
        return found

    @contextmanager
    def _together(self) -> Iterator[None]:
        with sqlite_errors(self.file):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._connection.in_transaction:  # a full disk ends it by itself
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def delete(file: Path) -> None:
    """Delete a state's file, and the logs beside it."""
    for each in (file, Path(f"{file}-wal"), Path(f"{file}-shm"), Path(f"{file}-journal")):
        each.unlink(missing_ok=True)


@contextmanager
def sqlite_errors(file: Path) -> Iterator[None]:
    """Translate SQLite's errors into StateError."""
    try:
        yield
    except sqlite3.Error as error:
        if error.sqlite_errorname == "SQLITE_BUSY":
            raise advised(StateError("another process is writing this export"), "again when it has ended") from error
        raise cannot_keep(file, error) from error


def cannot_keep(place: Path, error: sqlite3.Error | OSError) -> StateError:
    """Return the error that a state cannot be written."""
    words = error.strerror if isinstance(error, OSError) else error
    return advised(
        StateError(f"{place}: cannot keep what an export has read: {words}"),
        "XDG_STATE_HOME=FOLDER before the command, which then keeps it there",
    )
