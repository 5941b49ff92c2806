"""Times in the audio, and lengths of it, as people read them. All are given in ticks of 100 ns.

    notation        843.26 s      1 h 3.26 s      for
    clock           14:03         1:00:03         the page and the terminal, beside each turn
    tenths          14:03.2       1:00:03.2       a moment that a user may type or copy
    long_clock      00:14:03      01:00:03        texts: as wide for each of the first hundred hours
    timecode        00:14:03.260  01:00:03.260    captions and tables
    length          14 min 03 s   1 h 00 min      how long something takes

A time before the beginning is shown as the beginning, except by `signed_timecode`, which shows what a document says.
"""

from shared.domain.ticks import TICKS_PER_MILLISECOND, TICKS_PER_SECOND

_MINUTE, _HOUR = 60, 3600
_TENTHS = 10


def clock(ticks: int) -> str:
    """Return a moment to the second below: `0:57`, or `1:02:03` from an hour on."""
    return _clock(max(0, ticks) // TICKS_PER_SECOND)


def tenths(ticks: int) -> str:
    """Return a moment to the tenth of a second below: `14:03.2`. choosing.time_of reads it."""
    seconds, tenth = divmod(max(0, ticks) * _TENTHS // TICKS_PER_SECOND, _TENTHS)
    return f"{_clock(seconds)}.{tenth}"


def long_clock(ticks: int) -> str:
    """Return a moment to the second below: `00:00:57`, with more digits from a hundred hours on."""
    return _long_clock(max(0, ticks) // TICKS_PER_SECOND)


def timecode(ticks: int, fraction: str = ".") -> str:
    """Return a moment to the millisecond below: `00:00:57.001`. `fraction`: what stands before the milliseconds."""
    seconds, rest = divmod(max(0, ticks), TICKS_PER_SECOND)
    return f"{_long_clock(seconds)}{fraction}{rest // TICKS_PER_MILLISECOND:03}"


def signed_timecode(ticks: int) -> str:
    """Return a moment as `timecode` does, but one before the beginning with its sign."""
    return f"{'-' if ticks < 0 else ''}{timecode(abs(ticks))}"


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


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, _MINUTE)
    return f"{minutes}:{second:02}" if seconds < _HOUR else f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def _long_clock(seconds: int) -> str:
    minutes, second = divmod(seconds, _MINUTE)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"
