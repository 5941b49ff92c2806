"""Generates the blocks of docs/export.md: a short call in every form of text that `export` writes."""

import json
from collections.abc import Iterable

import msgspec

from local.docs.pages import code, json_text
from shared.cli.read.formats import Format, Output
from shared.domain.documents import FileKey, ResultPart
from shared.domain.split import SplitOptions, Splitter
from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.names import Names, Naming
from shared.rendering.recording import Recording

_KEY = FileKey("00000000-0000-4000-8000-000000000031", "00000000-0000-4000-8000-000000000032")
_REVISION = "5f1d7a90c2e4"
_SOURCE = "https://example.blob.core.windows.net/calls/call-17.wav"

_TALK = (
    (0, 0.6, "Good morning, this is Northwind Traders. How can I help you?"),
    (1, 5.0, "Hello. I would like to change the address of my order from the 21st of May."),
    (0, 8.6, "Of course."),
    (1, 12.0, "The number is 40 17."),
    (0, 14.5, "Thank you, I have found it. Which address shall I write?"),
)
"""Channel, begin in seconds, text. Each word takes 0.28 s."""

_WORD_SECONDS = 0.28

_LANGUAGES = {Format.TXT: "text", Format.MD: "markdown", Format.SRT: "text", Format.VTT: "text", Format.CSV: "text"}


def export_blocks() -> dict[str, str]:
    """Return the blocks of docs/export.md by name."""
    blocks = {f"export: {form}": code(language, _text(form)) for form, language in _LANGUAGES.items()}
    whole = json.loads(_text(Format.JSON))
    return {**blocks, "export: json": code("json", json_text(whole))}


def short_call() -> Recording:
    """Return the short call."""
    names = Names([Naming("Agent", channel=0), Naming("Mrs Smith", channel=1)])
    return recording_of(_result(), names, "calls of the day")


def _text(form: Format) -> str:
    text = "".join(Output(form).pieces(short_call()))
    return text.replace("\r\n", "\n").removeprefix("\ufeff").rstrip("\n")


def recording_of(result: bytes, names: Names, job_name: str) -> Recording:
    """Return the recording that a result file becomes. Its parts are in memory."""
    splitter = Splitter(SplitOptions())
    parts: dict[str, ResultPart] = {}
    for part in splitter.parts([result]):
        encoded = part.encoded(_KEY, _REVISION)
        parts[encoded.id] = msgspec.json.decode(encoded.data, type=ResultPart)
    head = splitter.head(
        _KEY, _REVISION, run=1, name="contenturl_0.json", raw=None, ingested_at="2026-11-02T09:01:10.000000Z"
    )

    def read(ids: Iterable[str]) -> Iterable[ResultPart]:
        return (parts[each] for each in ids)

    return Recording(head, read, names, job_name=job_name)


def _result() -> bytes:
    phrases = []
    for channel, begin, text in _TALK:
        words = text.split()
        times = [_times(begin + place * _WORD_SECONDS, _WORD_SECONDS) for place in range(len(words))]
        best = {
            "confidence": 0.92,
            "display": text,
            "displayWords": [{"displayText": word, **when} for word, when in zip(words, times, strict=True)],
        }
        whole = _times(begin, len(words) * _WORD_SECONDS)
        phrases.append({"channel": channel, "recognitionStatus": "Success", **whole, "nBest": [best]})
    result = {"source": _SOURCE, "timestamp": "2026-11-02T08:52:00Z", **_times(0, 20), "recognizedPhrases": phrases}
    return json.dumps(result).encode()


def _times(begin: float, length: float) -> dict[str, int]:
    return {
        "offsetInTicks": round(begin * TICKS_PER_SECOND),
        "durationInTicks": round(length * TICKS_PER_SECOND),
    }
