"""The conversation: the phrases of all tracks in order of time. Consecutive phrases of one track become a turn."""

from collections.abc import Iterable
from typing import NamedTuple

from shared.domain.documents import Turn

LARGEST_TURN_CHARACTERS = 256 * 1024
"""Longest text of a turn. A longer monologue becomes several turns, because a document of 2 MB has to hold each."""

_INDEX_CHARACTERS = 10
"""Added to a turn's size for each phrase besides its text: the index, a comma and a space."""


class Spoken(NamedTuple):
    """The properties of a phrase that turns need; times in ticks. Sort by the first three: offset, channel, index."""

    offset: int
    channel: int
    phrase: int
    speaker: int | None
    end: int
    display: str


def turns_of(spoken: Iterable[Spoken], gap_in_ticks: int) -> list[Turn]:
    """Return the turns in order of time, made from phrases in any order.

    A phrase joins the previous turn if both have the same track and the phrase begins less than `gap_in_ticks` after
    the greatest end in that turn, as long as the turn's text is not longer than LARGEST_TURN_CHARACTERS.
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
