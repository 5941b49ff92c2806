"""Runs what the app runs over a file: reader, splitter, parts. One place, so that a test can put a broken one there."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.domain.documents import FileDocument
from shared.domain.report import ReportReader
from shared.domain.speech_result import ResultReader
from shared.domain.split import FileKey, SplitOptions, Splitter

KEY = FileKey("637d9333-6559-47a6-b8de-c7d732c1ddf3", "2dd180a1-434e-4368-a1ac-37350700284f")
REVISION = "0123456789ab"


@dataclass(frozen=True)
class Made:
    """What became of a file: its documents as JSON text, the head last; a report has none."""

    parts: list[bytes]
    head: bytes | None

    def documents(self) -> list[dict[str, Any]]:
        """Return the parts as a reader of Cosmos DB sees them."""
        return [json.loads(part) for part in self.parts]


def split(chunks: Iterable[bytes]) -> Made:
    """Read a result file and split it. Raises InvalidResult."""
    reader, splitter = ResultReader(), Splitter(KEY, REVISION, SplitOptions())
    parts: list[bytes] = []
    for chunk in chunks:
        for item in reader.feed(chunk):
            parts += map(_written, splitter.add(item))
    for item in reader.close():
        parts += map(_written, splitter.add(item))
    parts += map(_written, splitter.finish())
    head = splitter.head(
        reader.header,
        run=1,
        name="contenturl_0.json",
        raw="raw.json.gz",
        size_in_bytes=reader.received,
        ingested_at="2026-11-22T17:00:00.000000Z",
    )
    return Made(parts, _written(head))


def report(chunks: Iterable[bytes]) -> Made:
    """Read a report. Raises InvalidResult."""
    reader = ReportReader()
    for chunk in chunks:
        reader.feed(chunk)
    reader.close()
    reader.failures()
    return Made([_written(part) for part in reader.parts(KEY, REVISION)], None)


def _written(document: FileDocument) -> bytes:
    return msgspec.json.encode(document)
