"""Runs the reader and the splitter over chunks of bytes; gives documents as plain JSON."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.domain.documents import Part, Transcript
from shared.domain.json_stream import Cut, ObjectStream
from shared.domain.speech_result import CombinedPhrase, IndexedPhrase, ResultHeader, ResultReader
from shared.domain.split import FileKey, SplitOptions, Splitter

KEY = FileKey("637d9333-6559-47a6-b8de-c7d732c1ddf3", "2dd180a1-434e-4368-a1ac-37350700284f")
REVISION = "0123456789ab"

MEMBERS = frozenset({"source", "timestamp", "duration", "durationInTicks", "durationMilliseconds"})
ARRAYS = frozenset({"recognizedPhrases", "combinedRecognizedPhrases"})


def as_json(value: object) -> Any:  # noqa: ANN401 - any JSON value
    return json.loads(msgspec.json.encode(value))


def cuts_of(chunks: Iterable[bytes], members: frozenset[str] = MEMBERS, arrays: frozenset[str] = ARRAYS) -> list[Cut]:
    stream = ObjectStream(members=members, arrays=arrays)
    cuts = [cut for chunk in chunks for cut in stream.feed(chunk)]
    return cuts + list(stream.close())


@dataclass
class Read:
    """The header, phrases and texts that a ResultReader gave."""

    header: ResultHeader
    phrases: list[IndexedPhrase] = field(default_factory=list)
    combined: list[CombinedPhrase] = field(default_factory=list)


def read(chunks: Iterable[bytes]) -> Read:
    reader = ResultReader()
    items = [item for chunk in chunks for item in reader.feed(chunk)]
    items += reader.close()
    return Read(
        reader.header,
        [item for item in items if isinstance(item, IndexedPhrase)],
        [item for item in items if isinstance(item, CombinedPhrase)],
    )


def split(chunks: Iterable[bytes], options: SplitOptions = SplitOptions()) -> tuple[list[Part], Transcript]:  # noqa: B008 - frozen
    """Return the parts in the order in which they are written, and the head."""
    reader, splitter = ResultReader(), Splitter(KEY, REVISION, options)
    size = 0
    parts: list[Part] = []
    for chunk in chunks:
        size += len(chunk)
        parts += [part for item in reader.feed(chunk) for part in splitter.add(item)]
    parts += [part for item in reader.close() for part in splitter.add(item)]
    parts += splitter.finish()
    head = splitter.head(
        reader.header,
        run=1,
        name="contenturl_0.json",
        raw="raw.json.gz",
        size_in_bytes=size,
        ingested_at="2026-11-22T17:00:00.000000Z",
    )
    return parts, head
