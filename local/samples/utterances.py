"""A stock of utterances with times, from which generated transcripts draw."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from local.samples.vocabulary import VOCABULARIES, Vocabulary

GRAIN = 100_000
"""Ticks (100 ns) in 10 ms: the service's times are multiples of it."""

STOCK = 512
"""Number of utterances in a stock: enough variety, and constant memory however long the audio is."""


@dataclass(frozen=True)
class Word:
    """A lexical word. Its times are ticks from the beginning of the utterance."""

    text: str
    offset: int
    duration: int
    confidence: float


@dataclass(frozen=True)
class DisplayWord:
    """A displayed token, which may stand for several words. Its times are as in Word."""

    text: str
    offset: int
    duration: int


@dataclass(frozen=True)
class Utterance:
    """The text of one phrase in the four forms of a result file, with times."""

    lexical: str
    itn: str
    masked_itn: str
    display: str
    words: tuple[Word, ...]
    display_words: tuple[DisplayWord, ...]
    duration: int


@cache
def stock(locale: str) -> Sequence[Utterance]:
    """Return the utterances of `locale`, the same on every run. Raises ValueError for an unknown locale."""
    if locale not in VOCABULARIES:
        raise ValueError(f"no vocabulary for {locale!r}; there are {', '.join(sorted(VOCABULARIES))}")
    draw = random.Random(locale)  # noqa: S311 - sample text is to be repeatable, not secret
    vocabulary = VOCABULARIES[locale]
    words = vocabulary.words.split()
    return tuple(_utterance(vocabulary, words, draw) for _ in range(STOCK))


def confidence(draw: random.Random) -> float:
    """Return a confidence with as many digits as the service writes."""
    return round(0.35 + 0.64 * draw.random(), 7)


def _utterance(vocabulary: Vocabulary, choices: Sequence[str], draw: random.Random) -> Utterance:
    written, words, display_words, at = [], [], [], 0
    count = draw.randint(2, 16)
    for index in range(count):
        lexical, itn = draw.choice(choices), ""
        if draw.random() < 0.08:  # noqa: PLR2004 - about one token in twelve is spoken and written differently
            lexical, itn = draw.choice(vocabulary.spoken)
        begin = at
        for text in lexical.split():
            duration = draw.randint(8, 55) * GRAIN
            words.append(Word(text.lower(), at, duration, confidence(draw)))
            at += duration + draw.choice((0, 0, 0, 1, 4, 12)) * GRAIN
        token = itn or lexical
        shown = token[0].upper() + token[1:] if index == 0 else token
        shown += _mark(vocabulary, draw, last=index == count - 1)
        written.append(itn or lexical.lower())
        end = words[-1].offset + words[-1].duration
        display_words.append(DisplayWord(shown, begin, end - begin))
    text = " ".join(written)
    return Utterance(
        lexical=" ".join(word.text for word in words),
        itn=text,
        masked_itn=text,
        display=" ".join(word.text for word in display_words),
        words=tuple(words),
        display_words=tuple(display_words),
        duration=words[-1].offset + words[-1].duration,
    )


def _mark(vocabulary: Vocabulary, draw: random.Random, *, last: bool) -> str:
    if last:
        return draw.choice((vocabulary.full_stop, vocabulary.full_stop, vocabulary.full_stop, "?"))
    return "," if draw.random() < 0.1 else ""  # noqa: PLR2004 - a comma now and then
