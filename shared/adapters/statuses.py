"""The error for each status of an HTTP answer, the same for every service and SDK (decision 0035)."""

from shared.errors import Denied, NotFound, ServiceRefused, Transient

_MEANINGS: dict[int, type[Denied | NotFound | ServiceRefused]] = {
    **dict.fromkeys((401, 403), Denied),
    404: NotFound,
    **dict.fromkeys((400, 413), ServiceRefused),
}


def meaning(status: int) -> type[Transient | NotFound | ServiceRefused]:
    """Return the type of error for an answer with this status.

    Only 400 and 413 are final, because they mean that the request itself is wrong. Any other status that is not listed
    is retried: 410 (a partition moved), 423 (a lock), 408, 449 and 5xx are temporary, and an unknown status may be.
    """
    return _MEANINGS.get(status, Transient)
