"""A reference implementation of shared/domain, for comparison.

It reads the whole file with json.loads and counts as the contract says, slowly and without any code of shared/.
A phrase is the dict of the file. Computed values have the names of the contract.
"""

import json
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import pytest

Json = dict[str, Any]
Track = tuple[int, int | None]
Interval = tuple[int, int]

FORMS = ("lexical", "itn", "maskedITN", "display")
SECOND = 10_000_000


class Members(list[tuple[str, Any]]):
    """A JSON object with all its members, including repeated keys."""


def load(data: bytes) -> Json:
    file = dict(json.loads(data.decode("utf-8-sig")))
    absent = [key for key in ("recognizedPhrases", "combinedRecognizedPhrases") if key in file and file[key] is None]
    return file | {key: [] for key in absent}


def is_object(data: bytes) -> bool:
    """Say whether the bytes are one JSON object in UTF-8: no NaN, no lone surrogates, one BOM at most."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=Members, parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        return False
    return isinstance(value, Members)


def iso_ticks(text: str) -> int:
    sign, rest = (-1, text[2:]) if text.startswith("-") else (1, text[1:])
    seconds, number = Fraction(0), ""
    for char in rest:
        if char in "DHMS":
            seconds += Fraction(number) * {"D": 86_400, "H": 3_600, "M": 60, "S": 1}[char]
            number = ""
        elif char != "T":
            number += char
    return sign * round(seconds * SECOND)


def ticks(timed: Json, name: str) -> int | None:
    """Return the offset or duration in ticks: from ticks if present, else from milliseconds, else from ISO 8601."""
    if timed.get(f"{name}InTicks") is not None:
        return round(Fraction(timed[f"{name}InTicks"]))
    if timed.get(f"{name}Milliseconds") is not None:
        return round(Fraction(timed[f"{name}Milliseconds"]) * 10_000)
    if (timed.get(name) or "").strip():
        return iso_ticks(timed[name])
    return None


def surely(number: int | None) -> int:
    assert number is not None
    return number


def begin(phrase: Json) -> int:
    return surely(ticks(phrase, "offset"))


def length(phrase: Json) -> int:
    """Return the length of a phrase in ticks; 0 for a blank one without a duration."""
    found = ticks(phrase, "duration")
    return 0 if found is None and is_blank(phrase) else surely(found)


def end(phrase: Json) -> int:
    return begin(phrase) + length(phrase)


def track(phrase: Json) -> Track:
    speaker = phrase.get("speaker")
    return int(phrase.get("channel") or 0), None if speaker is None else int(speaker)


def best(phrase: Json) -> Json:
    return dict((phrase.get("nBest") or [{}])[0])


def is_blank(phrase: Json) -> bool:
    return all(not (best(phrase).get(form) or "").strip() for form in FORMS)


def word_count(phrase: Json) -> int:
    first = best(phrase)
    texts = [(first.get(form) or "").split() for form in ("lexical", "display", "itn")]
    return len(next((words for words in (first.get("words"), first.get("displayWords"), *texts) if words), []))


def talk(phrase: Json) -> list[Interval]:
    """Return the intervals of the phrase's words, or of the phrase if no word has an offset and a length."""
    intervals = []
    for word in best(phrase).get("words") or best(phrase).get("displayWords") or []:
        offset, duration = ticks(word, "offset"), ticks(word, "duration")
        if offset is not None and duration is not None and duration > 0:
            intervals.append((offset, offset + duration))
    return intervals or [(begin(phrase), end(phrase))]


def covered(groups: list[list[Interval]], least: int) -> int:
    """Return the number of ticks that lie in intervals of at least `least` groups."""
    edges = sorted({edge for group in groups for interval in group for edge in interval})
    return sum(
        later - earlier
        for earlier, later in pairwise(edges)
        if sum(any(b <= earlier and later <= e for b, e in group) for group in groups) >= least
    )


def columns(words: list[Json], texts: str, *, confidence: bool) -> Json:
    result: Json = {
        texts: [word.get(texts) or "" for word in words],
        "offsetInTicks": [ticks(word, "offset") for word in words],
        "durationInTicks": [ticks(word, "duration") for word in words],
    }
    if confidence:
        result["confidence"] = [word.get("confidence") for word in words]
    return result


