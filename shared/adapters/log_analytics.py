"""Queries of a Log Analytics workspace, over its REST API.

learn.microsoft.com/azure/azure-monitor/logs/api/request-format describes it; response-format has the answer.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from shared.adapters.bodies import beginning, whole
from shared.adapters.http import get, refusal, trusted_session
from shared.adapters.identity import bearer
from shared.adapters.retrying import retrying
from shared.errors import UnknownValue

ENDPOINT = "https://api.loganalytics.azure.com"
SCOPE = "https://api.loganalytics.io/.default"

_OK = 200
_WORDS = 300


class _Column(msgspec.Struct, frozen=True):
    name: str


class _Table(msgspec.Struct, frozen=True):
    columns: list[_Column]
    rows: list[list[Any]]


class _Answer(msgspec.Struct, frozen=True):
    tables: list[_Table]


class LogAnalytics:
    """A workspace. `authorize` returns the header with a token, by default one of the user's own identity."""

    def __init__(
        self, workspace: str, endpoint: str = ENDPOINT, authorize: Callable[[], dict[str, str]] | None = None
    ) -> None:
        self._url = f"{endpoint}/v1/workspaces/{quote(workspace, safe='')}/query"
        self._authorize = authorize or bearer(SCOPE)
        self._session = trusted_session()

    def rows(self, query: str, timespan: str) -> list[dict[str, Any]]:
        """Return the rows of a KQL query. `timespan`: an ISO 8601 duration before now.

        Raises Denied, NotFound, NoToken, Transient, and UnknownValue for an answer that has no table.
        """
        return retrying("Log Analytics")(self._once, f"{self._url}?{urlencode({'query': query, 'timespan': timespan})}")

    def _once(self, url: str) -> list[dict[str, Any]]:
        with get(self._session, url, {**self._authorize(), "Accept": "application/json"}) as response:
            if response.status_code != _OK:
                raise refusal(response, beginning(response).decode(errors="replace")[:_WORDS])
            body = whole(response)
        try:
            table = msgspec.json.decode(body, type=_Answer).tables[0]
        except (msgspec.DecodeError, IndexError) as error:
            raise UnknownValue(f"Log Analytics answered without a table: {error}") from error
        names = [column.name for column in table.columns]
        return [dict(zip(names, row, strict=False)) for row in table.rows]
