"""Which part of a recording is wanted, in the words of a user: times, and those who speak."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from shared.domain.ticks import TICKS_PER_SECOND
from shared.errors import NotFound, WrongUsage
from shared.rendering.names import Track, named_track
from shared.rendering.texts import one_line

_TIME = re.compile(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,7}(?:\.\d{1,7})?)", re.ASCII)


def time_of(text: str) -> int:
    """Return the ticks of a time in the audio: `843.2`, `14:03.2` or `1:14:03`. Raises WrongUsage."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise WrongUsage(f"{text[:40]!r} is no time in the audio; write 843.2, 14:03.2 or 1:14:03")
    hours, minutes, seconds = match.groups(default="0")
    return int((int(hours) * 3_600 + int(minutes) * 60 + Decimal(seconds)) * TICKS_PER_SECOND)


def chosen_tracks(names: Mapping[Track, str], wanted: Sequence[str]) -> frozenset[Track] | None:
    """Return the tracks of those who are wanted; None if nobody in particular is.

    Each of `wanted` is a name in any case, or a key such as `speaker.1`, `channel.0` or `channel.0.speaker.1`. Raises
    NotFound, with the names that there are, if one of them is nobody's.
    """
    if not wanted:
        return None
    found: set[Track] = set()
    for text in wanted:
        tracks = {track for track, name in names.items() if _fits(text.strip(), track, name)}
        if not tracks:
            there = ", ".join(dict.fromkeys(map(one_line, names.values()))) or "nobody"
            raise NotFound(f"nobody is called {text[:80]!r}; there is {there}")
        found |= tracks
    return frozenset(found)


def _fits(text: str, track: Track, name: str) -> bool:
    if text.casefold() == one_line(name).casefold():
        return True
    key = named_track(text)
    return key is not None and key[0] in {None, track[0]} and key[1] in {None, track[1]}
