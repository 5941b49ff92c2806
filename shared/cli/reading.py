"""Reads a job as any application would: the heads first, then only the parts that they name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.adapters.cosmos import Database
from shared.adapters.cosmos.client import call, query
from shared.adapters.cosmos.of_job import rows_of
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FileFailure, ReportDetail, ReportPart, Transcript, Turn, TurnsPart
from shared.domain.job import ReportSummary
from shared.domain.split import FileKey

Stored = dict[str, Any]
"""A document as it is stored, without the properties that Cosmos DB adds."""


@dataclass(frozen=True)
class Files:
    """A job's heads and failures. A file has both if it is in and a later run gave it up."""

    heads: list[Transcript]
    failures: list[FileFailure]


class Reader:
    """Reads container `transcripts`. Raises Transient, and NotFound for a part that is no longer there."""

    def __init__(self, database: Database) -> None:
        self._container = database.get_container_client(TRANSCRIPTS.name)

    def files(self, job_id: str, file_id: str | None = None) -> Files:
        """Return the heads and failures of a job, or of one file of it, sorted by name. Reads no parts."""
        owner = FileKey(job_id, file_id) if file_id else job_id
        rows = rows_of(self._container, owner, where="c.type IN ('transcript', 'fileFailure')")
        heads = msgspec.convert([row for row in rows if row["type"] == "transcript"], list[Transcript])
        failures = msgspec.convert([row for row in rows if row["type"] == "fileFailure"], list[FileFailure])
        return Files(sorted(heads, key=_by_name), sorted(failures, key=_by_name))

    def failures(self, job_id: str | None = None) -> list[FileFailure]:
        """Return the failures of a job, or of all jobs, the newest first.

        Without a job it reads every failure that is stored: the only query of `transcripts` that names no job.
        """
        if job_id is None:
            rows = query(self._container, "SELECT * FROM c WHERE c.type = 'fileFailure'")
        else:
            rows = rows_of(self._container, job_id, where="c.type = 'fileFailure'")
        return sorted(msgspec.convert(rows, list[FileFailure]), key=lambda each: each.failed_at, reverse=True)

    def parts(self, key: FileKey, ids: Iterable[str]) -> Iterator[Stored]:
        """Yield parts in the order of `ids`. Each is read when the one before was consumed."""
        for part in ids:
            item = call(self._container.read_item, part, [key.job_id, key.file_id])
            yield {name: value for name, value in item.items() if not name.startswith("_")}

    def turns(self, head: Transcript) -> Iterator[Turn]:
        """Yield the turns of a file in time order."""
        for part in self.parts(FileKey(head.job_id, head.file_id), head.turns.parts):
            yield from msgspec.convert(part, TurnsPart).turns

    def report(self, job_id: str, report: ReportSummary) -> Iterator[ReportDetail]:
        """Yield every line of a job's report."""
        for part in self.parts(FileKey(job_id, report.file_id), report.parts):
            yield from msgspec.convert(part, ReportPart).details


def _by_name(document: Transcript | FileFailure) -> tuple[int, str, str]:
    # Shorter names come first: contenturl_2 before contenturl_10.
    name = document.name or ""
    return len(name), name, document.file_id
