"""Converts a phrase of Speech's JSON into the entry of a track's part, and into the numbers that the head adds up."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from shared.domain.documents import DisplayWordColumns, Hypothesis, PhraseEntry, WordColumns
from shared.domain.speech_phrases import (
    LARGEST_NUMBER,
    DisplayWord,
    NBest,
    Texts,
    Timed,
    UsualDisplayWord,
    UsualNBest,
    UsualTimed,
    UsualWord,
    Word,
)
from shared.domain.speech_result import IndexedPhrase, present
from shared.domain.ticks import Number
from shared.errors import InvalidResult


class Measured(msgspec.Struct, frozen=True):
    """A phrase's entry and numbers. `blank`: it has no text.

    `begins`, `ends`: when somebody talks, in ticks; empty for a blank phrase.
    """

    channel: int
    speaker: int | None
    entry: PhraseEntry
    blank: bool
    word_count: int
    begins: list[int]
    ends: list[int]
    confidence: Number | None

    @property
    def end(self) -> int:
        """The end of the phrase, in ticks."""
        return self.entry.offset_in_ticks + self.entry.duration_in_ticks


def measure(read: IndexedPhrase, *, all_words: bool) -> Measured:
    """Return the entry and the numbers of a phrase. `all_words`: keep the words of all hypotheses, not only the first.

    A blank phrase without a duration has length 0, because Speech writes none for `NoMatch`. Raises InvalidResult, with
    the phrase's index, for any other missing or impossible time, and for a channel or speaker that is no whole number.
    """
    try:
        return _measure(read, all_words=all_words)
    except InvalidResult as error:
        raise InvalidResult(f"recognizedPhrases[{read.index}] (byte {read.place}): {error}", error.code) from error


def _measure(read: IndexedPhrase, *, all_words: bool) -> Measured:
    phrase = read.phrase
    hypotheses = phrase.hypotheses()
    blank = not hypotheses or not hypotheses[0].has_text()
    n_best = [_with_words(each) if all_words or place == 0 else _texts(each) for place, each in enumerate(hypotheses)]
    duration = phrase.duration_ticks()
    entry = PhraseEntry(
        read.index,
        phrase.recognition_status,
        _required(phrase.offset_ticks(), "offsetInTicks"),
        0 if blank and duration is None else _required(duration, "durationInTicks"),
        n_best,
        present(phrase.locale) or UNSET,
    )
    begins, ends = ([], []) if blank else _talk(entry)
    return Measured(
        integer(phrase.channel or 0, "channel"),
        None if phrase.speaker is None else integer(phrase.speaker, "speaker"),
        entry,
        blank,
        0 if blank else _word_count(n_best[0]),
        begins,
        ends,
        n_best[0].confidence if n_best else None,
    )


def integer(number: Number, name: str) -> int:
    """Return a channel's or speaker's number as an integer. Speech may write 1.0. Raises InvalidResult for 1.5."""
    if number != int(number) or abs(number) > LARGEST_NUMBER:
        raise InvalidResult(f"{name} is {number}, not a whole number below 2^31")
    return int(number)


def _required(ticks: int | None, name: str) -> int:
    if ticks is None:
        raise InvalidResult(f"{name} is missing, in ticks, in milliseconds and as ISO 8601")
    return ticks


def _texts(texts: Texts) -> Hypothesis:
    return Hypothesis(texts.confidence, texts.lexical, texts.itn, texts.masked_itn, texts.display)


def _with_words(best: Texts) -> Hypothesis:
    assert isinstance(best, NBest | UsualNBest), "the reader decodes words wherever they are kept"  # noqa: S101 - narrows the type
    return Hypothesis(
        best.confidence,
        best.lexical,
        best.itn,
        best.masked_itn,
        best.display,
        UNSET if best.words is None else _word_columns(best.words),
        UNSET if best.display_words is None else _display_word_columns(best.display_words),
    )


def _word_columns(words: Sequence[Word | UsualWord]) -> WordColumns:
    return WordColumns(
        [word.word or "" for word in words], *_times(words), confidence=[word.confidence for word in words]
    )


def _display_word_columns(words: Sequence[DisplayWord | UsualDisplayWord]) -> DisplayWordColumns:
    return DisplayWordColumns([word.display_text or "" for word in words], *_times(words))


def _times(words: Sequence[Timed | UsualTimed]) -> tuple[list[int | None], list[int | None]]:
    """Return offsets and durations. Most of a file are words, and nearly all have ticks: then no method is called."""
    offsets: list[Any] = [word.offset_in_ticks for word in words]
    durations: list[Any] = [word.duration_in_ticks for word in words]
    try:
        return list(map(round, offsets)), list(map(round, durations))
    except TypeError:  # a word without ticks
        return [word.offset_ticks() for word in words], [word.duration_ticks() for word in words]


def _word_count(best: Hypothesis) -> int:
    for columns in (best.words, best.display_words):
        if columns and columns.offset_in_ticks:
            return len(columns.offset_in_ticks)
    # Whisper and some languages have only the display form.
    counts = (len(text.split()) for text in (best.lexical, best.display, best.itn) if text)
    return next((count for count in counts if count), 0)


def _talk(entry: PhraseEntry) -> tuple[list[int], list[int]]:
    """Return when somebody talks: begins and ends of the words that have a length, or else of the phrase."""
    best = entry.n_best[0]
    columns = next((each for each in (best.words, best.display_words) if each and each.offset_in_ticks), None)
    times = zip(columns.offset_in_ticks, columns.duration_in_ticks, strict=True) if columns else ()
    timed = [(begin, length) for begin, length in times if length and length > 0 and begin is not None]
    if not timed and entry.duration_in_ticks > 0:
        timed = [(entry.offset_in_ticks, entry.duration_in_ticks)]
    return [begin for begin, _ in timed], [begin + length for begin, length in timed]
