"""The conversation: the phrases of all tracks in order of time. Consecutive phrases of one track become a turn."""

from collections.abc import Iterable, Iterator, Sequence
from math import fsum

from msgspec import UNSET, UnsetType

from shared.domain.documents import Turn
from shared.domain.spoken import Spoken

LARGEST_TURN_CHARACTERS = 256 * 1024
"""Longest text of a turn. A longer monologue becomes several turns, because a document of 2 MB has to hold each."""

_INDEX_CHARACTERS = 10
"""Added to a turn's size for each phrase besides its text: the index, a comma and a space."""


def turns_of(phrases: Iterable[Spoken], gap_in_ticks: int) -> Iterator[Turn]:
    """Yield the turns in order of time. `phrases`: by begin, then channel, then index.

    A phrase joins the previous turn if both have the same track and the phrase begins less than `gap_in_ticks` after
    the greatest end in that turn, as long as the turn's text is not longer than LARGEST_TURN_CHARACTERS.
    """
    current: list[Spoken] = []
    end = characters = 0
    for phrase in phrases:
        joins = (
            current
            and phrase.track == current[0].track
            and phrase.begin < end + gap_in_ticks
            and characters + len(phrase.display) <= LARGEST_TURN_CHARACTERS
        )
        if current and not joins:
            yield _turn(current, end)
            current, characters = [], 0
        end = max(end, phrase.end) if current else phrase.end
        characters += len(phrase.display) + _INDEX_CHARACTERS
        current.append(phrase)
    if current:
        yield _turn(current, end)


def _turn(phrases: Sequence[Spoken], end: int) -> Turn:
    first = phrases[0]
    channel, speaker = first.track
    confidences = [each.confidence for each in phrases if each.confidence is not None]
    return Turn(
        channel=channel,
        speaker=speaker,
        offset_in_ticks=first.begin,
        duration_in_ticks=end - first.begin,
        display=" ".join(each.display for each in phrases if each.display),
        phrases=[each.number for each in phrases],
        confidence=fsum(confidences) / len(confidences) if confidences else None,
        locale=_locale(phrases),
    )


def _locale(phrases: Sequence[Spoken]) -> str | UnsetType | None:
    """Return the only locale that the phrases name; None if they name several, UNSET if they name none."""
    named = {each.locale for each in phrases}
    named.discard(UNSET)
    if len(named) > 1:
        return None
    return named.pop() if named else UNSET
