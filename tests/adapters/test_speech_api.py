"""The Speech client against the simulator, and against servers with odd responses."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import msgspec
import pytest

from local.speech import FileSpec, JobError, JobSpec, Settings, Speech
from shared.adapters.pacing import HIGHEST_RATE, Pacer
from shared.adapters.speech import SpeechApi
from shared.domain.polling import filter_since
from shared.domain.speech_api import entry
from shared.domain.speech_urls import VERSIONS, SpeechResource
from shared.errors import Denied, NotFound, Paused, Permanent, ServiceRefused, Transient, UnknownValue
from shared.pipeline.signals import Signal
from tests.adapters.pacers import unpaced
from tests.adapters.servers import Answer, Server, nowhere, serving
from tests.signals import signals

KEY = "Ocp-Apim-Subscription-Key"


def api(endpoint: str, key: str, version: str = "2025-10-15", pacer: Pacer | None = None) -> SpeechApi:
    """Return a client, not paced unless `pacer` is given."""
    return SpeechApi(SpeechResource(endpoint, version), lambda: {KEY: key}, pacer or unpaced())


def client(speech: Speech, version: str = "2025-10-15") -> SpeechApi:
    """Return the client of the simulator."""
    return api(speech.endpoint, speech.key, version)


def put_job(speech: Speech, files: int = 0, **changes: object) -> str:
    """Add a succeeded job to the simulator; return its id."""
    job = str(uuid4())
    specs = tuple(msgspec.structs.replace(FileSpec.of(job, f"contenturl_{n}.json"), size=2) for n in range(files))
    speech.control.put_job(msgspec.structs.replace(JobSpec(id=job, files=specs), **changes))
    return job


@pytest.mark.parametrize("version", VERSIONS)
def test_every_api_version_gives_a_job_its_files_and_their_content_urls(speech: Speech, version: str) -> None:
    asked = client(speech, version)
    job = put_job(speech, files=3, page_size=2)
    seen = asked.transcription(job.upper())
    assert seen is not None
    assert (seen.job_id, seen.status) == (job, "Succeeded")
    page = asked.files(job, None)
    rest = asked.files(job, page.next_page)
    assert rest.next_page is None
    files = [*page.values, *rest.values]
    assert [file.name for file in files] == [f"contenturl_{number}.json" for number in range(3)]
    assert [file["name"] for file in asked.files_as_sent(job)] == [file.name for file in files]
    again = asked.file(job, files[0].file_id)
    assert again.file_id == files[0].file_id
    assert again.content_url is not None
    assert "sig=" in again.content_url
    for request in speech.control.requests().log:
        in_path = f"/speechtotext/{version}/" if version.startswith("v") else "/speechtotext/transcriptions"
        assert request.target.startswith(in_path)
        assert ("api-version=" + version in request.target) == (not version.startswith("v"))


@pytest.mark.parametrize("continuation", [None, "skipToken"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_page_of_the_list_is_requested_with_the_filter(
    speech: Speech, version: str, continuation: str | None
) -> None:
    speech.control.configure(Settings(requests_per_window=1_000_000, continuation=continuation))
    long_ago = datetime.now(UTC) - timedelta(days=30)
    recent = {put_job(speech) for _ in range(150)}
    old = {put_job(speech, created_date_time=long_ago) for _ in range(5)}
    speech.control.reset_counts()
    wanted = filter_since((datetime.now(UTC) - timedelta(days=1)).isoformat())
    asked, name, listed = client(speech, version), None, set()
    while (page := asked.transcriptions(wanted, name)).next_page is not None:
        listed |= {entry(value).job_id for value in page.values}
        name = page.next_page
    listed |= {entry(value).job_id for value in page.values}
    assert recent <= listed
    assert not old & listed
    log = speech.control.requests().log
    assert len(log) >= 2
    for request in log:
        assert "+" not in request.target
        query = parse_qs(urlsplit(request.target).query)
        assert (query["filter"], query["top"]) == ([wanted], ["100"])


def test_an_unknown_job_is_none_and_an_unknown_list_or_file_is_not_found(speech: Speech) -> None:
    asked = client(speech)
    missing = str(uuid4())
    assert asked.transcription(missing) is None
    with pytest.raises(NotFound, match="404"):
        asked.files(missing, None)
    with pytest.raises(NotFound):
        asked.file(missing, "x")
    assert speech.control.requests().statuses == {404: 3}, "none was retried"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_deleted_transcription_is_gone_with_its_files_and_deleting_it_again_is_no_error(
    speech: Speech, version: str
) -> None:
    asked = client(speech, version)
    job = put_job(speech, files=1)
    asked.delete(job)
    assert asked.transcription(job) is None
    with pytest.raises(NotFound):
        asked.files(job, None)
    asked.delete(job)
    assert speech.control.requests().counts["delete"] == 2


def test_who_may_not_delete_is_told_what_was_asked(speech: Speech) -> None:
    job = put_job(speech)
    with pytest.raises(Denied, match=f"DELETE .*transcriptions/{job} answered 401"):
        api(speech.endpoint, "wrong-key-of-the-test").delete(job)


def test_a_failed_job_has_its_error(speech: Speech) -> None:
    job = put_job(speech, status="Failed", error=JobError(code="InvalidAudio", message="no audio"))
    seen = client(speech).transcription(job)
    assert seen is not None
    assert (seen.failure().code, seen.failure().message) == ("InvalidAudio", "no audio")


def test_a_wrong_key_is_transient_and_is_not_shown(speech: Speech) -> None:
    with pytest.raises(Transient, match=r"401: Access denied") as refused:
        api(speech.endpoint, "wrong-key-of-the-test").transcription(str(uuid4()))
    assert "wrong-key" not in str(refused.value)


def test_a_429_pauses_all_threads_of_the_process_and_logs_one_warning(
    speech: Speech, caplog: pytest.LogCaptureFixture
) -> None:
    job = put_job(speech)
    asked = api(speech.endpoint, speech.key, pacer=Pacer(chance=lambda: 0.0))
    assert asked.transcription(job) is not None
    speech.control.reset_counts()
    speech.control.force(job, 429, headers={"Retry-After": "2"}, body='{"code": "ResourceRateLimitBy10s"}')
    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(lambda _: asked.transcription(job), range(6)))
    seen = speech.control.requests()
    assert seen.statuses == {429: 1, 200: 6}
    (refused,) = [each.at for each in seen.log if each.status == 429]
    after = [each.at for each in seen.log if each.at > refused]
    assert min(after) - refused >= timedelta(seconds=1.9), "the other threads wait too"
    (told,) = signals(caplog.records)
    assert (told["signal"], told["service"], told["wait"]) == (Signal.THROTTLED, "Speech", 2.0)
    (line,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert "ResourceRateLimitBy10s" in line.getMessage()


def test_requests_succeed_even_if_speech_counts_refused_ones(speech: Speech) -> None:
    job = put_job(speech)
    limits = Settings(requests_per_window=3, window_seconds=2.0, counts_refused=True, retry_after="none")
    speech.control.configure(limits)
    # Time runs ten times as fast: a pause without Retry-After lasts one second here.
    swift = Pacer(lambda: 10 * time.monotonic(), lambda seconds: time.sleep(seconds / 10), lambda: 0.5)
    asked = api(speech.endpoint, speech.key, pacer=swift)

    def ask(_: int) -> bool:
        while True:
            try:
                return asked.transcription(job) is not None
            except Paused:
                time.sleep(0.1)  # as if the message were sent again

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(ask, range(8)))
    statuses = speech.control.requests().statuses
    assert statuses[200] == 8
    assert statuses[429] >= 1


def test_during_a_long_pause_requests_raise_paused_and_nothing_is_sent(
    speech: Speech, caplog: pytest.LogCaptureFixture
) -> None:
    job = put_job(speech)
    asked = client(speech)
    speech.control.reset_counts()
    speech.control.force("transcriptions", 429, headers={"Retry-After": "100"})
    for _ in range(3):
        with pytest.raises(Paused) as paused:
            asked.transcription(job)
        assert paused.value.retry_after is not None
        assert paused.value.retry_after > 60
    assert speech.control.requests().statuses == {429: 1}
    assert len(signals(caplog.records)) == 1


@pytest.mark.parametrize("status", [405, 408, 409, 410, 418, 423, 500, 503])
def test_a_transient_status_is_retried(speech: Speech, status: int) -> None:
    job = put_job(speech)
    speech.control.force(job, status, times=2, body='{"error": {"code": "Busy", "message": "soon"}}')
    assert client(speech).transcription(job) is not None
    assert speech.control.requests().statuses == {status: 2, 200: 1}


def test_a_persistent_server_error_is_transient_with_the_services_message(speech: Speech) -> None:
    speech.control.force("transcriptions", 503, times=9, body='{"code": "Busy", "message": "come back later"}')
    with pytest.raises(Transient, match="answered 503: Busy: come back later"):
        client(speech).transcription(str(uuid4()))
    assert 2 <= speech.control.requests().statuses[503] <= 9


def test_a_400_is_permanent_and_not_retried(speech: Speech) -> None:
    speech.control.force("transcriptions", 400, body='{"code": "InvalidRequest", "message": "no such version"}')
    with pytest.raises(ServiceRefused, match="no such version"):
        client(speech).transcription(str(uuid4()))
    assert speech.control.requests().statuses == {400: 1}


def test_a_page_of_a_proxy_is_transient(server: Server) -> None:
    server.answer(Answer(body=b"<html>please sign in</html>"))
    with pytest.raises(Transient, match="not a Transcription"):
        api(server.origin, "k").transcription(str(uuid4()))


def test_a_refused_connection_is_transient_and_its_error_has_no_query() -> None:
    gone = nowhere()
    with pytest.raises(Transient, match="ConnectionError") as error:
        api(gone, "k").files(str(uuid4()), "sig=secret")
    assert "secret" not in str(error.value)


def test_an_invalid_entry_of_a_list_hides_no_other(server: Server) -> None:
    good = {"self": f"https://x.example/speechtotext/transcriptions/{uuid4()}", "status": "Running"}
    odd = [{**good, "status": None}, {"status": "Running"}, {**good, "self": "https://x.example/"}, "text", None]
    server.answer(Answer(body=msgspec.json.encode({"values": [*odd, good]})))
    values = api(server.origin, "k").transcriptions(None, None).values
    for value in values[:-1]:
        with pytest.raises(UnknownValue):
            entry(value)
    assert entry(values[-1]).status == "Running"


def test_a_redirect_is_not_followed_and_the_key_is_not_sent_on(server: Server) -> None:
    with serving() as foreign:
        server.answer(Answer(302, headers={"Location": f"{foreign.origin}/"}))
        with pytest.raises(Permanent, match="redirects are not followed"):
            api(server.origin, "k").transcription(str(uuid4()))
        assert foreign.asked == []


def test_many_threads_together_stay_below_the_rate_limit(speech: Speech) -> None:
    job = put_job(speech)
    speech.control.configure(Settings(requests_per_window=100, window_seconds=1.0))
    # Time and the window of the rate limit run ten times as fast.
    swift = Pacer(lambda: 10 * time.monotonic(), lambda seconds: time.sleep(seconds / 10))
    asked = api(speech.endpoint, speech.key, pacer=swift)
    speech.control.reset_counts()
    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(lambda _: asked.transcription(job), range(200)))
    assert speech.control.requests().statuses == {200: 200}
    assert Settings().requests_per_window > HIGHEST_RATE
