"""Reads a great file as the app does, a chunk at a time, and counts what comes out without keeping it."""

from collections.abc import Iterable

import msgspec

from benchmarks.chaos.bad_input.expected import ITEM_BYTES
from benchmarks.chaos.bad_input.giants import Giant, chunks
from benchmarks.chaos.bad_input.readers import KEY, REVISION
from shared.domain.documents import Part, ReportPart, TrackPart, encoded_size
from shared.domain.report import ReportReader
from shared.domain.speech_result import ResultReader
from shared.domain.split import SplitOptions, Splitter
from shared.errors import InvalidResult

HEAD_BYTES = 1_100_000
"""The head travels in a transactional batch, which the SDK's README allows 1.2 MB."""


class _Count:
    def __init__(self) -> None:
        self.entries = 0
        self.indexes = bytearray()
        self.ids: set[str] = set()
        self.problems: list[str] = []

    def take(self, parts: Iterable[Part]) -> None:
        for part in parts:
            if part.id in self.ids or encoded_size(part) > ITEM_BYTES:
                self.problems.append(f"{part.id} is there twice or too big")
            self.ids.add(part.id)
            match part:
                case TrackPart():
                    self._phrases([entry.index for entry in part.phrases])
                case ReportPart():
                    self.entries += len(part.details)

    def _phrases(self, indexes: list[int]) -> None:
        self.entries += len(indexes)
        self.indexes.extend(bytes(max(0, max(indexes) + 1 - len(self.indexes))))
        for index in indexes:
            self.indexes[index] = min(2, self.indexes[index] + 1)

    @property
    def once(self) -> bool:
        return self.indexes.count(1) == len(self.indexes)


def problem(giant: Giant) -> str | None:
    """Read the file; return what did not end as it should, or None."""
    count = _Count()
    try:
        if giant.report:
            _report(giant, count)
        else:
            _result(giant, count)
    except InvalidResult as error:
        if isinstance(giant.ends, tuple) and error.code in giant.ends:
            return None if len(str(error)) < 500 else "its words are too long"  # noqa: PLR2004 - a line of a log
        return f"refused with {error.code}: {str(error)[:200]}"
    except MemoryError:
        return "out of memory"
    if count.problems or not count.once:
        return "; ".join(count.problems[:3]) or "a phrase is not there exactly once"
    return None if count.entries == giant.ends else f"accepted with {count.entries} entries"


def _result(giant: Giant, count: _Count) -> None:
    reader, splitter = ResultReader(), Splitter(KEY, REVISION, SplitOptions())
    for chunk in chunks(giant):
        for item in reader.feed(chunk):
            count.take(splitter.add(item))
    for item in reader.close():
        count.take(splitter.add(item))
    count.take(splitter.finish())
    head = splitter.head(
        reader.header,
        run=1,
        name=None,
        raw=None,
        size_in_bytes=reader.received,
        ingested_at="2026-11-22T17:00:00.000000Z",
    )
    if len(msgspec.json.encode(head)) > HEAD_BYTES:
        count.problems.append("the head fits into no batch")
    if sorted(head.parts()) != sorted(count.ids):
        count.problems.append("the head does not name every part")


def _report(giant: Giant, count: _Count) -> None:
    reader = ReportReader()
    for chunk in chunks(giant):
        reader.feed(chunk)
    reader.close()
    count.take(reader.parts(KEY, REVISION))
    shown = sum(encoded_size(each) for each in reader.failures()[:20])
    if shown > HEAD_BYTES:
        count.problems.append(f"the job's document would hold {shown} bytes of failures")
