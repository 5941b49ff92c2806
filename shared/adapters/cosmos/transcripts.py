"""Container `transcripts`: all documents of one audio file share a logical partition."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos.client import PerhapsOurs, as_item, call, query
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FAILURE_ID, HEAD_ID, FileDocument, FileFailure, Transcript
from shared.domain.job import SHOWN_FAILURES, FailedFile, Job
from shared.domain.speech_api import KIND_REPORT
from shared.domain.split import FileKey
from shared.domain.transitions import FileTally
from shared.errors import NotFound
from shared.pipeline.ports import StoredHead

RETIRED_SECONDS = 3600
"""How long a replaced revision lives on, for readers who hold its head."""

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
        try:
            self._batch(key, operations)
        except PerhapsOurs:
            stored = self._read(key, HEAD_ID)
            if stored is None or not item.items() <= stored.items():
                raise

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
        """Delete the parts of a revision that no head ever named; those that are gone already do not matter."""
        text = f"SELECT VALUE c.id FROM c WHERE {_PARTS} AND c.revision = @revision"
        for part in query(self._container, text, {"revision": revision}, partition=_partition(key)):
            self._delete(key, part)

    def failure(self, key: FileKey) -> FileFailure | None:
        """Read why a file was given up."""
        item = self._read(key, FAILURE_ID)
        return msgspec.convert(item, FileFailure) if item else None

    def put_failure(self, failure: FileFailure) -> None:
        """Write why a file was given up."""
        call(self._container.upsert_item, as_item(failure, self._retention))

    def clear_failure(self, key: FileKey) -> None:
        """Delete the file's failure, if there is one."""
        self._delete(key, FAILURE_ID)

    def tally(self, job: Job) -> FileTally:
        """Count what is in and what was given up in the job's current run; a file that is in was not given up."""
        heads = "FROM c WHERE c.type = 'transcript' AND c.run >= @run"
        lost = "FROM c WHERE c.type = 'fileFailure' AND c.run = @run"
        given_up = self._rows(job, f"SELECT c.fileId, c.kind {lost}", job.run)
        if not given_up:
            return FileTally(int(self._rows(job, f"SELECT VALUE COUNT(1) {heads}", job.reprocess_from)[0]), 0, 0, [])
        # A file that is in may have a failure for a moment, until that is cleared: it must not count twice.
        ingested = set(self._rows(job, f"SELECT VALUE c.fileId {heads}", job.reprocess_from))
        done = ingested | _report_in(job)
        kinds = Counter(row["kind"] == KIND_REPORT for row in given_up if row["fileId"] not in done)
        shown = self._rows(job, f"SELECT TOP {SHOWN_FAILURES} c.fileId, c.name, c.code, c.message {lost}", job.run)
        failures = [row for row in shown if row["fileId"] not in done]
        return FileTally(len(ingested), kinds[False], kinds[True], msgspec.convert(failures, list[FailedFile]))

    def leftovers(self, job: Job, older_than: datetime) -> dict[FileKey, list[str]]:
        """Ids of parts, by file, that no head (nor the job's report) names, that are not retired yet."""
        heads = "SELECT c.fileId, c.revision, c.tracks, c.combined, c.turns FROM c WHERE c.type = 'transcript'"
        named: set[tuple[str, str]] = set()
        expected = 0
        for row in query(self._container, heads, partition=[job.id]):
            named.add((row["fileId"], row["revision"]))
            expected += sum(len(group["parts"]) for group in (*row["tracks"], *row["combined"], row["turns"]))
        if job.report is not None:
            named.add((job.report.file_id, job.report.revision))
            expected += len(job.report.parts)
        parts = f"FROM c WHERE {_PARTS} AND (NOT IS_DEFINED(c.ttl) OR c.ttl > {RETIRED_SECONDS})"
        # The index counts the parts for next to nothing; reading a row of each costs as much as a reader's visit.
        (there,) = query(self._container, f"SELECT VALUE COUNT(1) {parts}", partition=[job.id])
        left: dict[FileKey, list[str]] = defaultdict(list)
        if there > expected:
            older = f"SELECT c.id, c.fileId, c.revision {parts} AND c._ts < @before"
            for row in query(self._container, older, {"before": int(older_than.timestamp())}, partition=[job.id]):
                if (row["fileId"], row["revision"]) not in named:
                    left[FileKey(job.id, row["fileId"])].append(row["id"])
        return dict(left)

    def items(self, job_id: str, file_id: str | None = None) -> list[dict[str, Any]]:
        """All documents of a job, or of one file of it, as they are stored. For people and tests."""
        return query(self._container, "SELECT * FROM c", partition=[job_id, file_id] if file_id else [job_id])

    def _rows(self, job: Job, text: str, run: int) -> list[Any]:
        return query(self._container, text, {"run": run}, partition=[job.id])

    def _delete(self, key: FileKey, document_id: str) -> None:
        try:
            call(self._container.delete_item, document_id, _partition(key))
        except NotFound:
            return

    def _read(self, key: FileKey, document_id: str) -> dict[str, Any] | None:
        try:
            return dict(call(self._container.read_item, document_id, _partition(key)))
        except NotFound:
            return None

    def _batch(self, key: FileKey, operations: list[Any]) -> None:
        call(self._container.execute_item_batch, operations, _partition(key))


def _report_in(job: Job) -> set[str]:
    report = job.report
    return {report.file_id} if report is not None and report.run >= job.reprocess_from else set()


def _partition(key: FileKey) -> list[str]:
    return [key.job_id, key.file_id]
