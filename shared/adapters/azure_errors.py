"""Translates the errors of Azure's SDKs into those of errors.py."""

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

from shared.adapters.statuses import meaning
from shared.errors import Conflict, NoToken, Speech2CosmosError, Throttled, Transient
from shared.masking import masked

_CONFLICTS = frozenset({409, 412})
"""Statuses that mean that another writer was faster."""

_THROTTLED = 429
SERVER_BUSY = "ServerBusy"
"""Storage's code when it throttles, as a 503."""

_WORDS = 300


def translated(service: str, error: AzureError, retry_after: float | None = None) -> Speech2CosmosError:
    """Return our error for one of the SDK's; an error without an answer (no connection, a timeout) is Transient."""
    words = masked(str(error.message if isinstance(error, HttpResponseError) else error))[:_WORDS].replace("\r\n", " ")
    if not isinstance(error, HttpResponseError) or error.status_code is None:
        kind = NoToken if isinstance(error, ClientAuthenticationError) else Transient
        return kind(f"{service}: {type(error).__name__}: {words}")
    text = f"{service} answered {error.status_code}: {words}"
    if error.status_code == _THROTTLED or getattr(error, "error_code", None) == SERVER_BUSY:
        return Throttled(text, retry_after)
    return (Conflict if error.status_code in _CONFLICTS else meaning(error.status_code))(text)
