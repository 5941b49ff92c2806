"""Container `transcripts`. All documents of one result file share a logical partition."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from azure.core import MatchConditions
from azure.cosmos import ContainerProxy

from shared.adapters.cosmos.bodies import bodies
from shared.adapters.cosmos.client import as_item, call
from shared.adapters.cosmos.conflicts import write_or_compare
from shared.adapters.cosmos.connection import Database
from shared.adapters.cosmos.inventory import LIVING, PARTS, RETIRED_SECONDS, broken_files, counting, named_parts
from shared.adapters.cosmos.of_job import count_of, rows_of, rows_with_file
from shared.adapters.cosmos.outcomes import failure_run, given_up, head_version, is_forgotten, outcomes_of
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FAILURE_ID, HEAD_ID, FileDocument, FileFailure, FileKey, Transcript
from shared.domain.encoded import EncodedPart
from shared.domain.forgotten import ForgottenFile
from shared.domain.ingesting import FileTally
from shared.domain.job import NO_RUN, SHOWN_FAILURES, FailedFile, Job
from shared.domain.speech_api import KIND_REPORT
from shared.domain.stored_files import BrokenFile, Outcome, PartEtags, StoredHead
from shared.errors import Conflict, NotFound


class CosmosTranscripts:
    """Implements the port Transcripts. `retention_seconds`: the `ttl` of every document; None if documents stay.

    Parts live an hour longer than their head, so that a reader who has read the head still finds them.
    """

    def __init__(self, database: Database, retention_seconds: int | None) -> None:
        self._database = database
        self._retention = retention_seconds

    @property
    def _container(self) -> ContainerProxy:
        # Not cached, so that connecting is part of the attempt that needs it. Making this object sends no request.
        return self._database.get_container_client(TRANSCRIPTS.name)

    def head(self, key: FileKey) -> StoredHead | None:
        """Read a file's head."""
        item = self._read(key, HEAD_ID)
        if item is None:
            return None
        return StoredHead(head_version(item), item["_etag"], forgotten=is_forgotten(item))

    def outcomes(self, job_id: str, file_ids: Sequence[str]) -> Mapping[str, Outcome]:
        """Return the outcomes of these files of a job, by one query. A file without any is left out."""
        files = {f"f{number}": file_id for number, file_id in enumerate(file_ids)}
        listed = ", ".join(f"@{name}" for name in files)
        ended = f"c.type IN ('transcript', 'forgotten', 'fileFailure') AND c.fileId IN ({listed})"
        rows = rows_with_file(self._container, job_id, select="c.fileId, c.type, c.run", where=ended, values=files)
        return outcomes_of(rows)

    def write(self, key: FileKey, parts: Sequence[EncodedPart]) -> None:
        """Upsert parts of one file atomically."""
        if len(parts) == 1:
            # A batch may have 1.2 MB, a single item 2 MB.
            with bodies([self._body(parts[0])]):
                call(self._container.upsert_item, _stub(key, parts[0].id))
        else:
            self._batch(key, [("upsert", (_stub(key, each.id),)) for each in parts], [*map(self._body, parts)])

    def commit(self, key: FileKey, parts: Sequence[EncodedPart], head: Transcript, replaces: str | None) -> None:
        """Upsert parts and write the head in one transactional batch.

        `replaces`: ETag of the head to be replaced; None to create it. Raises Conflict if there is another head.
        """
        operations: list[Any] = [("upsert", (_stub(key, each.id),)) for each in parts]
        item = self._item(head)
        if replaces is None:
            operations.append(("create", (item,)))
        else:
            operations.append(("replace", (HEAD_ID, item), {"if_match_etag": replaces}))
        written = [*map(self._body, parts)]
        write_or_compare(lambda: self._batch(key, operations, written), lambda: self._holds(key, HEAD_ID, item))

    def forget(self, tombstone: ForgottenFile, replaces: str | None) -> None:
        """Write a tombstone in a head's place, without a time to live. The port says more."""
        key, item = FileKey(tombstone.job_id, tombstone.file_id), as_item(tombstone, None)
        if replaces is None:
            write_or_compare(lambda: call(self._container.create_item, item), lambda: self._holds(key, HEAD_ID, item))
            return
        condition: dict[str, Any] = {"etag": replaces, "match_condition": MatchConditions.IfNotModified}
        write_or_compare(
            lambda: call(self._container.replace_item, HEAD_ID, item, **condition),
            lambda: self._holds(key, HEAD_ID, item),
        )

    def parts(self, key: FileKey, revision: str) -> PartEtags:
        """Return the ETags, by id, of the parts of a revision that are not retired."""
        rows = self._of_revision(key, revision, "c.id, c._etag", LIVING)
        return {row["id"]: row["_etag"] for row in rows}

    def retire(self, key: FileKey, parts: PartEtags) -> None:
        """Give parts an hour to live. Skip those that were deleted, or written again, since their ETag was read."""
        for part, etag in parts.items():
            try:
                self._patch(key, part, etag, "/ttl", RETIRED_SECONDS)
            except (NotFound, Conflict):
                continue

    def discount(self, key: FileKey, etag: str) -> None:
        """Set the head's run to NO_RUN, so that the file is not in. Raises Conflict if the head has another ETag."""
        with suppress(NotFound):
            write_or_compare(
                lambda: self._patch(key, HEAD_ID, etag, "/run", NO_RUN),
                lambda: self._holds(key, HEAD_ID, {"run": NO_RUN}),
            )

    def remove(self, key: FileKey, revision: str) -> None:
        """Delete the parts of a revision that no head ever named. Parts that are already deleted are skipped."""
        for part in self._of_revision(key, revision, "VALUE c.id", PARTS):
            self._delete(key, part)

    def clear(self, key: FileKey) -> None:
        """Delete all documents of an erased file except the tombstone in its head's place."""
        for document_id in rows_of(self._container, key, select="VALUE c.id", where=f"c.id != '{HEAD_ID}'"):
            self._delete(key, document_id)

    def failure_run(self, key: FileKey) -> int | None:
        """Return the run that gave a file up; None if there is no failure document. The port says more."""
        item = self._read(key, FAILURE_ID)
        return failure_run(item) if item else None

    def put_failure(self, failure: FileFailure) -> None:
        """Write a file's failure document."""
        call(self._container.upsert_item, self._item(failure))

    def clear_failure(self, key: FileKey) -> None:
        """Delete the file's failure document, if there is one."""
        self._delete(key, FAILURE_ID)

    def tally(self, job: Job) -> FileTally:
        """Count the files that are in, erased ones among them, and those that the job's current run has given up.

        No file counts as both.
        """
        heads, since = "c.type IN ('transcript', 'forgotten') AND c.run >= @run", {"run": job.reprocess_from}
        failures = rows_with_file(
            self._container,
            job.id,
            select="c.fileId, c.kind, c.name, c.code, c.message",
            where="c.type = 'fileFailure' AND c.run = @run",
            values={"run": job.run},
        )
        if not failures:
            return FileTally(count_of(self._container, job.id, heads, since), 0, 0, [])
        # A file that came in late may still have its failure document. It must not count twice.
        ingested = set(rows_of(self._container, job.id, select="VALUE c.fileId", where=heads, values=since))
        done = ingested | _report_in(job)
        lost = [given_up(job, row) for row in failures if row["fileId"] not in done]
        kinds = Counter(each.kind == KIND_REPORT for each in lost)
        shown = [FailedFile(each.file_id, each.name, each.code, each.message) for each in lost[:SHOWN_FAILURES]]
        return FileTally(len(ingested), kinds[False], kinds[True], shown)

    def leftovers(self, job: Job, older_than: datetime | None) -> tuple[Mapping[FileKey, PartEtags], list[BrokenFile]]:
        """Return the job's orphaned parts, by file, and its broken files. The port says more."""
        named = named_parts(self._container, job)
        keys = {each.key for each in counting(job, named)}
        erased = {each.key for each in counting(job, named) if each.forgotten}
        broken = broken_files(self._container, job, named)
        unread = {each.key for each in named if not each.readable}
        named_and_there = sum(len(each.parts) for each in named) - sum(
            len(each.missing) for each in broken if each.key not in unread
        )
        left: dict[FileKey, dict[str, str]] = defaultdict(dict)
        if count_of(self._container, job.id, LIVING) > named_and_there:
            revisions = {(each.key.file_id, each.revision) for each in named}
            before = None if older_than is None else int(older_than.timestamp())
            parts = "c.id, c.fileId, c.revision, c._etag, c._ts"
            for row in rows_with_file(self._container, job.id, select=parts, where=LIVING):
                key = FileKey(job.id, row["fileId"])
                if key in unread or (row["fileId"], row.get("revision")) in revisions:
                    continue
                if key in erased or (key in keys if before is None else row["_ts"] < before):
                    left[key][row["id"]] = row["_etag"]
        return dict(left), [each for each in broken if each.key in keys]

    def items(self, job_id: str, file_id: str | None = None) -> list[dict[str, Any]]:
        """Return all stored documents of a job, or of one file of it. Only people and tests use this."""
        return rows_of(self._container, FileKey(job_id, file_id) if file_id else job_id)

    def _of_revision(self, key: FileKey, revision: str, select: str, where: str) -> list[Any]:
        of_it = f"{where} AND c.revision = @revision"
        return rows_of(self._container, key, select=select, where=of_it, values={"revision": revision})

    def _item(self, document: FileDocument) -> dict[str, Any]:
        return as_item(document, self._retention)

    def _patch(self, key: FileKey, document_id: str, etag: str, path: str, value: int) -> None:
        call(
            self._container.patch_item,
            document_id,
            _partition(key),
            patch_operations=[{"op": "set", "path": path, "value": value}],
            etag=etag,
            match_condition=MatchConditions.IfNotModified,
        )

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

    def _holds(self, key: FileKey, document_id: str, properties: Mapping[str, Any]) -> bool:
        stored = self._read(key, document_id)
        return stored is not None and properties.items() <= stored.items()

    def _body(self, part: EncodedPart) -> bytes:
        if self._retention is None:
            return part.data
        return b'%b,"ttl":%d}' % (part.data[:-1], self._retention + RETIRED_SECONDS)

    def _batch(self, key: FileKey, operations: list[Any], written: Sequence[bytes]) -> None:
        with bodies(written):
            call(self._container.execute_item_batch, operations, _partition(key))


def _stub(key: FileKey, part_id: str) -> dict[str, str]:
    """Return what the SDK has to know of a part. The request holds the part's own bytes in its place."""
    return {"id": part_id, "jobId": key.job_id, "fileId": key.file_id}


def _report_in(job: Job) -> set[str]:
    report = job.report
    return {report.file_id} if report is not None and report.run >= job.reprocess_from else set()


def _partition(key: FileKey) -> list[str]:
    return [key.job_id, key.file_id]
