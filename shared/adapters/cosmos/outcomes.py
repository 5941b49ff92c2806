"""Reads runs and revisions of heads and failures, even if this version cannot read the rest of the document."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from shared.adapters.cosmos.of_job import name_of
from shared.adapters.cosmos.stored import decoded
from shared.domain.documents import FAILURE_ID
from shared.domain.forgotten import FORGOTTEN
from shared.domain.job import NO_RUN, FailedFile, Job
from shared.domain.stored_files import HeadVersion, Outcome
from shared.errors import Unreadable
from shared.pipeline.signals import set_aside

Row = Mapping[str, Any]


class _Head(msgspec.Struct, frozen=True, rename={"kind": "type"}):
    """A head of any version, or a tombstone in its place."""

    kind: Literal["transcript", "forgotten"]


class _Failure(msgspec.Struct, frozen=True, rename={"kind": "type"}):
    """The properties of a failure document that a rewrite needs."""

    kind: Literal["fileFailure"]
    run: int


class GivenUp(FailedFile, frozen=True, kw_only=True):
    """A file that was given up, with Speech's kind of the file."""

    kind: str


class _Tombstone(msgspec.Struct, frozen=True):
    """The property of a tombstone that says since when the file does not count."""

    run: int


def is_forgotten(item: Row) -> bool:
    """Return whether a tombstone is in a head's place."""
    return item.get("type") == FORGOTTEN


def head_version(item: Row) -> HeadVersion:
    """Return the version of a head. An unreadable one has NO_RUN and no revision, so it will be replaced.

    That of a tombstone has its run and no revision. Only a tombstone whose run can be read is one: Unreadable is raised
    for the others, because to replace one would bring an erased recording back.

    Raises Unreadable for a document of another type, which is not replaced.
    """
    decoded(item, _Head, name_of(item))
    if is_forgotten(item):
        return HeadVersion("", decoded(item, _Tombstone, name_of(item)).run)
    try:
        return decoded(item, HeadVersion, name_of(item))
    except Unreadable as error:
        # It names no parts that could be kept.
        set_aside(error)
        return HeadVersion("", NO_RUN)


def failure_run(item: Row) -> int:
    """Return the run of a failure. An unreadable one has NO_RUN, so it will be replaced or deleted."""
    try:
        return decoded(item, _Failure, name_of(item)).run
    except Unreadable as error:
        set_aside(error)
        return NO_RUN


def outcomes_of(rows: Iterable[Row]) -> Mapping[str, Outcome]:
    """Return the outcomes of files by their ids. `rows`: `fileId`, `type` and `run` of their heads and failures.

    A file whose head has no valid run is not in. A failure without a valid run has NO_RUN.
    """
    found: dict[str, Outcome] = {}
    for row in rows:
        run = row["run"] if type(row.get("run")) is int else None  # not isinstance, because True is an int too
        before = found.get(row["fileId"], Outcome())
        if row["type"] == "fileFailure":
            found[row["fileId"]] = Outcome(before.in_run, NO_RUN if run is None else run, before.forgotten)
        else:
            found[row["fileId"]] = Outcome(run, before.failed_run, is_forgotten(row))
    return found


def given_up(job: Job, row: Row) -> GivenUp:
    """Return the file that a failure document is about. An unreadable document still counts as given up."""
    name = name_of({"id": FAILURE_ID, "jobId": job.id, "fileId": row["fileId"]})
    try:
        return decoded(row, GivenUp, name)
    except Unreadable as error:
        set_aside(error)
        return GivenUp(row["fileId"], None, error.code, str(error), kind=str(row.get("kind")))
