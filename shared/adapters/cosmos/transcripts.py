"""Container `transcripts`: all documents of one audio file share a logical partition."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos.client import as_item, call, query
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FAILURE_ID, HEAD_ID, FileDocument, FileFailure, Transcript
from shared.domain.job import FailedFile, Job
from shared.domain.speech_api import KIND_REPORT
from shared.domain.split import FileKey
from shared.domain.transitions import FileTally
from shared.errors import NotFound
from shared.pipeline.batches import BATCH_OPERATIONS
from shared.pipeline.ports import StoredHead

RETIRED_SECONDS = 3600
"""How long a replaced revision lives on, for readers who hold its head."""

_SHOWN_FAILURES = 20
_PARTS = "c.type IN ('track', 'combined', 'turns', 'report')"


class CosmosTranscripts:
    """Implements the port Transcripts. `retention_seconds`: the `ttl` of every document; None: they stay."""

    def __init__(self, database: DatabaseProxy, retention_seconds: int | None) -> None:
        self._container = database.get_container_client(TRANSCRIPTS.name)
        self._retention = retention_seconds

    def head(self, key: FileKey) -> StoredHead | None:
        """Read a file's head."""
        item = self._read(key, HEAD_ID)
        return StoredHead(msgspec.convert(item, Transcript), item["_etag"]) if item else None

    def write(self, key: FileKey, documents: Sequence[FileDocument]) -> None:
        """Upsert documents of one file, all or none."""
        if len(documents) == 1:
            # A batch has room for 1.2 MB, a single item for 2 MB.
            call(self._container.upsert_item, as_item(documents[0], self._retention))
        else:
            self._batch(key, [("upsert", (as_item(each, self._retention),)) for each in documents])

    def commit(self, key: FileKey, documents: Sequence[FileDocument], head: Transcript, replaces: str | None) -> None:
        """Upsert documents and create the head, or replace the one with ETag `replaces`: all or none.

        Raises Conflict when another head is there.
        """
        operations: list[Any] = [("upsert", (as_item(each, self._retention),)) for each in documents]
        item = as_item(head, self._retention)
        if replaces is None:
            operations.append(("create", (item,)))
        else:
            operations.append(("replace", (HEAD_ID, item), {"if_match_etag": replaces}))
        self._batch(key, operations)

    def retire(self, key: FileKey, ids: Sequence[str]) -> None:
        """Give parts an hour to live; those that are gone already do not matter."""
        for part in ids:
            try:
                call(
                    self._container.patch_item,
                    part,
                    _partition(key),
                    patch_operations=[{"op": "set", "path": "/ttl", "value": RETIRED_SECONDS}],
                )
            except NotFound:
                continue

    def remove(self, key: FileKey, revision: str) -> None:
        """Delete the parts of a revision that no head ever named."""
        text = f"SELECT VALUE c.id FROM c WHERE {_PARTS} AND c.revision = @revision"
        ids = query(self._container, text, {"revision": revision}, partition=_partition(key))
        for first in range(0, len(ids), BATCH_OPERATIONS):
            self._batch(key, [("delete", (part,)) for part in ids[first : first + BATCH_OPERATIONS]])

    def failure(self, key: FileKey) -> FileFailure | None:
        """Read why a file was given up."""
        item = self._read(key, FAILURE_ID)
        return msgspec.convert(item, FileFailure) if item else None

    def put_failure(self, failure: FileFailure) -> None:
        """Write why a file was given up."""
        call(self._container.upsert_item, as_item(failure, self._retention))

    def clear_failure(self, key: FileKey) -> None:
        """Delete the file's failure, if there is one."""
        try:
            call(self._container.delete_item, FAILURE_ID, _partition(key))
        except NotFound:
            return

    def tally(self, job: Job) -> FileTally:
        """Count what is in and what was given up in the job's current run."""
        heads = "SELECT VALUE COUNT(1) FROM c WHERE c.type = 'transcript' AND c.run >= @run"
        lost = "FROM c WHERE c.type = 'fileFailure' AND c.run = @run"
        ingested = self._count(job.id, heads, {"run": job.reprocess_from})
        given_up = self._count(job.id, f"SELECT VALUE COUNT(1) {lost}", {"run": job.run})
        if not given_up:
            return FileTally(ingested, 0, 0, [])
        of_kind = f"SELECT VALUE COUNT(1) {lost} AND c.kind = @kind"
        reports = self._count(job.id, of_kind, {"run": job.run, "kind": KIND_REPORT})
        shown = f"SELECT TOP {_SHOWN_FAILURES} c.fileId, c.name, c.code, c.message {lost}"
        failures = query(self._container, shown, {"run": job.run}, partition=[job.id])
        return FileTally(ingested, given_up - reports, reports, msgspec.convert(failures, list[FailedFile]))

    def leftovers(self, job: Job, older_than: datetime) -> dict[FileKey, list[str]]:
        """Ids of parts, by file, that no head (nor the job's report) names, that have no time to live yet."""
        heads = "SELECT c.fileId, c.revision FROM c WHERE c.type = 'transcript'"
        named = {(row["fileId"], row["revision"]) for row in query(self._container, heads, partition=[job.id])}
        if job.report is not None:
            named.add((job.report.file_id, job.report.revision))
        parts = f"SELECT c.id, c.fileId, c.revision FROM c WHERE {_PARTS} AND NOT IS_DEFINED(c.ttl) AND c._ts < @before"
        left: dict[FileKey, list[str]] = defaultdict(list)
        for row in query(self._container, parts, {"before": int(older_than.timestamp())}, partition=[job.id]):
            if (row["fileId"], row["revision"]) not in named:
                left[FileKey(job.id, row["fileId"])].append(row["id"])
        return dict(left)

    def items(self, job_id: str, file_id: str | None = None) -> list[dict[str, Any]]:
        """All documents of a job, or of one file of it, as they are stored. For people and tests."""
        return query(self._container, "SELECT * FROM c", partition=[job_id, file_id] if file_id else [job_id])

    def _count(self, job_id: str, text: str, values: dict[str, str | int]) -> int:
        return int(query(self._container, text, values, partition=[job_id])[0])

    def _read(self, key: FileKey, document_id: str) -> dict[str, Any] | None:
        try:
            return dict(call(self._container.read_item, document_id, _partition(key)))
        except NotFound:
            return None

    def _batch(self, key: FileKey, operations: list[Any]) -> None:
        call(self._container.execute_item_batch, operations, _partition(key))


def _partition(key: FileKey) -> list[str]:
    return [key.job_id, key.file_id]
