"""Times and shares as the page writes them."""

from shared.domain.ticks import TICKS_PER_SECOND

_MINUTE, _HOUR = 60, 3600


def clock(ticks: int) -> str:
    """Return a moment to the second below: `0:57`, or `1:02:03` from an hour on."""
    seconds = max(0, ticks) // TICKS_PER_SECOND
    if seconds < _HOUR:
        return f"{seconds // _MINUTE}:{seconds % _MINUTE:02}"
    return f"{seconds // _HOUR}:{seconds % _HOUR // _MINUTE:02}:{seconds % _MINUTE:02}"


def length(ticks: int) -> str:
    """Return a length in words: `48 s`, `12 min 48 s`, `1 h 02 min`."""
    seconds = round(max(0, ticks) / TICKS_PER_SECOND)
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE:02} s"
    return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02} min"


def share(ticks: int, whole: int | None) -> str:
    """Return how much of `whole` it is, in per cent; empty if the whole is not known."""
    return f"{100 * ticks / whole:.0f}%" if whole else ""
