"""Queries of container `transcripts`, each for one job or one file of it.

Cosmos DB treats a prefix of a hierarchical key as a range, and searches the index of the whole physical partition. It
loads every document there that matches the WHERE clause, of any job (azure-cosmos-dotnet-v3#4248, #3936). So each WHERE
clause names the job. The price of a query then does not depend on what else is stored.
"""

from collections.abc import Mapping
from typing import Any

from azure.cosmos import ContainerProxy

from shared.adapters.cosmos.client import query
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FileKey
from shared.errors import Unreadable
from shared.pipeline.signals import set_aside

Values = Mapping[str, str | int]


def rows_of(  # noqa: PLR0913 - the parts of a query
    container: ContainerProxy,
    owner: str | FileKey,
    *,
    select: str = "*",
    where: str | None = None,
    values: Values | None = None,
    at_most: int | None = None,
) -> list[Any]:
    """Return a row for each matching document of a job or of one file of it. `owner`: the job's id, or the file's key.

    `at_most`: no further page is read once there are so many rows.

    `select` and `where` must not contain TOP, ORDER BY, GROUP BY or an aggregate: a job may span several physical
    partitions, and the SDK does not merge their results if the key is a prefix.
    """
    key = {"job": owner} if isinstance(owner, str) else {"job": owner.job_id, "file": owner.file_id}
    whose = " AND ".join(f"c.{name}Id = @{name}" for name in key)
    text = f"SELECT {select} FROM c WHERE {whose}" + (f" AND {where}" if where else "")
    return query(container, text, {**key, **(values or {})}, partition=list(key.values()), at_most=at_most)


def rows_with_file(
    container: ContainerProxy, job_id: str, *, select: str, where: str, values: Values | None = None
) -> list[Any]:
    """Return the rows of a job that have a file id, and log how many have none. `select` has to contain c.fileId."""
    named, odd = [], 0
    for row in rows_of(container, job_id, select=select, where=where, values=values):
        if isinstance(row.get("fileId"), str):
            named.append(row)
        else:
            odd += 1
    if odd:
        set_aside(Unreadable(f"{odd} documents of job {job_id} in {TRANSCRIPTS.name} have no fileId that is a text"))
    return named


def name_of(row: Mapping[str, Any]) -> str:
    """Return the name of a document in errors."""
    return f"document {row.get('id')} of job {row.get('jobId')} file {row.get('fileId')} in {TRANSCRIPTS.name}"


def count_of(container: ContainerProxy, job_id: str, where: str, values: Values | None = None) -> int:
    """Return how many documents of a job match.

    The query has no partition key. With the range of a prefix, Cosmos DB would load each document to count it; without
    it the index is enough (azure-cosmos, `__QueryFeed`). Several pages or partitions return several rows.
    """
    text = f"SELECT VALUE COUNT(1) FROM c WHERE c.jobId = @job AND {where}"
    return sum(query(container, text, {"job": job_id, **(values or {})}))
