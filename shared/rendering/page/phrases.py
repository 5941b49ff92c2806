"""What the page keeps of a phrase: its alternatives, and the words of the first one."""

from collections.abc import Iterable
from typing import TypedDict

from msgspec import UNSET

from shared.domain.documents import Hypothesis, PhraseEntry


class Words(TypedDict):
    """Words in columns of equal length: texts, begins in ticks, confidences. An unknown number is null."""

    text: list[str]
    begin: list[int | None]
    sure: list[float | None]


class Phrase(TypedDict):
    """A phrase: its begin in ticks, its alternatives as pairs of text and confidence, and its words."""

    begin: int
    best: list[tuple[str, float | None]]
    words: Words | None


def phrase_of(phrase: PhraseEntry) -> Phrase:
    """Return what the page keeps of a phrase."""
    best = [(_text(each), each.confidence) for each in phrase.n_best]
    return Phrase(begin=phrase.offset_in_ticks, best=best, words=_words(phrase.n_best[0]) if phrase.n_best else None)


def text_of(phrases: Iterable[PhraseEntry]) -> str:
    """Return the first text of each phrase, for a turn that has no display text."""
    return " ".join(filter(None, (_text(phrase.n_best[0]) for phrase in phrases if phrase.n_best)))


def _text(best: Hypothesis) -> str:
    return best.display or best.masked_itn or best.itn or best.lexical or ""


def _words(best: Hypothesis) -> Words | None:
    """Return the words as displayed, with the confidences of the words as spoken where both are the same words."""
    spoken, displayed = best.words, best.display_words
    if displayed is not UNSET and displayed.display_text:
        sure: list[float | None] = [None] * len(displayed.display_text)
        if spoken is not UNSET and len(spoken.word) == len(displayed.display_text):
            sure = list(spoken.confidence)
        return Words(text=displayed.display_text, begin=displayed.offset_in_ticks, sure=sure)
    if spoken is not UNSET and spoken.word:
        return Words(text=spoken.word, begin=spoken.offset_in_ticks, sure=list(spoken.confidence))
    return None
