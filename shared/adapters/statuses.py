"""What the status of an HTTP answer means, whichever service or SDK it comes from (decision 0035)."""

from shared.errors import Denied, NotFound, ServiceRefused, Transient

_MEANINGS: dict[int, type[Denied | NotFound | ServiceRefused]] = {
    **dict.fromkeys((401, 403), Denied),
    404: NotFound,
    **dict.fromkeys((400, 413), ServiceRefused),
}


def meaning(status: int) -> type[Transient | NotFound | ServiceRefused]:
    """Return the error that an answer of this status stands for.

    Only 400 and 413 are about the request itself: it will never be right. A status that is not listed is retried: 410
    (a partition moved), 423 (a lock), 408, 449 and 5xx pass, and of an unknown status nobody knows that it stays.
    """
    return _MEANINGS.get(status, Transient)
