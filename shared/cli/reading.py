"""Reads a job as any application would: the heads first, then only the parts that they name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos.client import call, query
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FileFailure, ReportDetail, ReportPart, Transcript, Turn, TurnsPart
from shared.domain.job import Job
from shared.domain.split import FileKey

Stored = dict[str, Any]
"""A document as it is stored, without the properties that Cosmos DB adds."""


@dataclass(frozen=True)
class Found:
    """The files of a job that readers see: those that are in, and those that were given up."""

    heads: list[Transcript]
    failures: list[FileFailure]


class Reader:
    """Reads container `transcripts`. All raise Transient, NotFound for a part whose hour after a new head is over."""

    def __init__(self, database: DatabaseProxy) -> None:
        self._container = database.get_container_client(TRANSCRIPTS.name)

    def files(self, job_id: str, file_id: str | None = None) -> Found:
        """Return what is in of a job, or of one file of it, by name; one query, which reads no part."""
        text = "SELECT * FROM c WHERE c.type IN ('transcript', 'fileFailure')"
        rows = query(self._container, text, partition=[job_id, file_id] if file_id else [job_id])
        heads = msgspec.convert([row for row in rows if row["type"] == "transcript"], list[Transcript])
        failures = msgspec.convert([row for row in rows if row["type"] == "fileFailure"], list[FileFailure])
        return Found(sorted(heads, key=_by_name), sorted(failures, key=_by_name))

    def parts(self, key: FileKey, ids: Iterable[str]) -> Iterator[Stored]:
        """Yield parts in the order of `ids`; each is read when the one before was consumed."""
        for part in ids:
            item = call(self._container.read_item, part, [key.job_id, key.file_id])
            yield {name: value for name, value in item.items() if not name.startswith("_")}

    def turns(self, head: Transcript) -> Iterator[Turn]:
        """Yield the conversation of a file."""
        for part in self.parts(FileKey(head.job_id, head.file_id), head.turns.parts):
            yield from msgspec.convert(part, TurnsPart).turns

    def report(self, job: Job) -> Iterator[ReportDetail]:
        """Yield every line of the job's report; none if there is none."""
        for part in self.report_parts(job):
            yield from msgspec.convert(part, ReportPart).details

    def report_parts(self, job: Job) -> Iterator[Stored]:
        """Yield the documents that hold the job's report."""
        if job.report is not None:
            yield from self.parts(FileKey(job.id, job.report.file_id), job.report.parts)


def _by_name(document: Transcript | FileFailure) -> tuple[int, str, str]:
    # The shorter name first: contenturl_2 before contenturl_10.
    name = document.name or ""
    return len(name), name, document.file_id
