"""Reads recordings of any job, each of one revision, with the names of those who speak."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TypeVar

from shared.adapters.cosmos.stored import Tell
from shared.bootstrap import App
from shared.cli.read.recordings import parts_of, read_names
from shared.cli.reader import Reader
from shared.cli.terminal.output import print_set_aside
from shared.domain.documents import FileKey, Transcript
from shared.errors import NotFound, Unreadable
from shared.rendering.names import Names, namings_of_job
from shared.rendering.recording import Recording

_T = TypeVar("_T")

_KEPT_JOBS = 64
"""Names of so many jobs stay in memory. Recordings come in about the order of their jobs."""

_HEAD_RU, _FULL_PART_RU, _LAST_PART_RU = 1.2, 4.8, 2.2
"""Request units of a point read of a head of 4 KiB, of a part of 64 KiB, and of a part of 32 KiB, by Microsoft's table
(benchmarks/cost/charges.py)."""


def charge_of(recordings: int, parts: int) -> int:
    """Return roughly how many request units it takes to read the heads, and the parts with turns, of recordings."""
    return round(recordings * (_HEAD_RU + _LAST_PART_RU) + max(0, parts - recordings) * _FULL_PART_RU)


class RecordingsOfJobs:
    """The recordings of all jobs. Methods raise Transient as Cosmos DB's adapters do; threads may share it.

    `tell` is called for a job's document that cannot be read. It only adds names.
    """

    def __init__(self, app: App, names_file: Path | None, tell: Tell = print_set_aside) -> None:
        self._app = app
        self._tell = tell
        self._reader = Reader(app.database)
        self._given = [] if names_file is None else read_names(names_file)
        self._names = lru_cache(_KEPT_JOBS)(self._names_of)
        self._one_at_a_time = Lock()

    def read(self, key: FileKey, use: Callable[[Recording], _T], head: Transcript | None = None) -> _T | None:
        """Return what `use` makes of a recording; None if the recording is no longer in the database.

        If the recording is replaced while it is used, `use` is called again, with the new revision. `head`: its head,
        if that is known. Raises Unreadable; and NotFound if a part is gone that the newest head names.
        """
        head = head or self._head(key)
        while head is not None:
            try:
                return use(self._recording(head))
            except NotFound:
                # The file was written anew while it was read, and its old parts are deleted; or it was deleted whole.
                newer = self._head(key)
                if newer is not None and newer.revision == head.revision:
                    raise
                head = newer
        return None

    def _head(self, key: FileKey) -> Transcript | None:
        try:
            return self._reader.head(key)
        except NotFound:
            return None

    def _recording(self, head: Transcript) -> Recording:
        with self._one_at_a_time:  # otherwise each thread reads the same job when a search begins
            names, job_name = self._names(head.job_id)
        return Recording(head, parts_of(self._reader, head), names, job_name=job_name)

    def _names_of(self, job_id: str) -> tuple[Names, str | None]:
        try:
            job = self._app.jobs.get(job_id)
        except Unreadable as error:
            self._tell(error)
            job = None
        if job is None:
            return Names(self._given), None
        return Names(self._given, namings_of_job(job.custom_properties)), job.display_name
