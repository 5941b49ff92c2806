"""The Speech client against the simulator, in every version, and against servers it must not trust."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import msgspec
import pytest

from local.speech import FileSpec, JobError, JobSpec, Settings, Speech
from shared.adapters.speech import SpeechApi
from shared.domain.polling import filter_since
from shared.domain.speech_api import VERSIONS
from shared.domain.urls import HostRule
from shared.errors import ForbiddenUrl, NotFound, Permanent, ServiceRefused, Throttled, Transient
from tests.adapters.servers import Answer, Server, nowhere, serving

KEY = "Ocp-Apim-Subscription-Key"


def api(endpoint: str, key: str, version: str = "2025-10-15", *hosts: str) -> SpeechApi:
    """Return the client as bootstrap makes it, for the endpoint's own origin and `hosts`."""
    return SpeechApi(endpoint, version, HostRule("SPEECH_ENDPOINT", (endpoint, *hosts)), lambda: {KEY: key})


def client(speech: Speech, version: str = "2025-10-15") -> SpeechApi:
    """Return the client of the simulator."""
    return api(speech.endpoint, speech.key, version)


def put_job(speech: Speech, files: int = 0, **changes: object) -> str:
    """Put a job that has succeeded into the simulator; return its id."""
    job = str(uuid4())
    specs = tuple(msgspec.structs.replace(FileSpec.of(job, f"contenturl_{n}.json"), size=2) for n in range(files))
    speech.control.put_job(msgspec.structs.replace(JobSpec(id=job, files=specs), **changes))
    return job


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_gives_a_job_its_files_and_their_content_urls(speech: Speech, version: str) -> None:
    asked = client(speech, version)
    job = put_job(speech, files=3, page_size=2)
    seen = asked.transcription(job.upper(), None)
    assert seen is not None
    assert (seen.job_id, seen.status) == (job, "Succeeded")
    assert asked.transcription(job, seen.self_url) == seen
    page = asked.files(job, seen.links.files, None)
    rest = asked.files(job, seen.links.files, page.next_link)
    assert rest.next_link is None
    files = [*page.values, *rest.values]
    assert [file.name for file in files] == [f"contenturl_{number}.json" for number in range(3)]
    again = asked.file(files[0].self_url)
    assert again.file_id == files[0].file_id
    assert again.content_url is not None
    assert "sig=" in again.content_url
    assert asked.files(job, None, None).values[0].file_id == files[0].file_id


@pytest.mark.parametrize("version", VERSIONS)
def test_the_list_is_walked_page_by_page_and_the_filter_goes_with_every_next_link(speech: Speech, version: str) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    recent = {put_job(speech) for _ in range(150)}
    old = {put_job(speech, created_date_time=long_ago) for _ in range(5)}
    speech.control.reset_counts()
    wanted = filter_since((datetime.now(UTC) - timedelta(days=1)).isoformat())
    listed = {seen.job_id for seen in client(speech, version).transcriptions(wanted)}
    assert recent <= listed
    assert not old & listed
    log = speech.control.requests().log
    assert len(log) >= 2
    for request in log:
        query = parse_qs(urlsplit(request.target).query)
        assert (query["filter"], query["top"]) == ([wanted], ["100"])


def test_pages_are_asked_for_only_as_they_are_consumed(speech: Speech) -> None:
    for _ in range(101):
        put_job(speech)
    speech.control.reset_counts()
    next(client(speech).transcriptions(None))
    assert speech.control.counts() == {"list": 1}


def test_an_unknown_job_is_none_and_an_unknown_list_or_file_is_not_found(speech: Speech) -> None:
    asked = client(speech)
    missing = str(uuid4())
    assert asked.transcription(missing, None) is None
    with pytest.raises(NotFound, match="404"):
        asked.files(missing, None, None)
    with pytest.raises(NotFound):
        asked.file(f"{speech.endpoint}/speechtotext/transcriptions/{missing}/files/x?api-version=2025-10-15")
    assert speech.control.requests().statuses == {404: 3}, "none was tried twice"


def test_a_failed_job_tells_its_error(speech: Speech) -> None:
    job = put_job(speech, status="Failed", error=JobError(code="InvalidAudio", message="no audio"))
    seen = client(speech).transcription(job, None)
    assert seen is not None
    assert (seen.failure().code, seen.failure().message) == ("InvalidAudio", "no audio")


def test_a_wrong_key_is_transient_since_an_operator_mends_it_and_is_not_shown(speech: Speech) -> None:
    with pytest.raises(Transient, match=r"401: Access denied") as refused:
        api(speech.endpoint, "wrong-key-of-the-test").transcription(str(uuid4()), None)
    assert "wrong-key" not in str(refused.value)


