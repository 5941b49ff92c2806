"""Runs the reader and the splitter over chunks of bytes; gives documents as plain JSON."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.domain.documents import FileKey, Part, ReportPart, ResultPart, Transcript, Turn
from shared.domain.encoded import EncodedPart
from shared.domain.json_stream import Cut, ObjectStream
from shared.domain.speech_phrases import Phrase, UsualPhrase
from shared.domain.speech_result import CombinedPhrase, PhraseRun, ResultHeader, ResultReader
from shared.domain.split import SplitOptions, Splitter
from shared.domain.talk import Interruptions

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
    """The header, runs of phrases and texts that a ResultReader gave."""

    header: ResultHeader
    runs: list[PhraseRun] = field(default_factory=list)
    combined: list[CombinedPhrase] = field(default_factory=list)

    @property
    def phrases(self) -> list[Phrase | UsualPhrase[Any]]:
        """All phrases, in order. The runs must follow each other."""
        phrases: list[Phrase | UsualPhrase[Any]] = []
        for run in self.runs:
            assert run.first == len(phrases)
            phrases += run.phrases
        return phrases


def read(chunks: Iterable[bytes]) -> Read:
    reader = ResultReader(all_words=True)
    items = [item for chunk in chunks for item in reader.feed(chunk)]
    items += reader.close()
    return Read(
        reader.header,
        [item for item in items if isinstance(item, PhraseRun)],
        [item for item in items if isinstance(item, CombinedPhrase)],
    )


SHAPES: dict[str, type[Part]] = {
    "part": ResultPart,
    "report": ReportPart,
}


def encoded(part: Part) -> EncodedPart:
    """Return the part as it is written."""
    return EncodedPart(part.id, msgspec.json.encode(part))


def decoded(part: EncodedPart) -> Part:
    """Return the part as a document of the contract."""
    whole = json.loads(part.data)
    assert whole["id"] == part.id
    return msgspec.convert(whole, SHAPES[whole["type"]])


def split(chunks: Iterable[bytes], options: SplitOptions = SplitOptions()) -> tuple[list[Part], Transcript]:  # noqa: B008 - frozen
    """Return the parts in the order in which they are written, and the head."""
    splitter = Splitter(options)
    parts = [decoded(part.encoded(KEY, REVISION)) for part in splitter.parts(chunks)]
    head = splitter.head(
        KEY,
        REVISION,
        run=1,
        name="contenturl_0.json",
        raw="raw.json.gz",
        ingested_at="2026-11-22T17:00:00.000000Z",
    )
    return parts, head


def interruptions_of(turns: Iterable[Turn], mirrored: Iterable[tuple[int, int]] = ()) -> int:
    """Return how many of the turns interrupt another one."""
    counter = Interruptions(list(mirrored))
    for turn in turns:
        counter.add(turn)
    return counter.count
