"""Timer schedules: NCRONTAB expressions and time spans, in UTC as on the platform."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from croniter import CroniterError, croniter

from local.host.settings import time_span

Schedule = Callable[[datetime], datetime]
"""Returns the first occurrence after a time."""

_FIELDS = 6
_FIELD = re.compile(r"(?:[0-9*,/-]|[A-Za-z]{3})+")
"""NCRONTAB has numbers, names, lists, ranges and steps. It lacks croniter's `L`, `#`, `?` and `@daily`."""


def parse_schedule(text: str) -> Schedule:
    """Return the schedule that `text` describes. Raises ValueError if it is neither NCRONTAB nor a time span."""
    if ":" in text:
        interval = timedelta(seconds=time_span(text))
        if not interval:
            raise ValueError(f"the schedule {text!r} has no length")
        return lambda after: after + interval
    fields = text.split()
    # An expression of five fields has no seconds, as on the platform.
    if len(fields) not in (_FIELDS - 1, _FIELDS) or not all(_FIELD.fullmatch(field) for field in fields):
        raise ValueError(
            f"the schedule {text!r} is not NCRONTAB: {{second}} {{minute}} {{hour}} {{day}} {{month}} {{day-of-week}}"
        )

    def following(after: datetime) -> datetime:
        # In NCRONTAB day and day of week must both match; in cron one of them is enough.
        found: datetime = croniter(text, after, second_at_beginning=True, day_or=False).get_next(datetime)
        return found

    try:
        following(datetime.now(UTC))
    except CroniterError as error:
        raise ValueError(f"the schedule {text!r} is not NCRONTAB: {error}") from error
    return following
