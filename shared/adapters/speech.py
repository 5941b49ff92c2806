"""Speech's REST API, over HTTP."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import requests

from shared.adapters.bodies import beginning, whole
from shared.adapters.http import THROTTLED, delete, get, refusal, retry_after, trusted_session
from shared.adapters.pacing import Pacer
from shared.adapters.retrying import retrying
from shared.domain.speech_api import (
    FilePage,
    Page,
    Transcription,
    TranscriptionFile,
    TranscriptionPage,
    decode_answer,
    error_words,
    refuses_version,
)
from shared.domain.speech_urls import NEWEST, SpeechResource
from shared.errors import (
    ApiVersionRefused,
    NotFound,
    ServiceRefused,
    Speech2CosmosError,
    UnknownValue,
)

PAGE = 100
"""Entries that the app requests for a page. No document states a maximum of `top`. A page may have fewer."""

_OK = 200
_DELETED = 204
_REFUSALS = frozenset(range(400, 500)) - {401, 408, 429, 449}
"""Statuses that may mean a refused API version. The excluded ones have other meanings."""

_P = TypeVar("_P", bound=Page)

Send = Callable[[requests.Session, str, dict[str, str]], requests.Response]


class _Values(Page, frozen=True, kw_only=True):
    values: list[dict[str, Any]]


class SpeechApi:
    """Implements the port Speech. `authorize` returns the header with the key or a token.

    Every request goes to the resource's endpoint and never to a link, so the header is sent nowhere else. All requests
    of a process share a pacer. Requests for transcriptions go first, because a few of them start all other work.
    """

    def __init__(
        self, resource: SpeechResource, authorize: Callable[[], dict[str, str]], pacer: Pacer | None = None
    ) -> None:
        self.resource = resource
        self._authorize = authorize
        # The settings have the whole endpoint, so it may be in a private network.
        self._session = trusted_session()
        self._pacer = pacer or Pacer()

    def transcription(self, job_id: str) -> Transcription | None:
        """Get a transcription; None for a 404. Raises UnknownValue if the answer is another transcription."""
        try:
            seen = decode_answer(self.transcription_body(job_id), Transcription)
        except NotFound:
            return None
        _same(job_id, seen.job_id)
        return seen

    def transcription_body(self, job_id: str) -> bytes:
        """Get a transcription's JSON as Speech sent it. Raises NotFound."""
        return self._get(job_id)

    def transcriptions(self, odata_filter: str | None, page: str | None) -> TranscriptionPage:
        """List one page of the transcriptions that match the filter: the first, or the one that `page` names.

        Raises NotFound.
        """
        query = {"filter": odata_filter} if odata_filter else {}
        return decode_answer(self._get(page=page, top=PAGE, **query), TranscriptionPage)

    def files(self, job_id: str, page: str | None) -> FilePage:
        """List one page of a job's files: the first, or the one that `page` names. Raises NotFound.

        Raises UnknownValue for a page with a file of another transcription.
        """
        found = decode_answer(self._get(job_id, "files", page=page, top=PAGE), FilePage)
        for file in found.values:
            _same(job_id, file.job_id)
        return found

    def files_as_sent(self, job_id: str) -> Iterator[dict[str, Any]]:
        """List all files of a job as Speech sent them. Raises NotFound."""
        for page in self._pages(_Values, job_id, "files"):
            yield from page.values

    def file(self, job_id: str, file_id: str) -> TranscriptionFile:
        """Get a file with a freshly signed content URL. Raises NotFound."""
        return decode_answer(self._get(job_id, "files", file_id), TranscriptionFile)

    def delete(self, job_id: str) -> None:
        """Delete a transcription and its files. Only the command line does so. Does nothing if there is none.

        Speech answers 204 in both cases (learn.microsoft.com/rest/api/speechtotext/transcriptions/delete). It does not
        delete files in a container of the user's own, which the job named as its destination.
        """
        try:
            retrying("Speech")(self._once, delete, self.resource.url(job_id), first=True, wanted=_DELETED)
        except NotFound:
            return

    def _pages(self, shape: type[_P], *parts: str, **query: str) -> Iterator[_P]:
        page: str | None = None
        seen: set[str | None] = set()
        while page not in seen:
            seen.add(page)
            found = decode_answer(self._get(*parts, page=page, top=PAGE, **query), shape)
            yield found
            page = found.next_page
            if page is None:
                return
        raise UnknownValue("Speech's next link leads back to a page that was listed before")

    def _get(self, *parts: str, page: str | None = None, **query: str | int) -> bytes:
        url = self.resource.url(*parts, page=page, **query)
        return retrying("Speech")(self._once, get, url, first="files" not in parts, wanted=_OK)

    def _once(self, send: Send, url: str, *, first: bool, wanted: int) -> bytes:
        deadline = self._pacer.deadline()
        while True:
            sent = self._pacer.take(deadline, first=first)
            with send(self._session, url, {**self._authorize(), "Accept": "application/json"}) as response:
                if response.status_code == THROTTLED:
                    told = retry_after(response.headers.get("Retry-After"))
                    self._pacer.refused(sent, told, error_words(beginning(response)))
                elif response.status_code != wanted:
                    raise self._refusal(response)
                else:
                    return whole(response)

    def _refusal(self, response: requests.Response) -> Speech2CosmosError:
        words = error_words(beginning(response))
        error = refusal(response, words)
        asked, advice = f"API version {self.resource.version}", self.resource.other_version()
        if response.status_code in _REFUSALS and refuses_version(words):
            return ApiVersionRefused(f"{error} (Asked in {asked}: {advice}.)")
        if type(error) is ServiceRefused and self.resource.version != NEWEST:
            return ServiceRefused(f"{error} (If that is for the {asked}: {advice}.)")
        return error


def _same(asked: str, told: str) -> None:
    if told != asked.lower():
        raise UnknownValue(f"asked for transcription {asked}, Speech answered with one of {told}")
