"""The states of exports: where they are, which one a command continues, and when they are deleted."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from platformdirs import user_state_path

from shared.cli.read.many.state import TABLES, State, cannot_keep, delete, sqlite_errors
from shared.domain.documents import UtcTime, utc

KEPT = timedelta(days=1)
"""How long an interrupted export can be continued. A command that runs each day with `--since 1d` shall not continue
the export of the day before, and transcripts shall not stay on the disk."""

_KEY_DIGITS = 16

_HARMED = {"SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR"}
"""The file is no database, or has no table: a process was killed before it had made them. Others may pass by."""


def states_folder() -> Path:
    """Return where exports keep their states: XDG_STATE_HOME, or the system's own place for it."""
    return user_state_path("speech2cosmos", appauthor=False) / "exports"


def open_state(query: Mapping[str, str | None], since: UtcTime | None, now: datetime) -> State:
    """Return the state of the export with this query, which names all that the files depend on.

    A new one begins if there is none, or if it was begun before KEPT; then `since` is its beginning. Other states that
    are as old are deleted. Raises StateError, also while another process holds the state.
    """
    folder = states_folder()
    text = msgspec.json.encode(query, order="deterministic").decode()
    file = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS]}.sqlite"
    oldest = utc(now - KEPT)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        _tidy(folder, file, oldest)
        with sqlite_errors(file):
            connection = _continued(file, text, oldest)
            if connection is not None:
                return State(file, connection, fresh=False)
            delete(file)
            connection = _connected(file)
            connection.executescript(f"BEGIN IMMEDIATE; {TABLES}")
            connection.execute("INSERT INTO about (query, begun, since) VALUES (?, ?, ?)", (text, utc(now), since))
            connection.execute("COMMIT")
            return State(file, connection, fresh=True)
    except OSError as error:
        raise cannot_keep(folder, error) from error


def _tidy(folder: Path, own: Path, oldest: UtcTime) -> None:
    """Delete the states of other queries that were begun before `oldest`, unless a process uses them."""
    for file in folder.glob("*.sqlite"):
        if file == own:
            continue
        with suppress(sqlite3.Error):
            connection = _continued(file, None, oldest)
            if connection is None:
                delete(file)
            else:
                connection.close()


def _continued(file: Path, query: str | None, oldest: UtcTime) -> sqlite3.Connection | None:
    """Return the connection to a state that can be continued; None if there is none. `query`: which it has to have."""
    if not file.exists():
        return None
    try:
        connection = _connected(file)
        with _closed_on_error(connection):
            found = connection.execute("SELECT query, begun FROM about").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname in _HARMED:
            return None
        raise
    if found is not None and found[1] >= oldest and query in {None, found[0]}:
        return connection
    connection.close()
    return None


def _connected(file: Path) -> sqlite3.Connection:
    """Connect to a state, and lock it until the connection is closed. A write-ahead log makes a commit one write."""
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    with _closed_on_error(connection):
        for text in ("PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"):
            connection.execute(text)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise
