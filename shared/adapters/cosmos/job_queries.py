"""Queries of container `jobs` for the first jobs in an order. Unreadable documents do not affect the others."""

from collections.abc import Callable, Mapping
from typing import Any

from azure.cosmos import ContainerProxy

from shared.adapters.cosmos.client import query
from shared.adapters.cosmos.stored import Tell, readable
from shared.domain.containers import JOBS
from shared.domain.job import Job, Status
from shared.domain.poll_mark import Place
from shared.errors import Unreadable
from shared.pipeline.signals import set_aside

Values = Mapping[str, str]

IS_TEXT = ">= ''"
"""Condition that a property is a text. The SDK raises ValueError if a property that it sorts by has several types. So
each query has this condition for its time; otherwise one invalid document would make it fail for all jobs."""

# A comparison of two types is undefined, and so is its negation. So each type is tested first: false AND undefined is
# false in Cosmos DB.
_SEEN = "IS_STRING(c.polledAt) AND c.polledAt <= @now"
_DUE = "IS_STRING(c.nextPollAt) AND c.nextPollAt <= @now"
_NEW = "IS_NUMBER(c.pollCount) AND c.pollCount = 0 AND IS_STRING(c.acceptedAt)"
STRAYS = (
    f"(c.status = '{Status.INGESTING}' AND NOT IS_STRING(c.movedAt))"
    f" OR (c.status = '{Status.PENDING}' AND NOT ({_SEEN}) AND NOT ({_DUE}) AND NOT ({_NEW}))"
)
"""Condition of jobs that no other query of a tick finds. A pending job with a valid `polledAt` is none of them, because
`unseen` finds it within an hour."""


ANY_TO_DO = f"c.status IN ('{Status.PENDING}', '{Status.INGESTING}') OR c.retry.at <= @now"
"""Condition of the jobs that some query of a tick finds, STRAYS among them, but not of the untidied ones: they need the
order of a composite index, so that jobs that ended cost nothing (docs/decisions/0021).

A tick asks it only after a tick that found no job. Else it might load every job that waits.
"""


def jobs_of(rows: list[Any], tell: Tell = set_aside) -> list[Job]:
    """Return the rows that can be read, and call `tell` for each of the others."""
    return list(readable(rows, Job, name_of, tell))


def name_of(row: Mapping[str, Any]) -> str:
    """Return the name of a document in errors."""
    return f"document {row.get('id')} in {JOBS.name}"


def first(
    container: ContainerProxy, where: str, limit: int, values: Values | None = None, tell: Tell = set_aside
) -> list[Job]:
    """Return the first `limit` jobs that can be read. Unreadable ones are replaced by further jobs.

    `where`: the conditions and, if there is an order, the ORDER BY, which may sort only by texts (IS_TEXT).
    """
    told: dict[str, Unreadable] = {}
    top = limit
    while True:
        rows = query(container, f"SELECT TOP {top:d} * FROM c WHERE {where}", values)
        unreadable: list[Unreadable] = []
        found = jobs_of(rows, unreadable.append)
        told |= {str(error): error for error in unreadable}
        if len(found) >= limit or len(rows) < top:
            for error in told.values():
                tell(error)
            return found[:limit]
        top = limit + 2 * len(unreadable)


def in_order(  # noqa: PLR0913 - the parts of a query, and where its answer begins and ends
    container: ContainerProxy,
    where: str,
    *,
    order: str,
    place_of: Callable[[Job], Place],
    after: Place | None,
    limit: int,
    values: Values | None = None,
) -> list[Job]:
    """Return jobs after a place, or from the first: about `limit`, fewer only if there are no more.

    `order`: the properties of ORDER BY; the last one is the time of `place_of`. Several jobs may have the same time.
    Sorting by id too would need a further composite index, so all jobs with the last job's time are returned.
    """
    moment = order.rpartition(" ")[2]
    given = values or {}
    begin = after.moment if after else ""
    found = first(container, f"{where} AND {moment} >= @moment ORDER BY {order}", limit + 1, {**given, "moment": begin})
    if len(found) <= limit:
        return _after(found, place_of, after)
    last = place_of(found[-1]).moment
    text = f"SELECT * FROM c WHERE {where} AND {moment} = @moment"
    same = jobs_of(query(container, text, {**given, "moment": last}))
    further = _after([*(job for job in found if place_of(job).moment < last), *same], place_of, after)
    if len(further) < limit:
        # In the order of texts nothing lies between a time and the same time with a blank after it.
        beyond = Place(f"{last} ", "")
        further += in_order(container, where, order=order, place_of=place_of, after=beyond, limit=limit, values=values)
    return further


def _after(jobs: list[Job], place_of: Callable[[Job], Place], after: Place | None) -> list[Job]:
    return sorted((job for job in jobs if after is None or place_of(job) > after), key=place_of)
