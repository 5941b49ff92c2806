"""Reads a file the plain way, whole, by json.loads: which JSON it is, and whether it has the shape of a result.

Nothing of shared/ is used here. What cannot be told from the outside, how deep a reader may follow nesting, is left to
the judge: `Document.depth` says how deep the file goes.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

LARGEST = 2**53
"""Beyond it a JSON number is not exact for most readers: the contract refuses it."""

_LONGEST_INTEGER = 400
"""Digits; Python refuses to convert very long ones, and any of this length is out of range anyway."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ISO = re.compile(r"-?P([\d.]+D)?(T(?=\d)([\d.]+H)?([\d.]+M)?([\d.]+S)?)?", re.ASCII)
_AMOUNT = re.compile(r"\d{1,16}(\.\d{1,12})?", re.ASCII)

TIMES: Json = {"offset": "text", "duration": "text"} | dict.fromkeys(
    ("offsetInTicks", "durationInTicks", "offsetMilliseconds", "durationMilliseconds"), "number"
)
TEXTS: Json = dict.fromkeys(("lexical", "itn", "maskedITN", "display"), "text")
WORD: Json = {**TIMES, "word": "text", "confidence": "number"}
DISPLAY_WORD: Json = {**TIMES, "displayText": "text"}
NBEST: Json = {**TEXTS, "confidence": "number", "words": [WORD], "displayWords": [DISPLAY_WORD]}
PHRASE: Json = {
    **TIMES,
    "recognitionStatus": "text",
    "channel": "needed number",
    "speaker": "number",
    "locale": "text",
    "nBest": [NBEST],
}
COMBINED: Json = {**TEXTS, "channel": "needed number"}
HEADER: Json = {"source": "text", "timestamp": "text"} | {key: TIMES[key] for key in TIMES if key.startswith("d")}
DETAIL: Json = dict.fromkeys(("source", "sourceUrl", "status", "errorKind", "errorMessage"), "text")
COUNTS: Json = dict.fromkeys(("successfulTranscriptionsCount", "failedTranscriptionsCount"), "integer")


class Refusable(Exception):
    """The file is none that may be accepted; the text says why, for whoever reads a finding."""


class Members(list[tuple[str, Any]]):
    """A JSON object with all its members, also those whose key comes again."""


@dataclass(frozen=True)
class Document:
    """A JSON object: `members` with repeated keys kept, and how deep its arrays and objects go."""

    members: Members
    depth: int


def parse(data: bytes) -> Document:
    """Return the one object that the bytes are; raise Refusable if they are anything else."""
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=Members, parse_constant=_refuse, parse_int=_integer)
    except ValueError as error:
        raise Refusable(f"no JSON in UTF-8: {error}") from error
    except RecursionError as error:
        raise Refusable("nested without end") from error
    if not isinstance(value, Members):
        raise Refusable("no object")
    return Document(value, _check(value))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _integer(digits: str) -> int | float:
    if len(digits) <= _LONGEST_INTEGER:
        return int(digits)
    return float("-inf") if digits.startswith("-") else float("inf")


def _check(value: object) -> int:
    """Return how deep the value goes; raise Refusable for half a surrogate pair in any key or text."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(each, str):
            if _SURROGATE.search(each):
                raise Refusable("half a surrogate pair")
        elif isinstance(each, Members):
            for key, inner in each:
                waiting += ((key, depth), (inner, depth + 1))
        elif isinstance(each, list):
            waiting += ((inner, depth + 1) for inner in each)
    return deepest


def shaped(value: object, shape: Json, where: str) -> Json:
    """Return the object as a dict in which the last of equal keys counts; every member that is known has its type."""
    if not isinstance(value, Members):
        raise Refusable(f"{where} is no object")
    result: Json = {}
    for key, member in value:
        result[key] = _member(member, shape[key], f"{where}.{key}") if key in shape else member
    return result


def _member(value: object, kind: Any, where: str) -> Any:  # noqa: ANN401 - any JSON value
    if value is None and kind != "needed number":
        return None
    match kind:
        case "text" if isinstance(value, str):
            return value
        case "integer" if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
            return value
        case "number" | "needed number" if _is_number(value):
            return value
        case [element] if isinstance(value, list) and not isinstance(value, Members):
            return [shaped(each, element, f"{where}[{number}]") for number, each in enumerate(value)]
    raise Refusable(f"{where} is no {kind}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST


def check_duration(text: str, where: str) -> None:
    """Raise Refusable unless the text is an ISO 8601 duration of days, hours, minutes, seconds, exactly countable."""
    amounts = re.findall(r"[\d.]+", text)
    if not _ISO.fullmatch(text) or not amounts or not all(map(_AMOUNT.fullmatch, amounts)):
        raise Refusable(f"{where} is no duration")