def test_throttling_is_waited_for_as_told_and_then_goes_on(speech: Speech) -> None:
    job = put_job(speech)
    speech.control.force(job, 429, headers={"Retry-After": "1"})
    begin = time.monotonic()
    assert client(speech).transcription(job, None) is not None
    assert time.monotonic() - begin >= 1


def test_throttling_for_long_is_raised_at_once_with_what_was_told(speech: Speech) -> None:
    speech.control.force("transcriptions", 429, times=9, headers={"Retry-After": "30"})
    with pytest.raises(Throttled) as throttled:
        client(speech).transcription(str(uuid4()), None)
    assert throttled.value.retry_after == 30
    assert speech.control.requests().statuses == {429: 1}


@pytest.mark.parametrize("status", [408, 500, 503])
def test_a_server_error_is_tried_again(speech: Speech, status: int) -> None:
    job = put_job(speech)
    speech.control.force(job, status, times=2, body='{"error": {"code": "Busy", "message": "soon"}}')
    assert client(speech).transcription(job, None) is not None
    assert speech.control.requests().statuses == {status: 2, 200: 1}


def test_a_server_error_that_stays_is_transient_with_the_services_words(speech: Speech) -> None:
    speech.control.force("transcriptions", 503, times=9, body='{"code": "Busy", "message": "come back later"}')
    with pytest.raises(Transient, match="answered 503: Busy: come back later"):
        client(speech).transcription(str(uuid4()), None)
    assert 2 <= speech.control.requests().statuses[503] <= 9


def test_a_refusal_is_permanent_and_not_tried_again(speech: Speech) -> None:
    speech.control.force("transcriptions", 400, body='{"code": "InvalidRequest", "message": "no such version"}')
    with pytest.raises(ServiceRefused, match="no such version"):
        client(speech).transcription(str(uuid4()), None)
    assert speech.control.requests().statuses == {400: 1}


def test_a_page_of_some_proxy_is_no_answer_and_transient(server: Server) -> None:
    server.answer(Answer(body=b"<html>please sign in</html>"))
    with pytest.raises(Transient, match="not a Transcription"):
        api(server.origin, "k").transcription(str(uuid4()), None)


def test_nobody_there_is_transient_and_names_the_url_without_its_query() -> None:
    gone = nowhere()
    with pytest.raises(Transient, match="ConnectionError") as error:
        api(gone, "k").file(f"{gone}/speechtotext/transcriptions/x/files/y?sig=secret")
    assert "secret" not in str(error.value)


Use = Callable[[SpeechApi, str], object]
LINKS: dict[str, Use] = {
    "self": lambda asked, url: asked.transcription(str(uuid4()), url),
    "files": lambda asked, url: asked.files(str(uuid4()), url, None),
    "next link": lambda asked, url: asked.files(str(uuid4()), None, url),
    "file": lambda asked, url: asked.file(url),
}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_to_a_foreign_host_is_refused_before_a_byte_is_sent(speech: Speech, server: Server, link: str) -> None:
    with pytest.raises(ForbiddenUrl, match="SPEECH_ENDPOINT"):
        LINKS[link](client(speech), f"{server.origin}/speechtotext/transcriptions")
    assert server.asked == []


def test_a_next_link_of_the_list_to_a_foreign_host_is_refused_and_the_key_never_goes_there(server: Server) -> None:
    with serving() as foreign:
        page = {"values": [], "@nextLink": f"{foreign.origin}/speechtotext/transcriptions?skip=100"}
        server.answer(Answer(body=msgspec.json.encode(page)))
        with pytest.raises(ForbiddenUrl, match=foreign.origin):
            list(api(server.origin, "k").transcriptions(None))
        assert foreign.asked == []
    assert [asked.headers[KEY.lower()] for asked in server.asked] == ["k"]


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere(server: Server) -> None:
    with serving() as foreign:
        server.answer(Answer(302, headers={"Location": f"{foreign.origin}/"}))
        with pytest.raises(Permanent, match="redirects are not followed"):
            api(server.origin, "k").transcription(str(uuid4()), None)
        assert foreign.asked == []


def test_a_host_that_the_settings_allow_gets_the_key(server: Server) -> None:
    server.answer(Answer(404))
    asked = api("https://speech.example", "k", "2025-10-15", server.origin)
    assert asked.transcription(str(uuid4()), f"{server.origin}/speechtotext/transcriptions/x") is None
    assert [each.headers[KEY.lower()] for each in server.asked] == ["k"]


def test_many_threads_together_stay_below_the_limit_of_the_resource(speech: Speech) -> None:
    speech.control.configure(Settings())
    job = put_job(speech)
    asked = client(speech)
    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(lambda _: asked.transcription(job, None), range(95)))
    assert all(seen)
    assert speech.control.requests().statuses == {200: 95}, "no 429"
