"""Lists all that container `transcripts` has of a job or a file, and deletes it. Only the command `forget` does so."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from azure.core import MatchConditions

from shared.adapters.cosmos.client import call
from shared.adapters.cosmos.connection import Database
from shared.adapters.cosmos.of_job import rows_of
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FileKey
from shared.errors import NotFound

Item = dict[str, Any]

OPERATIONS_A_BATCH = 100
"""Most operations of a transactional batch (Cosmos DB's limits)."""

_SELECT = "c.id, c.fileId, c.type, c.kind, c.name, c.source, c.run, c.forgottenAt, c._etag"


class Erasure:
    """Reads documents as they are stored, so that also those are erased which this version cannot read.

    `now`: seconds since 1970, as `_ts` counts them. All methods raise Denied and Transient.
    """

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._container = database.get_container_client(TRANSCRIPTS.name)
        self._now = now

    def stored(self, owner: str | FileKey) -> list[Item]:
        """Return a row for each document of a job (its id) or of a file (its key), of whichever type and revision.

        Also parts that wait for their `ttl`, and orphaned ones. A row has id, fileId, type, kind, name, source, run,
        forgottenAt and _etag, each only if the document has it.
        """
        return rows_of(self._container, owner, select=_SELECT)

    def report_parts(self, job_id: str) -> list[Item]:
        """Return the parts of the job's reports, of all revisions, as they are stored."""
        return rows_of(self._container, job_id, where="c.type = 'report'")

    def replace(self, item: Item) -> None:
        """Write a document that was read, unless it has changed since. It does not live longer than it would have.

        Raises Conflict, and NotFound if it is gone.
        """
        body = {name: value for name, value in item.items() if not name.startswith("_")}
        if isinstance(body.get("ttl"), int) and body["ttl"] > 0:
            body["ttl"] = max(1, body["ttl"] - max(0, int(self._now()) - item["_ts"]))
        condition: dict[str, Any] = {"etag": item["_etag"], "match_condition": MatchConditions.IfNotModified}
        call(self._container.replace_item, item["id"], body, **condition)

    def delete(self, key: FileKey, ids: Sequence[str]) -> None:
        """Delete documents of a file. Those that are gone already are skipped."""
        for begin in range(0, len(ids), OPERATIONS_A_BATCH):
            some = ids[begin : begin + OPERATIONS_A_BATCH]
            try:
                call(self._container.execute_item_batch, [("delete", (each,)) for each in some], _partition(key))
            except NotFound:
                # One of them is gone, by its ttl or another delete, and the batch did nothing.
                for each in some:
                    self._delete(key, each)

    def _delete(self, key: FileKey, document_id: str) -> None:
        try:
            call(self._container.delete_item, document_id, _partition(key))
        except NotFound:
            return


def _partition(key: FileKey) -> list[str]:
    return [key.job_id, key.file_id]
