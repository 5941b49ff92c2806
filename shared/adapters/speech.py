"""Speech's REST API, over HTTP."""

from collections.abc import Callable, Iterator

from pyrate_limiter import Duration, Limiter, Rate

from shared.adapters.http import get, refusal, trusted_session
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
from shared.errors import NotFound

PAGE = 100
REQUESTS_IN_10_SECONDS = 90
"""Speech allows 100 in 10 s to all who use a resource; this process keeps below, and honours 429 for the rest."""

_OK = 200


class SpeechApi:
    """Implements the port Speech. `authorize` gives the header with the key or a token.

    The header is sent to hosts that `hosts` allows, and nowhere else.
    """

    def __init__(self, endpoint: str, version: str, hosts: HostRule, authorize: Callable[[], dict[str, str]]) -> None:
        self._endpoint = endpoint
        self._version = version
        self._hosts = hosts
        self._authorize = authorize
        self._session = trusted_session()
        self._limiter = Limiter(Rate(REQUESTS_IN_10_SECONDS, 10 * Duration.SECOND))

    def transcription(self, job_id: str, self_url: str | None) -> Transcription | None:
        """Get a transcription by the URL it was named by, or by its id; None for a 404."""
        try:
            return decode_answer(self.transcription_body(job_id, self_url), Transcription)
        except NotFound:
            return None

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
            url = with_query(page.next_link, **query) if page.next_link else None

    def files(self, job_id: str, files_url: str | None, next_link: str | None) -> FilePage:
        """List one page of a job's files: the first, or the one that `next_link` names. Raises NotFound."""
        return decode_answer(self.files_body(job_id, files_url, next_link), FilePage)

    def files_body(self, job_id: str, files_url: str | None = None, next_link: str | None = None) -> bytes:
        """List one page of a job's files as Speech sent it. Raises NotFound."""
        first = files_url or transcriptions_url(self._endpoint, self._version, job_id, "files")
        return self._get(next_link or with_query(first, top=PAGE))

    def file(self, self_url: str) -> TranscriptionFile:
        """Get a file, with a content URL signed at this moment. Raises NotFound."""
        return decode_answer(self._get(self_url), TranscriptionFile)

    def _get(self, url: str) -> bytes:
        self._hosts.check(url)
        return retrying()(self._get_once, url)

    def _get_once(self, url: str) -> bytes:
        self._limiter.try_acquire("speech")
        response = get(self._session, url, {**self._authorize(), "Accept": "application/json"})
        if response.status_code != _OK:
            raise refusal(response, error_words(response.content))
        return response.content
