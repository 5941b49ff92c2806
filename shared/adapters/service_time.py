"""The time of day that a service tells in the header Date of its answers."""

import email.utils
from datetime import UTC, datetime

from shared.adapters.http import get, trusted_session


def time_at(url: str) -> datetime | None:
    """Return the time in the header of the answer to a GET of `url`, whatever its status; None without a valid one.

    The request has no key and no token. Raises Transient.
    """
    with trusted_session() as session, get(session, url, {}) as response:
        header = response.headers.get("Date", "")
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
