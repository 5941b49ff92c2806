"""The hits of a search in a recording, and the line that shows one in its context."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from wcwidth import iter_graphemes

from shared.rendering.finding import Phrase, Place
from shared.rendering.recording import Recording, Said
from shared.rendering.spans import Line, Span, Style
from shared.rendering.texts import flat
from shared.rendering.wrapping import CHARACTERS_A_COLUMN, MORE, columns

_BEGIN, _END = "\u00bb", "\u00ab"
"""Around a hit, so that it is seen without colours too."""

_LEAST = 8
_BEFORE_TENTHS = 4
"""What stands before the first hit takes at most so many tenths of the room, if there is enough behind it."""


class Hit(NamedTuple):
    """A turn that has the phrase, and every place in its text where it stands."""

    said: Said
    places: list[Place]


def hits(recording: Recording, phrase: Phrase) -> Iterator[Hit]:
    """Yield the turns with the phrase, in order of time. A phrase that two turns share is not found."""
    for said in recording.turns():
        places = phrase.places(said.turn.display)
        if places:
            yield Hit(said, places)


def context(text: str, places: Sequence[Place], room: int) -> Line:
    """Return one line of at most `room` columns, and at least 8, with the first hit, and what stands around it.

    Each hit in it stands between `»` and `«`. What is cut off on a side is an ellipsis.
    """
    room = max(room, _LEAST)
    before, hit, *after = _pieces(*_near(text, places, room * CHARACTERS_A_COLUMN))
    shown = _from_the_left([hit], room)
    left = room - _size(shown)
    behind = min(left, _size(after))
    start = _end_of(before.text, max(left - behind, min(left, left * _BEFORE_TENTHS // 10)))
    rest = _from_the_left(after, left - columns(start)) if shown == [hit] else []
    return [span for span in (Span(start), *_marked([*shown, *rest])) if span.text]


def _near(text: str, places: Sequence[Place], most: int) -> tuple[str, list[Place]]:
    """Return the text up to `most` characters before and behind the first hit, and the hits in it."""
    first, last = max(0, places[0].begin - most), places[0].end + most
    inside = takewhile(lambda place: place.end <= last, places)
    return text[first:last], [Place(begin - first, end - first) for begin, end in inside]


def _pieces(text: str, places: Sequence[Place]) -> list[Span]:
    """Return the text in pieces, on one line: what stands before the first hit, the hit, what stands behind it, …"""
    edges = [0, *(edge for place in places for edge in place), len(text)]
    pieces = [flat(text[begin:end]) for begin, end in pairwise(edges)]
    pieces[0], pieces[-1] = pieces[0].lstrip(" "), pieces[-1].rstrip(" ")
    return [Span(piece, Style.HIT if place % 2 else Style.PLAIN) for place, piece in enumerate(pieces)]


def _size(spans: Iterable[Span]) -> int:
    """Return the columns of pieces with their marks."""
    return sum(columns(span.text) + 2 * (span.style is Style.HIT) for span in spans)


def _from_the_left(spans: Sequence[Span], room: int) -> list[Span]:
    """Return the pieces that fit into the room; where the rest is cut off, an ellipsis. Only the first hit is cut."""
    kept: list[Span] = []
    for place, span in enumerate(spans):
        size = _size([span])
        more = any(each.text for each in spans[place + 1 :])
        if size + more <= room:
            kept.append(span)
            room -= size
            continue
        if span.style is not Style.HIT:
            kept.append(Span(_beginning_of(span.text, room)))
        elif kept:
            kept.append(Span(MORE if room else ""))
        else:
            kept.append(Span(_beginning_of(span.text, room - 2), Style.HIT))
        break
    return kept


def _marked(spans: Iterable[Span]) -> Iterator[Span]:
    for span in spans:
        yield Span(f"{_BEGIN}{span.text}{_END}", span.style) if span.style is Style.HIT else span


def _beginning_of(text: str, room: int) -> str:
    """Return the first words of a text that fit, with an ellipsis; part of a word only if no whole one fits."""
    if room < 1:
        return ""
    kept = _fitting(iter_graphemes(text), room - 1)
    begin = "".join(kept)
    if text[len(begin) : len(begin) + 1] != " " and " " in begin:
        begin = begin[: begin.rindex(" ") + 1]
    return f"{begin}{MORE}"


def _end_of(text: str, room: int) -> str:
    """Return the last words of a text that fit, with an ellipsis if it is not all; part of a word only if it has to."""
    if room < 1:
        return ""
    if columns(text) <= room:
        return text
    kept = _fitting(reversed(list(iter_graphemes(text))), room - 1)
    end = "".join(reversed(kept))
    if text[-len(end) - 1 : -len(end)] != " " and " " in end:
        end = end[end.index(" ") :]
    return f"{MORE}{end}"


def _fitting(clusters: Iterable[str], room: int) -> list[str]:
    kept: list[str] = []
    for cluster in clusters:
        room -= columns(cluster)
        if room < 0:
            break
        kept.append(cluster)
    return kept
