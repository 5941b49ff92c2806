"""What the errors of Azure's SDKs mean to us."""

from collections.abc import Mapping

from azure.core.exceptions import AzureError, HttpResponseError

from shared.errors import Conflict, Denied, NotFound, ServiceRefused, Speech2CosmosError, Throttled, Transient
from shared.masking import masked

_MEANINGS: Mapping[int, type[Denied | NotFound | Conflict | ServiceRefused]] = {
    **dict.fromkeys((401, 403), Denied),
    404: NotFound,
    **dict.fromkeys((409, 412), Conflict),
    **dict.fromkeys((400, 413), ServiceRefused),
}
"""Answers with a meaning of their own. Only 400 and 413 are about the request itself: it will never be right.

Any other answer is retried. 410 (a partition that moved), 423 (a lock), 449 and 5xx pass; so do the bodies of some
proxy that the SDK cannot read; and of a status that is not known nobody knows that it stays.
"""

_THROTTLED = 429
SERVER_BUSY = "ServerBusy"
"""Storage's code when it throttles, as a 503."""

_WORDS = 300


def translated(service: str, error: AzureError, retry_after: float | None = None) -> Speech2CosmosError:
    """Return our error for one of the SDK's; an error without an answer (no connection, a timeout) is Transient."""
    words = masked(str(error.message if isinstance(error, HttpResponseError) else error))[:_WORDS].replace("\r\n", " ")
    if not isinstance(error, HttpResponseError) or error.status_code is None:
        return Transient(f"{service}: {type(error).__name__}: {words}")
    text = f"{service} answered {error.status_code}: {words}"
    if error.status_code == _THROTTLED or getattr(error, "error_code", None) == SERVER_BUSY:
        return Throttled(text, retry_after)
    return _MEANINGS.get(error.status_code, Transient)(text)
