"""Queue storage: tests whether the app may read a queue. The host's bindings send and receive the messages."""

import email.utils
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from azure.core.utils import parse_connection_string
from azure.storage.blob import AccountSasPermissions, ResourceTypes, Services, generate_account_sas

from shared.adapters.http import get, refusal, trusted_session
from shared.adapters.identity import STORAGE_SCOPE, bearer
from shared.errors import Permanent

_API_VERSION = "2023-11-03"
_OK = 200
_SAS_LIFETIME = timedelta(minutes=5)


class QueueAccount:
    """The account's queues, with the connection string if there is one, else with the app's identity."""

    def __init__(
        self,
        connection_string: str | None,
        service_uri: str | None,
        token: Callable[[], dict[str, str]] | None = None,
    ) -> None:
        self._connection_string = connection_string
        self._service_uri = service_uri
        self._token = token or bearer(STORAGE_SCOPE)
        self._session = trusted_session()

    def peek(self, queue: str) -> None:
        """Peek at the first message of a queue, which changes nothing.

        Raises Denied, NotFound, Transient, and Permanent if no setting has the queues' address.
        """
        url, headers = self._signed() if self._connection_string else self._own()
        address, _, signature = url.partition("?")
        asked = f"{address.rstrip('/')}/{queue}/messages?peekonly=true" + (f"&{signature}" if signature else "")
        # Storage refuses a token without a date and a version.
        date = email.utils.format_datetime(datetime.now(UTC), usegmt=True)
        with get(self._session, asked, {**headers, "x-ms-version": _API_VERSION, "x-ms-date": date}) as response:
            if response.status_code != _OK:
                raise refusal(response, response.headers.get("x-ms-error-code", "no error code"))

    def _own(self) -> tuple[str, dict[str, str]]:
        if self._service_uri is None:
            raise Permanent("AzureWebJobsStorage__queueServiceUri is not set, so nobody knows where the queues are")
        return self._service_uri, self._token()

    def _signed(self) -> tuple[str, dict[str, str]]:
        named = parse_connection_string(self._connection_string or "")
        account, key = named.get("accountname"), named.get("accountkey")
        if account is None or key is None:
            raise Permanent("AzureWebJobsStorage has no AccountName or no AccountKey to ask the queues with")
        suffix = named.get("endpointsuffix", "core.windows.net")
        endpoint = named.get("queueendpoint", f"https://{account}.queue.{suffix}")
        # An account signature can be for any service, so the Blob SDK can make one for queues.
        signature = generate_account_sas(
            account_name=account,
            account_key=key,
            resource_types=ResourceTypes(object=True),
            permission=AccountSasPermissions(read=True),
            expiry=datetime.now(UTC) + _SAS_LIFETIME,
            services=Services(queue=True),
        )
        return f"{endpoint}?{signature}", {}
