"""The simulated Speech service: its limit, forced answers, and the record of requests."""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

from local.azurite import Azurite
from local.speech import FileSpec, JobSpec, Settings, SpecError, start_speech
from local.speech.errors import SpeechError
from local.speech.simulator import Simulator
from tests.local.conftest import TOKEN, Api


def test_requests_beyond_the_limit_get_429_with_retry_after(api: Api) -> None:
    api.speech.control.configure(Settings(requests_per_window=3, window_seconds=3600))
    url = api.url("transcriptions")
    answers = [api.call(url) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json()["code"] == "TooManyRequests"
    assert answers[3].json()["message"]
    assert 0 < int(answers[3].headers["Retry-After"]) <= 3600


def test_the_default_limit_is_that_of_speech_and_its_window_slides() -> None:
    time = [0.0]
    simulator = Simulator(key="k", token=None, region_port=0, clock=lambda: time[0])
    for _ in range(50):
        simulator.count_against_limit()
    time[0] = 4.0
    for _ in range(50):
        simulator.count_against_limit()
    with pytest.raises(SpeechError) as refused:
        simulator.count_against_limit()
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "6"})
    time[0] = 10.0
    for _ in range(50):
        simulator.count_against_limit()
    with pytest.raises(SpeechError):
        simulator.count_against_limit()


def test_refused_keys_and_the_control_plane_do_not_count_against_the_limit(api: Api) -> None:
    api.speech.control.configure(Settings(requests_per_window=1))
    for _ in range(3):
        assert requests.get(api.url("transcriptions"), timeout=30).status_code == 401
        api.speech.control.counts()
    assert api.call(api.url("transcriptions")).status_code == 200


def test_the_next_requests_that_match_get_a_forced_answer(api: Api) -> None:
    spec = JobSpec(id=str(uuid4()))
    control = api.speech.control
    control.put_job(spec)
    control.force("/files", 503, times=2, headers={"Retry-After": "7"}, body='{"code": "ServiceUnavailable"}')
    job, files = api.url(f"transcriptions/{spec.id}"), api.url(f"transcriptions/{spec.id}/files")
    answers = [api.call(url) for url in (job, files, files, files, job)]
    assert [answer.status_code for answer in answers] == [200, 503, 503, 200, 200]
    assert answers[1].headers["Retry-After"] == "7"
    assert answers[1].headers["Content-Type"] == "application/json"
    assert answers[1].json() == {"code": "ServiceUnavailable"}


def test_forced_responses_are_used_in_order_and_match_the_query(api: Api) -> None:
    control = api.speech.control
    control.force(r"\btop=5\b", 500)
    control.force(r"\btop=5\b", 408)
    control.force("transcriptions", 418, headers={"Content-Type": "text/plain"}, body="later")
    answers = [api.call(api.url("transcriptions"), top=top) for top in (5, 5, 6, 5)]
    assert [answer.status_code for answer in answers] == [500, 408, 418, 200]
    assert (answers[2].headers["Content-Type"], answers[2].text) == ("text/plain", "later")


def test_forced_responses_can_be_removed(api: Api) -> None:
    api.speech.control.force(".", 500, times=100)
    api.speech.control.clear_forced()
    assert api.call(api.url("transcriptions")).status_code == 200


def test_requests_are_counted_by_operation_until_reset(api: Api) -> None:
    control = api.speech.control
    job = str(uuid4())
    file = FileSpec(id=str(uuid4()), name="a", blob="none", size=1)
    control.put_job(JobSpec(id=job, files=(file,)))
    for path in ("", f"/{job}", f"/{job}/files", f"/{job}/files/{file.id}", f"/{job}", f"/{uuid4()}"):
        api.call(api.url(f"transcriptions{path}", "v3.2"))
    api.call(api.url(f"transcriptions/{job}"), "DELETE")
    api.call(f"{api.speech.endpoint}/nowhere")
    assert control.counts() == {"list": 1, "get": 3, "listFiles": 1, "getFile": 1, "delete": 1, "unknown": 1}
    assert control.requests().statuses == {200: 5, 404: 2, 204: 1}
    control.reset_counts()
    assert not control.counts()
    assert control.counts()["list"] == 0


def test_the_log_has_every_request_and_no_key(api: Api) -> None:
    key = api.speech.key
    api.call(api.url("transcriptions", "v3.1"), filter="status eq 'Failed'", key=key, token=TOKEN)
    requests.get(api.url("transcriptions"), headers={"Ocp-Apim-Subscription-Key": "wrong"}, timeout=30)
    seen = api.speech.control.requests()
    assert [(entry.operation, entry.method, entry.status) for entry in seen.log] == [
        ("list", "GET", 200),
        ("list", "GET", 401),
    ]
    assert seen.log[0].target.startswith("/speechtotext/v3.1/transcriptions?filter=status")
    assert isinstance(seen.log[0].at, datetime)
    told = repr(seen) + api.speech.service.log.read_text()
    assert key not in told
    assert TOKEN not in told


def test_a_second_simulator_finds_a_free_port_and_keeps_its_contents_apart(
    api: Api, azurite: Azurite, tmp_path: Path
) -> None:
    second = start_speech(azurite, log=tmp_path / "speech.log", port=urlsplit(api.speech.endpoint).port or 0)
    try:
        assert second.endpoint != api.speech.endpoint
        assert second.control.container() != api.speech.control.container()
    finally:
        second.stop()
    assert not second.service.alive()


def test_a_request_to_the_regional_host_is_refused_and_recorded(azurite: Azurite, tmp_path: Path) -> None:
    own = start_speech(azurite, log=tmp_path / "speech.log", port=0)
    try:
        job = str(uuid4())
        own.control.put_job(JobSpec(id=job))
        headers = {"Ocp-Apim-Subscription-Key": own.key}
        link = requests.get(
            f"{own.endpoint}/speechtotext/v3.2/transcriptions/{job}", headers=headers, timeout=30
        ).json()
        assert own.control.about().contacts == ()
        assert requests.get(link["self"], headers=headers, timeout=30).status_code == 401
        own.control.reset_counts()
        assert own.control.about().contacts == (f"GET /speechtotext/v3.2/transcriptions/{job}",)
    finally:
        own.stop()


def test_a_forced_answer_needs_a_regular_expression(api: Api) -> None:
    with pytest.raises(SpecError, match="no regular expression"):
        api.speech.control.force("(", 500)


def test_a_spec_with_an_unknown_field_is_refused_by_name(api: Api) -> None:
    url = f"{api.speech.endpoint}/_simulator/jobs"
    response = requests.put(url, json=[{"id": str(uuid4()), "runSecond": 3}], timeout=30)
    assert response.status_code == 400
    assert "runSecond" in response.json()["message"]


def test_removing_an_unknown_job_is_an_error(api: Api) -> None:
    with pytest.raises(SpecError, match="404"):
        api.speech.control.delete_job(str(uuid4()))
