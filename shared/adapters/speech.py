"""Speech's REST API, over HTTP."""

from collections.abc import Callable, Iterator

import requests
from pyrate_limiter import Duration, Limiter, Rate

from shared.adapters.bodies import beginning, whole
from shared.adapters.http import get, public_session, refusal, trusted_session
from shared.adapters.retrying import retrying
from shared.domain.speech_api import (
    FilePage,
    Transcription,
    TranscriptionFile,
    TranscriptionPage,
    decode_answer,
    error_words,
    transcriptions_url,
    with_query,
)
from shared.domain.urls import HostRule
from shared.errors import NotFound, UnknownValue

PAGE = 100
REQUESTS_IN_10_SECONDS = 90
"""Speech allows 100 in 10 s to all who use a resource; this process keeps below, and honours 429 for the rest."""

_OK = 200


class SpeechApi:
    """Implements the port Speech. `authorize` gives the header with the key or a token.

    The header is sent to hosts that `hosts` allows, and nowhere else; to public addresses only, unless the host's whole
    origin is written out there, as the endpoint's own is.
    """

    def __init__(self, endpoint: str, version: str, hosts: HostRule, authorize: Callable[[], dict[str, str]]) -> None:
        self._endpoint = endpoint
        self._version = version
        self._hosts = hosts
        self._authorize = authorize
        self._public = public_session()
        self._trusted = trusted_session()
        self._limiter = Limiter(Rate(REQUESTS_IN_10_SECONDS, 10 * Duration.SECOND))

    def transcription(self, job_id: str, self_url: str | None) -> Transcription | None:
        """Get a transcription by the URL it was named by, or by its id; None for a 404.

        Raises UnknownValue for an answer that tells of another one.
        """
        try:
            seen = decode_answer(self.transcription_body(job_id, self_url), Transcription)
        except NotFound:
            return None
        _same(job_id, seen.job_id)
        return seen

    def transcription_body(self, job_id: str, self_url: str | None = None) -> bytes:
        """Get a transcription as Speech sent it. Raises NotFound."""
        return self._get(self_url or transcriptions_url(self._endpoint, self._version, job_id))

    def transcriptions(self, odata_filter: str | None) -> Iterator[Transcription]:
        """List transcriptions, a page at a time as they are consumed."""
        query: dict[str, str | int] = {"top": PAGE} | ({"filter": odata_filter} if odata_filter else {})
        url: str | None = transcriptions_url(self._endpoint, self._version, **query)
        while url:
            page = decode_answer(self._get(url), TranscriptionPage)
            yield from page.values
            url = self._completed(page.next_link, **query) if page.next_link else None

    def files(self, job_id: str, files_url: str | None, next_link: str | None) -> FilePage:
        """List one page of a job's files: the first, or the one that `next_link` names. Raises NotFound.

        Raises UnknownValue for a page with a file of another transcription.
        """
        page = decode_answer(self.files_body(job_id, files_url, next_link), FilePage)
        for file in page.values:
            _same(job_id, file.job_id)
        return page

    def files_body(self, job_id: str, files_url: str | None = None, next_link: str | None = None) -> bytes:
        """List one page of a job's files as Speech sent it. Raises NotFound."""
        first = files_url or transcriptions_url(self._endpoint, self._version, job_id, "files")
        return self._get(next_link or self._completed(first, top=PAGE))

    def file(self, self_url: str) -> TranscriptionFile:
        """Get a file, with a content URL signed at this moment. Raises NotFound."""
        return decode_answer(self._get(self_url), TranscriptionFile)

    def _completed(self, url: str, **query: str | int) -> str:
        self._hosts.check(url)  # as it was given: what is put together anew may read otherwise
        return with_query(url, **query)

    def _get(self, url: str) -> bytes:
        allowed = self._hosts.check(url)
        return retrying("Speech")(self._get_once, self._trusted if allowed.trusted else self._public, url)

    def _get_once(self, session: requests.Session, url: str) -> bytes:
        self._limiter.try_acquire("speech")
        with get(session, url, {**self._authorize(), "Accept": "application/json"}) as response:
            if response.status_code != _OK:
                raise refusal(response, error_words(beginning(response)))
            return whole(response)


def _same(asked: str, told: str) -> None:
    if told != asked.lower():
        raise UnknownValue(f"asked for transcription {asked}, Speech answered with one of {told}")
