"""Converts a phrase of Speech's JSON into the entry of a track's part, and into the numbers that the head adds up."""

from collections.abc import Iterator, Sequence
from operator import add
from typing import Any

import msgspec
from msgspec import UNSET

from shared.domain.documents import DisplayWordColumns, Hypothesis, PhraseEntry, WordColumns
from shared.domain.speech_phrases import (
    LARGEST_NUMBER,
    DisplayWord,
    NBest,
    Phrase,
    Texts,
    Timed,
    UsualDisplayWord,
    UsualNBest,
    UsualPhrase,
    UsualTimed,
    UsualWord,
    Word,
)
from shared.domain.speech_result import PhraseRun, present
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
    begins: Sequence[int]
    ends: Sequence[int]
    confidence: Number | None

    @property
    def end(self) -> int:
        """The end of the phrase, in ticks."""
        return self.entry.offset_in_ticks + self.entry.duration_in_ticks


def measured_run(run: PhraseRun, *, all_words: bool) -> Iterator[Measured]:
    """Yield the entry and the numbers of each phrase.

    `all_words`: keep the words of all hypotheses, not only the first. A blank phrase without a duration has length 0,
    because Speech writes none for `NoMatch`. Raises InvalidResult, with the phrase's index, for any other missing or
    impossible time, and for a channel or speaker that is no whole number.
    """
    for index, phrase in enumerate(run.phrases, run.first):
        try:
            yield _measured(phrase, index, all_words=all_words)
        except InvalidResult as error:
            raise InvalidResult(f"recognizedPhrases[{index}] (byte {run.place}): {error}", error.code) from error


def _measured(phrase: Phrase | UsualPhrase[Any], index: int, *, all_words: bool) -> Measured:
    hypotheses = phrase.hypotheses()
    blank = not hypotheses or not hypotheses[0].has_text()
    n_best = [_with_words(each) if all_words or place == 0 else _texts(each) for place, each in enumerate(hypotheses)]
    duration = phrase.duration_ticks()
    entry = PhraseEntry(
        index,
        phrase.recognition_status,
        _required(phrase.offset_ticks(), "offsetInTicks"),
        0 if blank and duration is None else _required(duration, "durationInTicks"),
        n_best,
        present(phrase.locale) or UNSET,
    )
    columns = None if blank else _timed_words(n_best[0])
    begins, ends = ((), ()) if blank else _talk(entry, columns)
    return Measured(
        integer(phrase.channel or 0, "channel"),
        None if phrase.speaker is None else integer(phrase.speaker, "speaker"),
        entry,
        blank,
        0 if blank else _word_count(n_best[0], columns),
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
    """Return offsets and durations. Most of a file are words, so no method is called for a usual one."""
    if words and isinstance(words[0], UsualTimed):
        usual: Sequence[Any] = words
        return [word.offset_in_ticks for word in usual], [word.duration_in_ticks for word in usual]
    return [word.offset_ticks() for word in words], [word.duration_ticks() for word in words]


def _timed_words(best: Hypothesis) -> WordColumns | DisplayWordColumns | None:
    for columns in (best.words, best.display_words):
        if columns and columns.offset_in_ticks:
            return columns
    return None


def _word_count(best: Hypothesis, columns: WordColumns | DisplayWordColumns | None) -> int:
    if columns:
        return len(columns.offset_in_ticks)
    # Whisper and some languages have only the display form.
    counts = (len(text.split()) for text in (best.lexical, best.display, best.itn) if text)
    return next((count for count in counts if count), 0)


def _talk(entry: PhraseEntry, columns: WordColumns | DisplayWordColumns | None) -> tuple[Sequence[int], Sequence[int]]:
    """Return when somebody talks: begins and ends of the words that have a length, or else of the phrase."""
    begins: Sequence[Any] = columns.offset_in_ticks if columns else ()
    lengths: Sequence[Any] = columns.duration_in_ticks if columns else ()
    if None in begins or None in lengths or min(lengths, default=0) <= 0:
        talk = [(begin, length) for begin, length in zip(begins, lengths, strict=True) if begin is not None and length]
        talk = [each for each in talk if each[1] > 0]
        if not talk and entry.duration_in_ticks > 0:
            talk = [(entry.offset_in_ticks, entry.duration_in_ticks)]
        begins, lengths = zip(*talk, strict=True) if talk else ((), ())
    return begins, list(map(add, begins, lengths))
