"""Converts a phrase of Speech's JSON into the entry of a track's part, and into the numbers that the head adds up."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from shared.domain.documents import DisplayWordColumns, Hypothesis, PhraseEntry, WordColumns
from shared.domain.intervals import Interval
from shared.domain.speech_result import DisplayWord, IndexedPhrase, NBest, Phrase, Timed, Word, present
from shared.domain.ticks import Number
from shared.errors import InvalidResult


class Measured(msgspec.Struct, frozen=True):
    """A phrase's entry and numbers. `blank`: it has no text. `talk`: intervals in ticks; empty for a blank phrase."""

    channel: int
    speaker: int | None
    entry: PhraseEntry
    blank: bool
    word_count: int
    talk: list[Interval]
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
        return _measure(read.index, read.phrase, all_words=all_words)
    except InvalidResult as error:
        raise InvalidResult(f"recognizedPhrases[{read.index}] (byte {read.place}): {error}", error.code) from error


def _measure(index: int, phrase: Phrase, *, all_words: bool) -> Measured:
    best = phrase.best()
    blank = not best.has_text()
    duration = phrase.duration_ticks()
    entry = PhraseEntry(
        index=index,
        recognition_status=phrase.recognition_status,
        offset_in_ticks=_required(phrase.offset_ticks(), "offsetInTicks"),
        duration_in_ticks=0 if blank and duration is None else _required(duration, "durationInTicks"),
        locale=present(phrase.locale) or UNSET,
        n_best=[
            _hypothesis(each, with_words=all_words or place == 0) for place, each in enumerate(phrase.n_best or [])
        ],
    )
    return Measured(
        channel=integer(phrase.channel or 0, "channel"),
        speaker=None if phrase.speaker is None else integer(phrase.speaker, "speaker"),
        entry=entry,
        blank=blank,
        word_count=0 if blank else _word_count(best),
        talk=[] if blank else _talk(entry),
        confidence=best.confidence,
    )


def integer(number: Number, name: str) -> int:
    """Return a channel's or speaker's number as an integer. Speech may write 1.0. Raises InvalidResult for 1.5."""
    if number != int(number) or abs(number) >= 2**31:
        raise InvalidResult(f"{name} is {number}, not a whole number below 2^31")
    return int(number)


def _required(ticks: int | None, name: str) -> int:
    if ticks is None:
        raise InvalidResult(f"{name} is missing, in ticks, in milliseconds and as ISO 8601")
    return ticks


def _hypothesis(best: NBest, *, with_words: bool) -> Hypothesis:
    words = best.words if with_words else None
    display_words = best.display_words if with_words else None
    return Hypothesis(
        confidence=best.confidence,
        lexical=best.lexical,
        itn=best.itn,
        masked_itn=best.masked_itn,
        display=best.display,
        words=UNSET if words is None else _word_columns(words),
        display_words=UNSET if display_words is None else _display_word_columns(display_words),
    )


def _word_columns(words: list[Word]) -> WordColumns:
    return WordColumns(
        word=[word.word or "" for word in words],
        offset_in_ticks=_offsets(words),
        duration_in_ticks=_durations(words),
        confidence=[word.confidence for word in words],
    )


def _display_word_columns(words: list[DisplayWord]) -> DisplayWordColumns:
    return DisplayWordColumns(
        display_text=[word.display_text or "" for word in words],
        offset_in_ticks=_offsets(words),
        duration_in_ticks=_durations(words),
    )


# Most of a file are words, and nearly all have ticks. Reading these here takes a quarter of the methods' time.
def _offsets(words: Sequence[Timed]) -> list[int | None]:
    return [word.offset_ticks() if (ticks := word.offset_in_ticks) is None else round(ticks) for word in words]


def _durations(words: Sequence[Timed]) -> list[int | None]:
    return [word.duration_ticks() if (ticks := word.duration_in_ticks) is None else round(ticks) for word in words]


def _word_count(best: NBest) -> int:
    if best.words:
        return len(best.words)
    if best.display_words:
        return len(best.display_words)
    # Whisper and some languages have only the display form.
    counts = (len(text.split()) for text in (best.lexical, best.display, best.itn) if text)
    return next((count for count in counts if count), 0)


def _talk(entry: PhraseEntry) -> list[Interval]:
    best = entry.n_best[0]
    columns = next((each for each in (best.words, best.display_words) if each and each.offset_in_ticks), None)
    times = zip(columns.offset_in_ticks, columns.duration_in_ticks, strict=True) if columns else ()
    intervals = [(begin, begin + length) for begin, length in times if begin is not None and length and length > 0]
    return intervals or [(entry.offset_in_ticks, entry.offset_in_ticks + entry.duration_in_ticks)]
