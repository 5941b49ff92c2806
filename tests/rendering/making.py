"""Recordings for tests: made by the product's own splitter, and read from memory."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from shared.domain.documents import FileKey, ResultPart
from shared.domain.split import SplitOptions, Splitter
from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.names import Names
from shared.rendering.recording import EVERYTHING, Choice, Recording

JOB = "00000000-0000-4000-8000-00000000000a"
FILE = "00000000-0000-4000-8000-00000000000f"
REVISION = "0123456789ab"

Phrase = dict[str, Any]


def phrase(  # noqa: PLR0913 - what a phrase may have
    text: str,
    begin: float = 0.0,
    end: float | None = None,
    *,
    channel: int = 0,
    speaker: int | None = None,
    words: Sequence[tuple[str, float, float]] | None = None,
    display_words: Sequence[tuple[str, float, float]] | None = None,
    **best: Any,  # noqa: ANN401 - JSON
) -> Phrase:
    """Return a phrase of a result file. Times are seconds; those of words are begin and end."""
    made: Phrase = {
        "channel": channel,
        "recognitionStatus": "Success",
        **times(begin, begin + 1 if end is None else end),
    }
    if speaker is not None:
        made["speaker"] = speaker
    entry: Phrase = {"confidence": 0.5, "lexical": text.lower(), "display": text, **best}
    if words is not None:
        entry["words"] = [{"word": word, "confidence": 0.5, **times(*when)} for word, *when in words]
    if display_words is not None:
        entry["displayWords"] = [{"displayText": word, **times(*when)} for word, *when in display_words]
    return {**made, "nBest": [entry]}


def times(begin: float, end: float) -> dict[str, int]:
    """Return the two times of a phrase or word, in ticks."""
    return {"offsetInTicks": ticks(begin), "durationInTicks": ticks(end) - ticks(begin)}


def ticks(seconds: float) -> int:
    """Return seconds as ticks."""
    return round(seconds * TICKS_PER_SECOND)


class Store:
    """Parts in memory. `read_ids` has the ids of the parts that were read, in order."""

    def __init__(self) -> None:
        self.parts: dict[str, ResultPart] = {}
        self.read_ids: list[str] = []

    def read(self, ids: Sequence[str]) -> Iterator[ResultPart]:
        """Yield the parts, each when it is asked for."""
        for each in ids:
            self.read_ids.append(each)
            yield self.parts[each]


def recording(  # noqa: PLR0913 - what a recording may have
    phrases: Iterable[Phrase],
    *,
    names: Names | None = None,
    choice: Choice = EVERYTHING,
    store: Store | None = None,
    name: str | None = "contenturl_0.json",
    file_id: str = FILE,
    gap: float = 3.0,
    **result: Any,  # noqa: ANN401 - JSON
) -> Recording:
    """Return the recording that a result file with these phrases becomes."""
    given = list(phrases)
    end = max((each["offsetInTicks"] + each["durationInTicks"] for each in given), default=0)
    whole = {"source": "https://calls.example/in/call%201.wav", "durationInTicks": end, **result}
    splitter = Splitter(SplitOptions(turn_gap_seconds=gap))
    key, kept = FileKey(JOB, file_id), store or Store()
    for part in splitter.parts([json.dumps({**whole, "recognizedPhrases": given}).encode()]):
        encoded = part.encoded(key, REVISION)
        kept.parts[encoded.id] = msgspec.json.decode(encoded.data, type=ResultPart)
    head = splitter.head(key, REVISION, run=1, name=name, raw=None, ingested_at="2026-11-02T09:01:10.000000Z")
    return Recording(head, kept.read, names or Names(), choice, "Calls of Monday")
