"""The conversation: phrases of all tracks in time order; neighbouring phrases of one speaker become one turn."""

from collections.abc import Iterable
from typing import NamedTuple

from shared.domain.documents import Turn

LARGEST_TURN_CHARACTERS = 256 * 1024
"""A longer monologue is cut into several turns, so that no turn outgrows a document of 2 MB."""

_INDEX_CHARACTERS = 10
"""What a phrase adds to a turn besides its text: its index, a comma, a space."""


class Spoken(NamedTuple):
    """What a turn needs of a phrase. Sorts by offset, then channel, then index (`phrase`). Times are in ticks."""

    offset: int
    channel: int
    phrase: int
    speaker: int | None
    end: int
    display: str


def turns_of(spoken: Iterable[Spoken], gap_in_ticks: int) -> list[Turn]:
    """Return the turns of the phrases.

    A phrase joins the turn before it if the track is the same and the phrase begins less than `gap_in_ticks` after the
    greatest end so far.
    """
    turns: list[Turn] = []
    current: list[Spoken] = []
    end = characters = 0
    for phrase in sorted(spoken, key=lambda each: each[:3]):
        joins = (
            current
            and (phrase.channel, phrase.speaker) == (current[0].channel, current[0].speaker)
            and phrase.offset < end + gap_in_ticks
            and characters + len(phrase.display) <= LARGEST_TURN_CHARACTERS
        )
        if current and not joins:
            turns.append(_turn(current, end))
            current, end, characters = [], phrase.end, 0
        end = max(end, phrase.end) if current else phrase.end
        characters += len(phrase.display) + _INDEX_CHARACTERS
        current.append(phrase)
    if current:
        turns.append(_turn(current, end))
    return turns


def _turn(phrases: list[Spoken], end: int) -> Turn:
    first = phrases[0]
    return Turn(
        channel=first.channel,
        speaker=first.speaker,
        offset_in_ticks=first.offset,
        duration_in_ticks=end - first.offset,
        display=" ".join(each.display for each in phrases if each.display),
        phrases=[each.phrase for each in phrases],
    )