def hypothesis(entry: Json, *, with_words: bool) -> Json:
    result = {key: entry.get(key) for key in ("confidence", *FORMS)}
    if with_words and entry.get("words") is not None:
        result["words"] = columns(entry["words"], "word", confidence=True)
    if with_words and entry.get("displayWords") is not None:
        result["displayWords"] = columns(entry["displayWords"], "displayText", confidence=False)
    return result


def entry(index: int, phrase: Json, *, all_words: bool) -> Json:
    result = {
        "index": index,
        "recognitionStatus": phrase.get("recognitionStatus"),
        "offsetInTicks": ticks(phrase, "offset"),
        "durationInTicks": length(phrase),
        "nBest": [
            hypothesis(each, with_words=all_words or place == 0) for place, each in enumerate(phrase.get("nBest") or [])
        ],
    }
    locale = phrase.get("locale") or ""
    return result | {"locale": locale} if locale.strip() else result


def tracks(phrases: list[Json]) -> dict[Track, list[int]]:
    """Return the indexes of each track's phrases."""
    found: dict[Track, list[int]] = {}
    for index, phrase in enumerate(phrases):
        found.setdefault(track(phrase), []).append(index)
    return found


def turns(phrases: list[Json], gap_in_ticks: int) -> list[Json]:
    spoken = [(begin(phrase), track(phrase)[0], i) for i, phrase in enumerate(phrases) if not is_blank(phrase)]
    joined: list[list[int]] = []
    for offset, _, index in sorted(spoken):
        last = joined[-1] if joined else []
        if (
            last
            and track(phrases[last[0]]) == track(phrases[index])
            and offset < max(end(phrases[each]) for each in last) + gap_in_ticks
        ):
            last.append(index)
        else:
            joined.append([index])
    return [_turn(phrases, group) for group in joined]


def _turn(phrases: list[Json], group: list[int]) -> Json:
    channel, speaker = track(phrases[group[0]])
    offset = begin(phrases[group[0]])
    texts = [best(phrases[index]).get("display") for index in group]
    known = [each for index in group if (each := best(phrases[index]).get("confidence")) is not None]
    named = {each for index in group if (each := phrases[index].get("locale") or "").strip()}
    locale = {"locale": named.pop() if len(named) == 1 else None} if named else {}
    return {
        "channel": channel,
        "speaker": speaker,
        "offsetInTicks": offset,
        "durationInTicks": max(end(phrases[index]) for index in group) - offset,
        "display": " ".join(text for text in texts if text),
        "phrases": group,
        "confidence": pytest.approx(sum(known) / len(known), abs=1e-12) if known else None,
    } | locale


def index(parts: list[list[Json]]) -> list[Json]:
    """Return the head's index of turns, from the turns of each part."""
    return [
        {
            "fromInTicks": min(turn["offsetInTicks"] for turn in turns),
            "toInTicks": max(turn["offsetInTicks"] + turn["durationInTicks"] for turn in turns),
            "firstTurn": sum(map(len, parts[:place])),
            "count": len(turns),
        }
        for place, turns in enumerate(parts)
    ]


def within(groups: list[list[Interval]], duration: int) -> list[list[Interval]]:
    """Return the intervals, clipped to the audio."""
    clipped = [[(max(b, 0), min(e, duration)) for b, e in group] for group in groups]
    return [[(b, e) for b, e in group if b < e] for group in clipped]


def mirrored(talks: dict[int, list[Interval]]) -> list[list[int]]:
    """Return the pairs of channels whose talk coincides to nine tenths of the smaller."""
    found = []
    for one, other in combinations(sorted(talks), 2):
        smaller = min(covered([talks[one]], 1), covered([talks[other]], 1))
        if smaller > 0 and covered([talks[one], talks[other]], 2) >= Fraction(9, 10) * smaller:
            found.append([one, other])
    return found


def interruptions(ordered: list[Json], mirrors: list[list[int]]) -> int:
    count = 0
    for place, turn in enumerate(ordered):
        running = [
            other
            for other in ordered[:place]
            if (other["channel"], other["speaker"]) != (turn["channel"], turn["speaker"])
            and sorted((other["channel"], turn["channel"])) not in mirrors
            and other["offsetInTicks"] + other["durationInTicks"] > turn["offsetInTicks"]
        ]
        count += bool(running)
    return count
