"""Hypothesis strategies for result files like real ones, in every notation that Speech was seen to use."""

import json
import random
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests.domain import reference

Json = dict[str, Any]

GRAIN = 100_000
"""10 ms in ticks. Real times are multiples of it."""

TEXTS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "\n", "hello", "Hello world.", "don't", 'she said "no"', "back\\slash/slash", "tab\there"),
            *("नमस्ते दुनिया।", "Grüße, 東京", "😀 and 👩‍👩‍👧", "\u2028\u2029\u00a0", "\x00\x1f\x7f", "𝄞"),
        ]
    ),
    st.text(max_size=12),
)
TEXT_OR_NONE = st.none() | TEXTS
CONFIDENCES = st.sampled_from([0, 0.0, 0.5643338, 0.1769063, 1, 1.0, 0.99999994, None])
LOCALES = st.sampled_from(["en-US", "de-DE", "hi-IN"])

UNKNOWN = {
    "recognizedPhrase": [1],
    "recognizedphrases": {},
    "": None,
    "ключ😀": "\u2028",
    "extra": {"recognizedPhrases": [{"offset": 1}], "nBest": "none", "deep": [[[[{"a": []}]]]]},
    "number": -1.5e300,
    "flag": True,
}
"""Unknown members: names that are nearly right, and a nested `recognizedPhrases` before the real one."""


def shuffled(draw: st.DrawFn, known: Mapping[str, Any]) -> Json:
    """Return the members in random order, with some unknown ones among them."""
    chance = random.Random(draw(st.integers(0, 2**16)))  # noqa: S311 - the order of keys is no secret
    members = [*known.items(), *chance.sample(list(UNKNOWN.items()), chance.choice([0, 0, 1, 2]))]
    chance.shuffle(members)
    return dict(members)


def iso(ticks: int) -> str:
    """Return `ticks` as the service writes a duration: PT6M15.26S."""
    minutes, rest = divmod(abs(ticks), 600_000_000)
    seconds = f"{rest // 10_000_000}.{rest % 10_000_000:07}".rstrip("0").rstrip(".")
    return f"{'-' if ticks < 0 else ''}PT{f'{minutes}M' if minutes else ''}{seconds}S"


@st.composite
def time_of(draw: st.DrawFn, name: str, grains: st.SearchStrategy[int], *, needed: bool = True) -> Json:
    """Return one time in some of its notations. Each has its own value, so that a test sees which one was read."""
    notations = draw(st.integers(1 if needed else 0, 7))
    times: Json = {}
    if notations & 1:
        ticks = draw(grains) * GRAIN + draw(st.sampled_from([0, 0, 0, 1, -1]))
        times[f"{name}InTicks"] = draw(st.sampled_from([ticks, float(ticks)]))
    elif draw(st.booleans()):
        times[f"{name}InTicks"] = None
    if notations & 2:
        times[f"{name}Milliseconds"] = draw(grains) * 10 + draw(st.sampled_from([0, 0, 0.5]))
    if notations & 4:
        times[name] = iso(draw(grains) * GRAIN + draw(st.sampled_from([0, 0, 7])))
    elif draw(st.booleans()):
        times[name] = draw(st.sampled_from([None, "", " "]))
    return times


OFFSETS = st.integers(0, 3000)
LENGTHS = st.integers(0, 400)
WORD_LENGTHS = st.integers(-20, 100)


@st.composite
def words(draw: st.DrawFn, text: str) -> list[Json]:
    def word() -> Json:
        times = draw(time_of("offset", OFFSETS, needed=False)) | draw(time_of("duration", WORD_LENGTHS, needed=False))
        known: Json = {text: draw(TEXT_OR_NONE), **times}
        if text == "word":
            known["confidence"] = draw(CONFIDENCES)
        return shuffled(draw, known)

    return [word() for _ in range(draw(st.sampled_from([0, 1, 1, 2, 3])))]


