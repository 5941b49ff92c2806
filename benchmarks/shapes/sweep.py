"""The sweep: sizes of parts and notations of entries, and what they make of writing and reading."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from benchmarks.shapes.candidates import KIB, groups_of, in_two_kinds, layout
from benchmarks.shapes.recordings import FORMS, WORDS, Document, Phrase, Recording
from benchmarks.shapes.rivals import with_rows

PART_KIB = (4, 8, 16, 32, 48, 64, 96, 128, 256, 512, 1024)

SWEPT = ("5 min", "1 hour", "diarized-mono", "hindi-diarized")
"""Names of the recordings that are swept."""


@dataclass(frozen=True)
class Point:
    """One recording with parts of one size in one notation. Request units of writing all, and of the three readings."""

    recording: str
    notation: str
    part_kib: int
    documents: int
    size: int
    write: float
    display: float
    text: float
    track: float


def sweep(recording: Recording) -> list[Point]:
    """Return the points of a recording: each notation at each size of parts."""
    return [
        _point(name, replace(recording, **_noted(recording, note)), kib)
        for name, note in NOTATIONS.items()
        for kib in PART_KIB
    ]


def _point(notation: str, recording: Recording, kib: int) -> Point:
    made = layout(notation, recording, in_two_kinds(groups_of(recording, kib * KIB), kib * KIB))
    return Point(
        recording=recording.name,
        notation=notation,
        part_kib=kib,
        documents=len(made.documents),
        size=made.size(),
        write=made.write_request_units(),
        display=made.display.request_units(),
        text=made.text.request_units(),
        track=made.track.request_units(),
    )


def _noted(recording: Recording, note: Callable[[Document], Document]) -> dict[str, Any]:
    phrases = [Phrase(each.channel, each.speaker, note(each.entry)) for each in recording.phrases]
    once = note in {texts_once, _all}
    return {"phrases": phrases, "combined": [_once(each) if once else each for each in recording.combined]}


def as_it_is(entry: Document) -> Document:
    """Return the entry: words in columns, as the product stores them."""
    return entry


def with_differences(entry: Document) -> Document:
    """Return the entry with each word's offset as the difference from the word before, the first from the phrase."""
    return {**entry, "nBest": [_differences(best, entry["offsetInTicks"]) for best in entry["nBest"]]}


def texts_once(entry: Document) -> Document:
    """Return the entry without a text that equals the form before it: lexical, itn, maskedITN, display."""
    return {**entry, "nBest": [_once(best) for best in entry["nBest"]]}


def _all(entry: Document) -> Document:
    return texts_once(with_differences(entry))


def _differences(best: Document, begin: int) -> Document:
    columns = {}
    for name in WORDS:
        if name in best and None not in best[name]["offsetInTicks"]:
            offsets = [begin, *best[name]["offsetInTicks"]]
            columns[name] = {**best[name], "offsetInTicks": [after - before for before, after in pairwise(offsets)]}
    return {**best, **columns}


def _once(texts: Document) -> Document:
    repeated = {form for before, form in pairwise(FORMS) if texts[form] == texts[before]}
    return {name: value for name, value in texts.items() if name not in repeated}


NOTATIONS: dict[str, Callable[[Document], Document]] = {
    "columns": as_it_is,
    "rows": with_rows,
    "columns, differences": with_differences,
    "columns, texts once": texts_once,
    "columns, differences, texts once": _all,
}
"""Name of the notation, and how an entry is written in it."""
