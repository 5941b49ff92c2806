"""What the errors of Azure's SDKs mean to us."""

from collections.abc import Mapping

from azure.core.exceptions import AzureError, HttpResponseError

from shared.errors import Conflict, Denied, NotFound, ServiceRefused, Speech2CosmosError, Throttled, Transient
from shared.masking import masked

_MEANINGS: Mapping[int, type[Denied | NotFound | Conflict]] = {
    **dict.fromkeys((401, 403), Denied),
    404: NotFound,
    **dict.fromkeys((409, 412), Conflict),
}
_RETRIED = frozenset({408, 424, 449})

_SERVER_ERRORS = range(500, 600)
_WELL = range(200, 300)
"""An error in spite of that is a body that the SDK cannot read: cut, or the page of some proxy."""

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
    match error.status_code:
        case 401 | 403 | 404 | 409 | 412 as status:
            return _MEANINGS[status](text)
        case status if status == _THROTTLED or getattr(error, "error_code", None) == SERVER_BUSY:
            return Throttled(text, retry_after)
        case status if status in _RETRIED or status in _SERVER_ERRORS or status in _WELL:
            return Transient(text)
        case _:
            return ServiceRefused(text)
