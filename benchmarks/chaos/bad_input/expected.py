"""Decides, from the plain reading of a file, whether it must be accepted, and with which texts and numbers.

The numbers of a head come from the second opinion that the tests of the domain use (tests/domain/reference.py).
"""

import json
from dataclasses import dataclass
from typing import Any

from benchmarks.chaos.bad_input.plain import (
    COMBINED,
    COUNTS,
    DETAIL,
    HEADER,
    LARGEST,
    PHRASE,
    Document,
    Json,
    Refusable,
    check_duration,
    shaped,
)
from tests.domain import reference

ITEM_BYTES = 2 * 1024 * 1024
"""Cosmos DB's limit for an item."""

_CHANNELS = 2**31


@dataclass(frozen=True)
class Expected:
    """A file that has the shape of a result: its phrases as they should be stored, and what its texts are."""

    file: Json
    entries: list[Json]
    texts: dict[int, list[str]]
    depth: int
    largest: int
    """Bytes of the largest phrase as it should be stored."""


@dataclass(frozen=True)
class ExpectedReport:
    """A file that has the shape of a report."""

    counts: Json
    details: list[Json]
    depth: int


def result(document: Document) -> Expected:
    """Return what must come of a result file; raise Refusable if it must be refused."""
    phrases, combined = (_array(document, name) for name in ("recognizedPhrases", "combinedRecognizedPhrases"))
    if phrases is None:
        raise Refusable("no recognizedPhrases")
    file = shaped(document.members, HEADER, "file")
    file["recognizedPhrases"] = [shaped(each, PHRASE, f"phrase {number}") for number, each in enumerate(phrases)]
    file["combinedRecognizedPhrases"] = [shaped(each, COMBINED, "texts") for each in combined or []]
    _ticks(file, "duration", "file")
    for number, phrase in enumerate(file["recognizedPhrases"]):
        _check_phrase(phrase, f"phrase {number}")
    entries = [
        reference.entry(index, phrase, all_words=False) for index, phrase in enumerate(file["recognizedPhrases"])
    ]
    texts: dict[int, list[str]] = {}
    for each in file["combinedRecognizedPhrases"]:
        channel = _whole(each.get("channel", 0), "the texts' channel")
        before = texts.setdefault(channel, ["", "", "", ""])
        texts[channel] = [text + (each.get(form) or "") for text, form in zip(before, reference.FORMS, strict=True)]
    largest = max(map(size, entries), default=0)
    return Expected(file, entries, texts, document.depth, largest)


def report(document: Document) -> ExpectedReport:
    """Return what must come of a report; raise Refusable if it must be refused."""
    details = _array(document, "details")
    counts = shaped(document.members, COUNTS, "report")
    if details is None and not COUNTS.keys() & counts.keys():
        raise Refusable("neither counts nor details")
    shaped_details = [shaped(each, DETAIL, f"detail {number}") for number, each in enumerate(details or [])]
    return ExpectedReport({key: counts.get(key) for key in COUNTS}, shaped_details, document.depth)


def size(value: object) -> int:
    """Return the bytes of UTF-8 JSON that the value takes."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _array(document: Document, name: str) -> list[Any] | None:
    found = [value for key, value in document.members if key == name]
    if not found:
        return None
    if len(found) > 1 or not isinstance(found[0], list) or type(found[0]) is not list:
        raise Refusable(f"{name} is no array, or comes twice")
    return found[0]


def _check_phrase(phrase: Json, where: str) -> None:
    _whole(phrase.get("channel", 0), f"{where}.channel")
    if phrase.get("speaker") is not None:
        _whole(phrase["speaker"], f"{where}.speaker")
    for name in ("offset", "duration"):
        if not _ticks(phrase, name, where):
            raise Refusable(f"{where} has no {name}")
    for words in ("words", "displayWords"):
        for word in reference.best(phrase).get(words) or []:
            _ticks(word, "offset", where)
            _ticks(word, "duration", where)


def _ticks(timed: Json, name: str, where: str) -> bool:
    """Say whether the time is there; raise Refusable when the notation that counts cannot be a time."""
    if timed.get(f"{name}InTicks") is None and timed.get(f"{name}Milliseconds") is None:
        if timed.get(name) is None:
            return False
        check_duration(timed[name], f"{where}.{name}")
    found = reference.ticks(timed, name)
    if found is None or abs(found) > LARGEST:
        raise Refusable(f"{where}.{name} is too great")
    return True


def _whole(number: float, where: str) -> int:
    if number != int(number) or abs(number) >= _CHANNELS:
        raise Refusable(f"{where} is no whole number")
    return int(number)
