"""Refused API versions of Speech: the error names the setting."""

from uuid import uuid4

import msgspec
import pytest

from local.speech import Speech
from shared.errors import ApiVersionRefused, ServiceRefused
from tests.adapters.servers import Answer, Server
from tests.adapters.test_speech_api import api, client, put_job

VERSION_WORDS = [
    b'{"code": "InvalidRequest", "message": "The API version cannot be used to access this transcription."}',
    b'{"error": {"code": "UnsupportedApiVersion", "message": "no"}}',
    b'{"code": "Forbidden", "innerError": {"code": "ApiVersionMismatch", "message": "Use api-version 2024-11-15."}}',
]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410])
@pytest.mark.parametrize("body", VERSION_WORDS)
def test_the_error_about_a_refused_api_version_names_the_setting_whatever_its_status(
    server: Server, status: int, body: bytes
) -> None:
    server.answer(Answer(status, body))
    with pytest.raises(ApiVersionRefused) as refused:
        api(server.origin, "k", "v3.1").transcription(str(uuid4()))
    assert "(Asked in API version v3.1: set SPEECH_API_VERSION to 2025-10-15" in str(refused.value)
    assert len(server.asked) == 1


def test_a_job_created_in_v32_cannot_be_read_through_v31_and_the_error_says_what_to_set(speech: Speech) -> None:
    job = put_job(speech, files=1, created_in="v3.2")
    asked = client(speech, "v3.1")
    for use in (lambda: asked.transcription(job), lambda: asked.files(job, None), lambda: asked.file(job, "x")):
        with pytest.raises(ApiVersionRefused, match="set SPEECH_API_VERSION to 2025-10-15"):
            use()
    assert client(speech, "v3.2").transcription(job) is not None


def test_any_400_through_an_older_version_suggests_the_newest_one(server: Server) -> None:
    server.answer(Answer(400, b'{"code": "X", "message": "This is not possible."}'))
    with pytest.raises(ServiceRefused, match=r"If that is for the API version v3\.2: set SPEECH_API_VERSION to"):
        api(server.origin, "k", "v3.2").transcription(str(uuid4()))
    with pytest.raises(ServiceRefused) as refused:
        api(server.origin, "k").transcription(str(uuid4()))
    assert "API_VERSION" not in str(refused.value)


def test_an_error_that_repeats_the_requests_url_is_not_a_refused_version(server: Server) -> None:
    words = f"Bad filter: {server.origin}/speechtotext/transcriptions?api-version=2025-10-15&filter=x"
    server.answer(Answer(400, msgspec.json.encode({"code": "InvalidPayload", "message": words})))
    with pytest.raises(ServiceRefused) as refused:
        api(server.origin, "k").transcriptions("x", None)
    assert not isinstance(refused.value, ApiVersionRefused)
