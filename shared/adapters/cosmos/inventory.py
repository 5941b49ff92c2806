"""Compares the parts that a job's heads and report name with the stored parts."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from azure.cosmos import ContainerProxy

from shared.adapters.cosmos.of_job import count_of, rows_with_file
from shared.adapters.cosmos.outcomes import is_forgotten
from shared.adapters.cosmos.stored import decoded
from shared.domain.documents import HEAD_ID, FileKey
from shared.domain.job import NO_RUN, Job
from shared.domain.stored_files import BrokenFile
from shared.errors import Unreadable
from shared.pipeline.signals import set_aside

RETIRED_SECONDS = 3600
"""How long retired parts live, for readers that have read the replaced head."""

REVISIONS_AT_ONCE = 500
"""Most revisions whose parts one query counts. A query's text may have 512 KB."""

PARTS = "c.type IN ('part', 'report', 'track', 'combined', 'turns')"
"""Parts of results and reports. Writers before version 4 wrote the last three types. A reprocess replaces them."""

LIVING = f"{PARTS} AND (NOT IS_DEFINED(c.ttl) OR c.ttl > {RETIRED_SECONDS})"
"""Parts that are not retired. A retired part counts as missing, because it expires within the hour."""


class Named(msgspec.Struct, frozen=True):
    """The parts that a head names, or a job for its report. `etag`: that of the head; None for a report.

    If the head is not `readable`, its parts are unknown and `parts` is empty. A tombstone names no parts.
    """

    key: FileKey
    revision: str
    run: int
    parts: frozenset[str]
    etag: str | None
    readable: bool = True
    forgotten: bool = False


class _Group(msgspec.Struct, frozen=True):
    parts: list[str]


class _Head(msgspec.Struct, frozen=True):
    revision: str
    run: int
    tracks: list[_Group]
    combined: list[_Group]
    turns: _Group


def named_parts(container: ContainerProxy, job: Job) -> list[Named]:
    """Return the parts that the job's heads, tombstones and report name, whichever run wrote these."""
    heads = "c.fileId, c.type, c.revision, c.run, c._etag, c.tracks, c.combined, c.turns"
    rows = rows_with_file(container, job.id, select=heads, where="c.type IN ('transcript', 'forgotten')")
    named = [_named(job, row) for row in rows]
    if (report := job.report) is not None:
        key = FileKey(job.id, report.file_id)
        named.append(Named(key, report.revision, report.run, frozenset(report.parts), None))
    return named


def _named(job: Job, row: dict[str, Any]) -> Named:
    key = FileKey(job.id, row["fileId"])
    run = row["run"] if isinstance(row.get("run"), int) else NO_RUN
    if is_forgotten(row):
        return Named(key, "", run, frozenset(), row["_etag"], forgotten=True)
    try:
        head = decoded(row, _Head, f"the head of job {key.job_id} file {key.file_id}")
    except Unreadable as error:
        set_aside(error)
        return Named(key, "", run, frozenset(), row["_etag"], readable=False)
    groups = (*head.tracks, *head.combined, head.turns)
    parts = frozenset(part for group in groups for part in group.parts)
    return Named(key, head.revision, head.run, parts, row["_etag"])


def broken_files(container: ContainerProxy, job: Job, named: Sequence[Named]) -> list[BrokenFile]:
    """Return the files with missing or retired parts, and the files whose head cannot be read.

    Counting parts needs only the index. Ids of parts are read only if the count differs from the number of named parts.
    Only parts of the named revisions are counted, so that an orphaned part cannot hide a missing one.
    """
    chunks = (named[begin : begin + REVISIONS_AT_ONCE] for begin in range(0, len(named), REVISIONS_AT_ONCE))
    unread = [BrokenFile(each.key, [HEAD_ID], each.etag) for each in named if not each.readable]
    return unread + [broken for some in chunks for broken in _broken_among(container, job, some)]


def _broken_among(container: ContainerProxy, job: Job, named: Sequence[Named]) -> Iterator[BrokenFile]:
    values = {f"r{number}": each.revision for number, each in enumerate(named)}
    parts = f"{LIVING} AND c.revision IN ({', '.join(f'@{name}' for name in values)})"
    if count_of(container, job.id, parts, values) == sum(len(each.parts) for each in named):
        return
    rows = rows_with_file(container, job.id, select="c.fileId, c.id", where=parts, values=values)
    found = {(row["fileId"], row["id"]) for row in rows}
    for each in named:
        if missing := sorted(part for part in each.parts if (each.key.file_id, part) not in found):
            yield BrokenFile(each.key, missing, each.etag)


def counting(job: Job, named: Sequence[Named]) -> list[Named]:
    """Return those whose files are in, in the job's current run."""
    return [each for each in named if each.run >= job.reprocess_from]
