"""The conversation: phrases of all tracks in time order, neighbours of one speaker joined to turns."""

from collections.abc import Iterable
from typing import NamedTuple

from shared.domain.documents import Turn

LARGEST_TURN_CHARACTERS = 256 * 1024
"""A monologue goes on in a new turn beyond this, so that no turn can outgrow a document of 2 MB."""

_INDEX_CHARACTERS = 10
"""What a phrase adds to a turn beside its text: its index, a comma, a space."""


class Spoken(NamedTuple):
    """What of a phrase a turn needs. Sorts by offset, then channel, then index (`phrase`). Times in ticks."""

    offset: int
    channel: int
    phrase: int
    speaker: int | None
    end: int
    display: str


def turns_of(spoken: Iterable[Spoken], gap_in_ticks: int) -> list[Turn]:
    """Return the turns of the phrases: neighbours of one track join when the next begins less than the gap later."""
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


def interruptions(turns: Iterable[Turn]) -> int:
    """Count the turns that begin while a turn of another track is running; of two that begin at once, the second."""
    count = 0
    # The last two tracks to end, the later one last: one of them is another's, however many tracks there are.
    latest: list[tuple[int, tuple[int, int | None]]] = []
    for turn in turns:
        track = (turn.channel, turn.speaker)
        count += any(end > turn.offset_in_ticks for end, other in latest if other != track)
        before = [end for end, other in latest if other == track]
        end = max([turn.offset_in_ticks + turn.duration_in_ticks, *before])
        latest = [each for each in latest if each[1] != track]
        latest = sorted([*latest, (end, track)], key=lambda each: each[0])[-2:]
    return count
