"""Phrases are kept in blocks until the file's end, and come out in order of time."""

import random
import tracemalloc

import pytest
from msgspec import UNSET, UnsetType

from shared.domain.documents import Hypothesis, PhraseEntry
from shared.domain.phrases import Measured
from shared.domain.spoken import Spoken, SpokenPhrases

TRACKS = [(0, None), (0, 1), (1, 0), (7, -3)]
LOCALES: list[str | UnsetType] = [UNSET, "en-US", "hi-IN"]
TEXTS = ["", "a", "é😀", "नमस्ते"]


def measured(phrase: Spoken) -> Measured:
    texts = Hypothesis(phrase.confidence, phrase.display, None, None, phrase.display)
    length = phrase.end - phrase.begin
    entry = PhraseEntry(phrase.number, "Success", phrase.begin, length, [texts], phrase.locale)
    return Measured(*phrase.track, entry, False, 1, (), (), phrase.confidence)


def drawn(count: int) -> list[Spoken]:
    """Return phrases with numbers of every size. Some begin at the same time."""
    chance = random.Random(count)  # noqa: S311 - not a secret
    return [
        Spoken(
            track=chance.choice(TRACKS),
            begin=(begin := chance.choice([chance.randint(0, 50), chance.randint(-(2**40), 2**40)])),
            end=begin + chance.choice([0, 1, 2**40]),
            number=number,
            display=chance.choice(TEXTS),
            confidence=chance.choice([None, 0.0, 0.5643338, 0.99999994, 1.0]),
            locale=chance.choice(LOCALES),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 1_023, 1_024, 1_025, 2_048, 5_000])
def test_phrases_come_out_unchanged_by_begin_then_channel_then_index(count: int) -> None:
    phrases, kept = drawn(count), SpokenPhrases()
    for phrase in phrases:
        kept.add(measured(phrase))
    assert list(kept.in_order()) == sorted(phrases, key=lambda each: (each.begin, each.track[0], each.number))


def test_a_phrase_takes_its_text_and_46_bytes() -> None:
    phrase = measured(Spoken(TRACKS[0], 2**40, 2**41, 1, "x" * 54, 0.5, "en-US"))
    kept = SpokenPhrases()
    tracemalloc.start()
    try:
        for _ in range(100 * 1_024):
            kept.add(phrase)
        taken, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 100 * 1_024 * (54 + 46) + 100_000
    assert most < taken + 300_000