@st.composite
def hypotheses(draw: st.DrawFn) -> Json:
    known: Json = {"confidence": draw(CONFIDENCES)}
    texts = draw(st.sampled_from(["own", "own", "same", "blank", "none"]))
    shared = draw(TEXTS)
    for form in ("lexical", "itn", "maskedITN", "display"):
        if texts != "none":
            known[form] = {"own": draw(TEXT_OR_NONE), "same": shared, "blank": ""}[texts]
    if draw(st.booleans()):
        known["words"] = draw(st.none() | words("word"))
    if draw(st.booleans()):
        known["displayWords"] = draw(words("displayText"))
    return shuffled(draw, known)


@st.composite
def phrases(draw: st.DrawFn) -> Json:
    known: Json = {
        "recognitionStatus": draw(st.sampled_from(["Success", "Success", "NoMatch", None])),
        **draw(time_of("offset", OFFSETS)),
        "nBest": [draw(hypotheses()) for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 6])))],
    }
    known |= draw(time_of("duration", LENGTHS, needed=not reference.is_blank(known)))
    if draw(st.booleans()):
        known["channel"] = draw(st.sampled_from([None, 0, 0, 1, 1.0, 7]))
    if draw(st.booleans()):
        known["speaker"] = draw(st.sampled_from([None, 0, 1, 2, 2.0]))
    if draw(st.booleans()):
        known["locale"] = draw(st.none() | LOCALES)
    return shuffled(draw, known)


@st.composite
def combined(draw: st.DrawFn, channel: int) -> Json:
    texts: Json = {form: draw(TEXT_OR_NONE) for form in ("lexical", "itn", "maskedITN", "display")}
    return shuffled(draw, {"channel": channel, **texts})


@st.composite
def results(draw: st.DrawFn, *, most_phrases: int = 6) -> Json:
    """Return a result file as an object."""
    known: Json = {"recognizedPhrases": [draw(phrases()) for _ in range(draw(st.integers(0, most_phrases)))]}
    if draw(st.booleans()):
        known["source"] = draw(st.sampled_from(["...", "https://h.example/a.wav?sv=1&sig=REDACTED", None]))
        known["timestamp"] = "2025-05-24T13:37:05Z"
        known |= draw(time_of("duration", st.integers(0, 5000), needed=False))
    if draw(st.booleans()):
        channels = draw(st.sampled_from([[], [0], [0, 1], [1, 0, 5]]))
        known["combinedRecognizedPhrases"] = [draw(combined(channel)) for channel in channels]
    return shuffled(draw, known)


@st.composite
def written(draw: st.DrawFn, body: st.SearchStrategy[Json]) -> bytes:
    """Return an object as the bytes of a file: indented or compact, escaped or not, with or without a BOM."""
    text = json.dumps(
        draw(body),
        indent=draw(st.sampled_from([None, None, 0, 2, "\t"])),
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\r", "\n:\t")])),
    )
    if draw(st.booleans()):
        text = text.replace("/", "\\/")  # allowed by JSON, and some writers do it
    mark = draw(st.sampled_from(["", "\ufeff"]))
    around = draw(st.sampled_from([("", ""), ("\n ", " \r\n\t")]))
    return f"{mark}{around[0]}{text}{around[1]}".encode()


def result_files(*, most_phrases: int = 6) -> st.SearchStrategy[bytes]:
    """Return a strategy for result files."""
    return written(results(most_phrases=most_phrases))


def cut_up(data: bytes, cuts: list[int]) -> list[bytes]:
    """Return `data` in pieces, cut at these places (taken modulo its length)."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[begin:end] for begin, end in pairwise(places)]


def in_chunks(data: bytes, size: int) -> list[bytes]:
    """Return `data` in pieces of `size` bytes."""
    return [data[start : start + size] for start in range(0, len(data), size)]


CUTS = st.lists(st.integers(0, 2**20), max_size=12)
