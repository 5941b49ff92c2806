"""What `speech2cosmos doctor` reads: descriptions of containers, counts, the newest recordings, some jobs' documents.

Most answers need only an index. The others have a limit, so the price does not grow with what is stored.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from shared.adapters.cosmos.client import call, query
from shared.adapters.cosmos.connection import Database
from shared.adapters.cosmos.job_queries import name_of
from shared.adapters.cosmos.stored import Tell, readable
from shared.domain.containers import JOBS, TRANSCRIPTS, Container
from shared.domain.documents import UtcTime
from shared.domain.forgotten import FORGOTTEN
from shared.domain.job import FileCounts, Status

IDS_AT_ONCE = 100
"""Most ids in one query."""

TYPES: Mapping[str, tuple[str, ...]] = {
    JOBS.name: ("job", "rejected", "poll", FORGOTTEN),
    # Writers before version 4 wrote the last three.
    TRANSCRIPTS.name: ("transcript", "part", "report", "fileFailure", FORGOTTEN, "track", "combined", "turns"),
}
"""The types of documents that some version writes, by container."""

_HEADS = f"c.type IN ('transcript', '{FORGOTTEN}')"
"""Heads, and the tombstones in their place."""


class Brief(msgspec.Struct, rename="camel", frozen=True):
    """What `doctor` needs of a document of `jobs`: a job, or a tombstone, which has only id and type.

    `raw`: the blob of its report.
    """

    id: str
    type: str
    status: str = ""
    reprocess_from: int = 0
    files: FileCounts = FileCounts()
    raw: str | None = None
    last_action_date_time: str | None = None


class Recording(msgspec.Struct, rename="camel", frozen=True):
    """A head: where it is, its blob, and when it was written."""

    job_id: str
    file_id: str
    ingested_at: UtcTime
    raw: str | None = None


class InFile(msgspec.Struct, rename="camel", frozen=True):
    """A head, a tombstone or a failure of a file."""

    job_id: str
    file_id: str
    type: str
    run: int = -1


class Survey:
    """Reads both containers. `tell` is called for each row that cannot be read and is left out."""

    def __init__(self, database: Database, tell: Tell) -> None:
        self._database = database
        self._tell = tell

    def described(self, container: Container) -> dict[str, Any]:
        """Return the container as Cosmos DB describes it. Raises Denied, NotFound, Transient."""
        return dict(call(self._database.get_container_client(container.name).read))

    def of_unknown_type(self, container: Container) -> int:
        """Return how many documents have a type that no version writes."""
        among = ", ".join(f"'{each}'" for each in TYPES[container.name])
        return self._count(container, f"NOT (c.type IN ({among}))")

    def in_status(self, status: Status) -> int:
        """Return how many jobs are in a status."""
        return self._count(JOBS, f"c.status = '{status}'")

    def rejected(self, since: UtcTime) -> int:
        """Return how many messages were rejected since a time."""
        return self._count(JOBS, "c.type = 'rejected' AND c.rejectedAt >= @since", {"since": since})

    def failures(self) -> int:
        """Return how many files were given up, of all jobs."""
        return self._count(TRANSCRIPTS, "c.type = 'fileFailure'")

    def retried(self) -> int:
        """Return how many jobs wait for the time at which their files are listed again."""
        return self._count(JOBS, "c['retry'].at >= ''")

    def newest_recordings(self, since: UtcTime, limit: int) -> list[Recording]:
        """Return the recordings that were ingested since a time, the newest first."""
        text = (
            f"SELECT TOP {limit:d} c.jobId, c.fileId, c.ingestedAt, c.raw FROM c "
            "WHERE c.ingestedAt >= @since ORDER BY c.ingestedAt DESC"
        )
        rows = query(self._of(TRANSCRIPTS), text, {"since": since})
        return list(readable(rows, Recording, _name_of_file, self._tell))

    def jobs_ended(self, since: UtcTime, limit: int) -> list[Brief]:
        """Return the jobs that the app ended since a time, the latest first."""
        text = (
            f"SELECT TOP {limit:d} c.id, c.type, c.status, c.reprocessFrom, c.files, c.report.raw, "
            "c.lastActionDateTime FROM c WHERE c.endedAt >= @since ORDER BY c.endedAt DESC"
        )
        return list(readable(query(self._of(JOBS), text, {"since": since}), Brief, name_of, self._tell))

    def in_states(self, job_ids: Sequence[str], states: Collection[Status]) -> list[Brief]:
        """Return those of these jobs that are in one of these states."""
        rows: list[Any] = []
        wanted = ", ".join(f"'{each}'" for each in states)
        for among, values in _chunks(job_ids):
            where = f"c.id IN ({among}) AND c.status IN ({wanted})"
            rows += query(self._of(JOBS), f"SELECT c.id, c.type, c.status FROM c WHERE {where}", values)
        return list(readable(rows, Brief, name_of, self._tell))

    def heads(self, job_ids: Sequence[str]) -> int:
        """Return how many heads these jobs have together, and tombstones in the place of heads."""
        where = [(f"c.jobId IN ({among}) AND {_HEADS}", values) for among, values in _chunks(job_ids)]
        return sum(self._count(TRANSCRIPTS, text, values) for text, values in where)

    def files(self, job_ids: Sequence[str]) -> list[InFile]:
        """Return the heads, tombstones and failures of these jobs. It loads each of them."""
        rows: list[Any] = []
        for among, values in _chunks(job_ids):
            where = f"c.jobId IN ({among}) AND c.type IN ('transcript', '{FORGOTTEN}', 'fileFailure')"
            text = f"SELECT c.jobId, c.fileId, c.type, c.run FROM c WHERE {where}"
            rows += query(self._of(TRANSCRIPTS), text, values)
        return list(readable(rows, InFile, _name_of_file, self._tell))

    def _count(self, container: Container, where: str, values: Mapping[str, str] | None = None) -> int:
        # Several partitions may return a row each.
        return sum(query(self._of(container), f"SELECT VALUE COUNT(1) FROM c WHERE {where}", values))

    def _of(self, container: Container) -> Any:  # noqa: ANN401 - the SDK's
        return self._database.get_container_client(container.name)


def _chunks(job_ids: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the names of parameters, and their values, for some ids at a time."""
    for begin in range(0, len(job_ids), IDS_AT_ONCE):
        values = {f"id{number}": each for number, each in enumerate(job_ids[begin : begin + IDS_AT_ONCE])}
        yield ", ".join(f"@{name}" for name in values), values


def _name_of_file(row: Mapping[str, Any]) -> str:
    return f"a document of job {row.get('jobId')} file {row.get('fileId')} in {TRANSCRIPTS.name}"
