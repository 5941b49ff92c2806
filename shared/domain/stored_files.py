"""What container `transcripts` says of a file: its head, its parts, and which runs wrote it or gave it up."""

from collections.abc import Mapping

import msgspec

from shared.domain.documents import FileKey


class HeadVersion(msgspec.Struct, frozen=True):
    """The properties of a head that a rewrite needs. Every version of this app writes them."""

    revision: str
    run: int


class StoredHead(msgspec.Struct, frozen=True):
    """A stored head's version, and the ETag that a replacement has to match.

    `forgotten`: a tombstone is in the head's place. It has the run of the erasure, and no revision.
    """

    head: HeadVersion
    etag: str
    forgotten: bool = False


PartEtags = Mapping[str, str]
"""The ETags of parts by their ids, as they were read."""


class Outcome(msgspec.Struct, frozen=True):
    """The run that wrote a file's head, and the run that gave the file up; None if no run did.

    `forgotten`: a tombstone is in the head's place, and `in_run` is its run.
    """

    in_run: int | None = None
    failed_run: int | None = None
    forgotten: bool = False


class BrokenFile(msgspec.Struct, frozen=True):
    """A file whose head names parts that are missing or retired. `missing`: the ids of these parts.

    `etag`: that of the head; None for the job's report, whose parts the job's document names.
    """

    key: FileKey
    missing: list[str]
    etag: str | None
