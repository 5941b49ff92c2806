"""Lists recordings for export: those of a job, or those of all jobs that were ingested since a time.

Of the documents of `transcripts` only heads have `ingestedAt`. So its index alone answers the query over all jobs: it
finds exactly the wanted heads in their order, and a further condition would only cost more.
"""

from collections.abc import Iterator
from typing import Any

from azure.cosmos import ContainerProxy

from shared.adapters.cosmos.client import ROWS_A_PAGE, query
from shared.adapters.cosmos.of_job import rows_of
from shared.domain.documents import UtcTime

_SELECT = "c.jobId, c.fileId, c.ingestedAt, ARRAY_LENGTH(c.turns.parts) AS parts"

Row = dict[str, Any]
"""`jobId`, `fileId`, `ingestedAt`, and `parts`: how many parts have the turns. Absent where a head has none."""


def recordings_since(container: ContainerProxy, since: UtcTime, page: int = ROWS_A_PAGE) -> Iterator[list[Row]]:
    """Yield pages of the recordings of all jobs with `ingestedAt` from `since` on, in its order.

    A recording can come twice: each page begins with the last time of the page before, since several recordings may
    have the same time; and a recording that is ingested again meanwhile moves to the end.
    """
    top = page
    while True:
        text = f"SELECT TOP {top:d} {_SELECT} FROM c WHERE c.ingestedAt >= @since ORDER BY c.ingestedAt"
        rows = query(container, text, {"since": since})
        yield rows
        if len(rows) < top:
            return
        last = rows[-1]["ingestedAt"]
        top = 2 * top if last == since else page
        since = last


def recordings_of(container: ContainerProxy, job_id: str) -> list[Row]:
    """Return the recordings of a job."""
    return rows_of(container, job_id, select=_SELECT, where="c.type = 'transcript'")
