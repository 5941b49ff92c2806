"""How long ago something was."""

from datetime import datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def age(when: str, now: datetime) -> str:
    """Return how long ago a stored time was: `45 s`, `12 min`, `47 h`, `5 d`. A time to come is `0 s`."""
    seconds = max(0, int((now - datetime.fromisoformat(when)).total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    return f"{seconds // _HOUR} h" if seconds < 2 * _DAY else f"{seconds // _DAY} d"
