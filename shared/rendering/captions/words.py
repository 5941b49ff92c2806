"""The words of a phrase's display text with their times.

Times come from `displayWords`; else from `words`, aligned with the display text; else the phrase's time is shared out.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from wcwidth import iter_graphemes

from shared.domain.documents import DisplayWordColumns, Hypothesis, PhraseEntry, WordColumns
from shared.domain.ticks import TICKS_PER_MILLISECOND
from shared.rendering.captions.rules import TimesFrom
from shared.rendering.texts import one_line, words_of
from shared.rendering.wrapping import columns

_NOT_LETTERS = re.compile(r"[\W_]+")
_MOST_COMPARED = 4_000_000
"""Pairs of words. A phrase with more is not aligned, which would take seconds; real phrases have thousands."""

_STRAY = 5_000
"""Milliseconds. Words lie outside their phrase in real files, but one that is farther away would move all after it."""

Span = tuple[int, int]
"""Begin and end, in milliseconds."""


class Word(NamedTuple):
    """A word, or a piece of one that is longer than a line (`glued`: without a blank before it). Milliseconds."""

    text: str
    begin: int
    end: int
    glued: bool = False


def timed_words(phrase: PhraseEntry) -> tuple[list[Word], TimesFrom]:
    """Return the words of a phrase, each once and in order, and where their times come from.

    Begins do not decrease, and no word ends before it begins, whatever the phrase says.
    """
    best = phrase.n_best[0]
    forms = (best.display, best.itn, best.masked_itn, best.lexical)
    texts = words_of(next((text for text in forms if text and not text.isspace()), ""))
    whole = _span(phrase.offset_in_ticks, phrase.duration_in_ticks)
    sources = {TimesFrom.DISPLAY_WORDS: _of_display_words(texts, best), TimesFrom.WORDS: _of_words(texts, best)}
    for source, spans in sources.items():
        if spans is not None:
            return list(_ordered(texts, spans, whole)), source
    return list(_ordered(texts, _shared_out(texts, whole), whole)), TimesFrom.PHRASE


def fitting(word: Word, limit: int) -> Iterator[Word]:
    """Yield a word, or pieces of it that fit into a line, with their share of its time."""
    if columns(word.text) <= limit:
        yield word
        return
    clusters = list(iter_graphemes(word.text))
    spans = _shared_out(["x"] * len(clusters), (word.begin, word.end))
    first = used = 0
    for place, cluster in enumerate(clusters):
        size = columns(cluster)
        if place > first and used + size > limit:
            yield Word("".join(clusters[first:place]), spans[first][0], spans[place - 1][1], word.glued or first > 0)
            first, used = place, 0
        used += size
    yield Word("".join(clusters[first:]), spans[first][0], word.end, word.glued or first > 0)


def _span(offset: int, duration: int) -> Span:
    begin = max(0, offset) // TICKS_PER_MILLISECOND
    return begin, max(begin, (offset + duration) // TICKS_PER_MILLISECOND)


def _spans(timed: WordColumns | DisplayWordColumns) -> list[Span] | None:
    """Return the words' times; None if one of them has none."""
    found = []
    for offset, duration in zip(timed.offset_in_ticks, timed.duration_in_ticks, strict=True):
        if offset is None:
            return None
        found.append(_span(offset, duration or 0))
    return found


def _of_display_words(texts: Sequence[str], best: Hypothesis) -> list[Span] | None:
    """Return times of `texts` if displayWords hold the same characters, however they divide them into words."""
    if not best.display_words:
        return None
    spans = _spans(best.display_words)
    pieces = [one_line(text).replace(" ", "") for text in best.display_words.display_text]
    if spans is None or "".join(pieces) != "".join(texts):
        return None
    owner = [place for place, piece in enumerate(pieces) for _ in piece]
    ends = [0]
    for text in texts:
        ends.append(ends[-1] + len(text))
    return [(spans[owner[first]][0], spans[owner[last - 1]][1]) for first, last in pairwise(ends)]


def _of_words(texts: Sequence[str], best: Hypothesis) -> list[Span] | None:
    """Return times of `texts` by those of `words` that are the same but for case and punctuation.

    Words between two of these share the time between them: "twenty first" is "21st" in the display text.
    """
    spans = _spans(best.words) if best.words else None
    if not spans or not best.words or len(texts) * len(spans) > _MOST_COMPARED:
        return None
    spoken = [_plain(word) for word in best.words.word]
    found: list[Span] = []
    matcher = SequenceMatcher(None, [_plain(text) for text in texts], spoken, autojunk=False)
    for kind, first, last, begin, end in matcher.get_opcodes():
        if kind == "equal":
            found += spans[begin:end]
        elif first < last:
            # Without words of its own it takes the time from the word before to the word after.
            inner = spans[begin:end] or [(spans[max(0, begin - 1)][1], spans[min(begin, len(spans) - 1)][0])]
            found += _shared_out(texts[first:last], (inner[0][0], inner[-1][1]))
    return found


def _plain(word: str) -> str:
    return _NOT_LETTERS.sub("", word).casefold() or word


def _shared_out(texts: Sequence[str], whole: Span) -> list[Span]:
    """Return a share of the time for each text, in proportion to its length."""
    begin, end = whole
    length = max(0, end - begin)
    total = sum(map(len, texts)) or 1
    found, done = [], 0
    for text in texts:
        first, done = done, done + len(text)
        found.append((begin + length * first // total, begin + length * done // total))
    return found


def _ordered(texts: Sequence[str], spans: Sequence[Span], whole: Span) -> Iterator[Word]:
    """Yield the words with begins that do not decrease, and that are near their phrase."""
    latest, last = max(0, whole[0] - _STRAY), whole[1] + _STRAY
    for text, (begin, end) in zip(texts, spans, strict=True):
        latest = max(latest, min(begin, last))
        yield Word(text, latest, max(latest, min(end, last)))
