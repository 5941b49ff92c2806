"""Holds documents against the plain reading: every phrase exactly once, texts, numbers, ids, sizes."""

import json
import re
from collections import Counter
from typing import Any

from benchmarks.chaos.bad_input.expected import ITEM_BYTES, Expected, ExpectedReport
from benchmarks.chaos.bad_input.plain import Json
from benchmarks.chaos.bad_input.readers import Made
from tests.domain import reference, reference_head

GAP_IN_TICKS = 30_000_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_SLOW_FROM = 100
"""Phrases (or words in one) from which the second opinion, quadratic on purpose, would take too long."""


def result_problems(wanted: Expected, made: Made) -> tuple[list[str], int]:
    """Return a sentence for everything that is not as the file says, and how many phrases are there twice."""
    documents = made.documents()
    head = json.loads(made.head or b"{}")
    problems = _safe(made, documents)
    named = [name for group in (*head["tracks"], *head["combined"], head["turns"]) for name in group["parts"]]
    by_id = {each["id"]: each for each in documents}
    if Counter(named) != Counter(each["id"] for each in documents):
        return [*problems, "the head does not name each part once"], 0
    found: Counter[int] = Counter()
    for track in head["tracks"]:
        entries = [entry for name in track["parts"] for entry in by_id[name]["phrases"]]
        found.update(entry["index"] for entry in entries)
        problems += _track_problems(wanted, track, entries)
    if sorted(found) != list(range(len(wanted.entries))):
        problems.append(f"{len(wanted.entries)} phrases were sent, {len(found)} are there")
    duplicated = sum(found.values()) - len(found)
    if duplicated:
        problems.append(f"{duplicated} phrases are there twice")
    problems += _text_problems(wanted, head, by_id)
    turns = [turn for name in head["turns"]["parts"] for turn in by_id[name]["turns"]]
    problems += _turn_problems(wanted, turns)
    problems += _head_problems(wanted, head)
    return problems, duplicated


def report_problems(wanted: ExpectedReport, made: Made) -> list[str]:
    """Return a sentence for everything in the documents of a report that is not as the file says."""
    documents = made.documents()
    problems = _safe(made, documents)
    if any({key: each[key] for key in wanted.counts} != wanted.counts for each in documents):
        problems.append("the counts are not the file's")
    details = [detail for each in documents for detail in each["details"]]
    sent = [(each.get("status"), each.get("errorKind")) for each in wanted.details]
    if [(each["status"], each.get("errorKind")) for each in details] != sent:
        problems.append("the details are not the file's")
    return problems


def _safe(made: Made, documents: list[Json]) -> list[str]:
    problems = [
        f"a document of {len(each)} bytes" for each in (*made.parts, made.head or b"") if len(each) > ITEM_BYTES
    ]
    problems += [f"the id {each['id'][:80]!r}" for each in documents if not _ID.fullmatch(each["id"])]
    if len({each["id"] for each in documents}) != len(documents):
        problems.append("two documents have one id")
    return problems


def _track_problems(wanted: Expected, track: Json, entries: list[Json]) -> list[str]:
    indexes = [entry["index"] for entry in entries]
    problems = [] if indexes == sorted(indexes) else ["phrases are out of order"]
    for entry in entries:
        index = entry["index"]
        if index >= len(wanted.entries):
            problems.append(f"phrase {index} is not in the file")
        elif not _same(entry, wanted.entries[index]):
            problems.append(f"phrase {index} is not the file's")
        elif (track["channel"], track["speaker"]) != reference.track(wanted.file["recognizedPhrases"][index]):
            problems.append(f"phrase {index} is in another track")
    return problems[:5]


def _text_problems(wanted: Expected, head: Json, by_id: dict[str, Json]) -> list[str]:
    found = {
        each["channel"]: ["".join(by_id[name][form] for name in each["parts"]) for form in reference.FORMS]
        for each in head["combined"]
    }
    return [] if found == wanted.texts else ["the combined texts are not the file's"]


def _turn_problems(wanted: Expected, turns: list[Json]) -> list[str]:
    phrases = wanted.file["recognizedPhrases"]
    spoken = [index for index, phrase in enumerate(phrases) if not reference.is_blank(phrase)]
    if sorted(index for turn in turns for index in turn["phrases"]) != spoken:
        return ["the turns do not hold every spoken phrase once"]
    if _is_slow(phrases) or wanted.largest > _SLOW_FROM * _SLOW_FROM:
        return []
    return [] if turns == reference.turns(phrases, GAP_IN_TICKS) else ["the turns are not the file's"]


def _head_problems(wanted: Expected, head: Json) -> list[str]:
    phrases = wanted.file["recognizedPhrases"]
    if head["phraseCount"] != len(phrases):
        return ["the head counts other phrases"]
    if _is_slow(phrases):
        return []
    plain = reference_head.head(wanted.file, GAP_IN_TICKS)
    del plain["source"]  # strings that are no URL are cut in a way of their own: tests/domain/test_urls.py
    return [f"the head's {key}" for key, value in plain.items() if not _same(_without_parts(head[key]), value)]


def _is_slow(phrases: list[Json]) -> bool:
    words = sum(
        len(reference.best(each).get("words") or reference.best(each).get("displayWords") or ()) for each in phrases
    )
    return len(phrases) + words > _SLOW_FROM


def _without_parts(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return {key: _without_parts(each) for key, each in value.items() if key != "parts"}
        case list():
            return [_without_parts(each) for each in value]
    return value


def _same(found: Any, wanted: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Say whether two values are equal; a mean may differ in its last digit, being summed in another order."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(_same(found[key], wanted[key]) for key in wanted)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_same, found, wanted))
    if isinstance(found, float) or isinstance(wanted, float):
        close = isinstance(found, int | float) and isinstance(wanted, int | float)
        return close and abs(found - wanted) <= 1e-9 * max(1, abs(wanted))
    return type(found) is type(wanted) and bool(found == wanted)
