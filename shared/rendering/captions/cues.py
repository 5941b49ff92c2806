"""Cuts what one voice says in a turn into cues."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shared.rendering.captions.rules import Rules
from shared.rendering.captions.words import Word
from shared.rendering.names import Track
from shared.rendering.wrapping import columns

PAUSE = 1_000
"""Milliseconds. A cue does not go on after a longer pause."""

_FEW = 2
"""Words that look lost in a cue of their own."""

_SENTENCE = tuple(".?!\u2026\u3002\uff1f\uff01\u0964\u061f")
_CLAUSE = tuple(",;:\u2013\u2014\uff0c\u3001\uff1b\uff1a\u060c")


MARKS = (*_SENTENCE, *_CLAUSE)
"""Punctuation after which a line or a cue may well end."""


@dataclass
class Cue:
    """What one voice says at once. Milliseconds.

    `spoken_from` and `spoken_to` are the times of its words, `begin` and `end` those at which it is shown.
    """

    track: Track
    name: str
    words: Sequence[Word]
    spoken_from: int
    spoken_to: int
    begin: int = field(init=False)
    end: int = field(init=False)

    def __post_init__(self) -> None:
        self.begin = self.spoken_from
        self.end = self.spoken_to

    @classmethod
    def of(cls, track: Track, name: str, words: Sequence[Word]) -> "Cue":
        """Return the cue of these words."""
        return cls(track, name, words, words[0].begin, max(word.end for word in words))


def cues_of_turn(track: Track, name: str, words: Sequence[Word], rules: Rules, label: int = 0) -> Iterator[Cue]:
    """Yield the cues of a turn. Every word is in one of them, in order.

    A cue ends where its lines are full, after a pause, and before it lasts too long. Of full lines it takes as much as
    ends with a sentence or a clause, if that is enough. `label`: columns that are kept free for the name.
    """
    first = 0
    while first < len(words):
        last = _full(words, first, rules, label)
        if last < len(words) and words[last].begin - words[last - 1].end <= PAUSE:
            last = _good_end(words, first, last)
        yield Cue.of(track, name, words[first:last])
        first = last


def _full(words: Sequence[Word], first: int, rules: Rules, label: int) -> int:
    """Return the end of the longest cue from `first`: at least one word."""
    line, used = 1, min(label, rules.line)
    for place in range(first, len(words)):
        word, size = words[place], columns(words[place].text)
        if used and used + 1 + size > rules.line:
            line, used = line + 1, 0
        used += size + (1 if used else 0)
        if place > first and (
            line > rules.lines
            or word.end - words[first].begin > rules.longest
            or word.begin - words[place - 1].end > PAUSE
        ):
            return place
    return len(words)


def _good_end(words: Sequence[Word], first: int, last: int) -> int:
    """Return a better end of the cue than `last`: after a sentence in its last two thirds, or a clause in its half.

    Where neither is, and only a word or two of the sentence would be left for the next cue, it is the middle.
    """
    for marks, share in ((_SENTENCE, 3), (_CLAUSE, 2)):
        for place in range(last, first + (last - first) // share, -1):
            if words[place - 1].text.endswith(marks):
                return place
    rest = range(last, min(last + _FEW, len(words)))
    stop = next((place + 1 for place in rest if words[place].text.endswith(_SENTENCE)), 0)
    if len(words) - last <= _FEW:
        stop = stop or len(words)
    return min(last, (first + stop) // 2 + 1) if stop else last
