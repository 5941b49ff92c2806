"""Reads a job's documents as any application should: first the heads, then only the parts that they name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from shared.adapters.cosmos import Database
from shared.adapters.cosmos.client import call, query
from shared.adapters.cosmos.of_job import name_of, rows_of
from shared.adapters.cosmos.stored import Tell, decoded, readable
from shared.cli.erased import erased_file
from shared.cli.terminal.output import print_set_aside
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import (
    HEAD_ID,
    FileFailure,
    FileKey,
    ReportDetail,
    ReportPart,
    Transcript,
)
from shared.domain.forgotten import FORGOTTEN, ForgottenFile
from shared.domain.job import ReportSummary

Stored = dict[str, Any]
"""A document as it is stored, without the properties that Cosmos DB adds."""


_T = TypeVar("_T")


class Listed(msgspec.Struct, rename="camel", frozen=True):
    """What a list of recordings of all jobs says of one: its key, when it was ingested, how many parts hold turns."""

    job_id: str
    file_id: str
    ingested_at: str
    parts: int = 0  # no number if `turns` of the head is damaged

    @property
    def key(self) -> FileKey:
        """The key of its documents."""
        return FileKey(self.job_id, self.file_id)


@dataclass(frozen=True)
class Files:
    """A job's heads, failures and tombstones. A file has both of the first if it is in and a later run gave it up."""

    heads: list[Transcript]
    failures: list[FileFailure]
    erased: list[ForgottenFile]


class Reader:
    """Reads container `transcripts`. Raises Transient, and NotFound for a part that is no longer there.

    Unreadable documents are left out. `tell` is called for each of them, and by default prints it.
    """

    def __init__(self, database: Database, tell: Tell = print_set_aside) -> None:
        self._container = database.get_container_client(TRANSCRIPTS.name)
        self._tell = tell

    def files(self, job_id: str, file_id: str | None = None) -> Files:
        """Return the heads, failures and tombstones of a job, or of one file of it, by name. Reads no parts."""
        owner = FileKey(job_id, file_id) if file_id else job_id
        rows = rows_of(self._container, owner, where="c.type IN ('transcript', 'fileFailure', 'forgotten')")
        heads = self._readable((row for row in rows if row["type"] == "transcript"), Transcript)
        failures = self._readable((row for row in rows if row["type"] == "fileFailure"), FileFailure)
        erased = self._readable((row for row in rows if row["type"] == FORGOTTEN), ForgottenFile)
        return Files(
            sorted(heads, key=_by_name), sorted(failures, key=_by_name), sorted(erased, key=lambda each: each.file_id)
        )

    def failures(self, job_id: str | None = None) -> list[FileFailure]:
        """Return the failures of a job, or of all jobs, the newest first.

        Without a job it reads every stored failure, by the only query of this class that names no job.
        """
        if job_id is None:
            rows = query(self._container, "SELECT * FROM c WHERE c.type = 'fileFailure'")
        else:
            rows = rows_of(self._container, job_id, where="c.type = 'fileFailure'")
        return sorted(self._readable(rows, FileFailure), key=lambda each: each.failed_at, reverse=True)

    def head(self, key: FileKey) -> Transcript:
        """Return the head of a recording as it is now. Raises NotFound, Erased, and Unreadable."""
        item = call(self._container.read_item, HEAD_ID, [key.job_id, key.file_id])
        if item.get("type") == FORGOTTEN:
            raise erased_file(decoded(item, ForgottenFile, name_of(item)))
        return decoded(item, Transcript, name_of(item))

    def parts(self, key: FileKey, ids: Iterable[str]) -> Iterator[Stored]:
        """Yield parts in the order of `ids`. Each part is read only when it is needed."""
        for part in ids:
            item = call(self._container.read_item, part, [key.job_id, key.file_id])
            yield {name: value for name, value in item.items() if not name.startswith("_")}

    def report(self, job_id: str, report: ReportSummary) -> Iterator[ReportDetail]:
        """Yield every line of a job's report."""
        for part in self._readable(self.parts(FileKey(job_id, report.file_id), report.parts), ReportPart):
            yield from part.details

    def _readable(self, rows: Iterable[Stored], shape: type[_T]) -> Iterator[_T]:
        return readable(rows, shape, name_of, self._tell)


def _by_name(document: Transcript | FileFailure) -> tuple[int, str, str]:
    # Shorter names come first: contenturl_2 before contenturl_10.
    name = document.name or ""
    return len(name), name, document.file_id
