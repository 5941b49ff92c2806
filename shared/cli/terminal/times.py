"""Times of day: local for people, UTC in data; and what `--since` means."""

import re
from datetime import UTC, datetime, timedelta

from shared.domain.documents import UtcTime, utc
from shared.errors import WrongUsage

_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*")


def duration_of(text: str) -> timedelta | None:
    """Return a duration such as 90s, 30m, 12h or 2d; None for any other text."""
    found = _DURATION.fullmatch(text.strip())
    return int(found[1]) * _UNITS[found[2]] if found else None


def since_of(text: str, now: datetime) -> UtcTime:
    """Return the time that `--since TEXT` means, as documents store times.

    `text`: a duration before `now`; a date (`2026-11-28`), which begins at midnight; or a date and a time
    (`2026-11-28T14:00`). Without an offset both are of this machine's zone. Raises WrongUsage.
    """
    ago, text = duration_of(text), text.strip()
    try:
        if ago is not None:
            return utc(now - ago)
        if _DATE.fullmatch(text):
            return utc(datetime.fromisoformat(text).astimezone())
    except (ValueError, OverflowError):
        pass
    raise WrongUsage(f"--since {text!r}: is no time; give 45m, 12h, 2d, 2026-11-28 or 2026-11-28T14:00")


def local_time(stored: str | None) -> str | None:
    """Return a stored UTC time in this machine's zone, with its offset: `2026-11-28 14:03:02 +0100`.

    A time that is not UTC, which only a service's own text can be, is returned unchanged.
    """
    moment = moment_of(stored)
    if moment is None:
        return stored
    here = moment.astimezone()
    return f"{here:%Y-%m-%d %H:%M:%S} {here:%z}"


def age(stored: str | None, now: datetime) -> str | None:
    """Return how long ago a stored UTC time was, in its largest unit: `42s`, `7m`, `5h`, `3d`."""
    moment = moment_of(stored)
    if moment is None:
        return stored
    seconds = max(0, int((now - moment).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def moment_of(stored: str | None) -> datetime | None:
    """Return a time in UTC; None for a text that is no time, or that has no time zone."""
    try:
        moment = datetime.fromisoformat(stored or "")
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
