"""A key that a service repeats is masked in errors, causes, log lines and stored texts."""

import base64
import json
import logging
import traceback
from collections.abc import Iterator
from urllib.parse import quote
from uuid import uuid4

import pytest
from azure.core.exceptions import HttpResponseError

from local.azurite import Azurite
from shared.adapters.blob import BlobArchive, blob_service
from shared.adapters.cosmos import CosmosJobs, connect
from shared.adapters.speech import SpeechApi
from shared.domain.redaction import redacted
from shared.domain.speech_api import Transcription
from shared.domain.speech_urls import SpeechResource
from shared.errors import Speech2CosmosError, Transient
from shared.masking import REMOVED, mask_from_now_on, masked, shown_cause
from shared.pipeline.signals import Log, Signal
from shared.settings import Settings
from tests.adapters.pacers import unpaced
from tests.adapters.servers import Answer, Server, serving

log = Log("tests")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def key() -> str:
    """Return a key like those of Cosmos DB and storage, with characters that URLs and JSON escape."""
    made = base64.b64encode(b"\xfb\xff\xbf" + uuid4().bytes * 4).decode()
    assert {"+", "/", "="} <= set(made)
    return made


def settings(speech_key: str, cosmos_key: str, storage_key: str) -> Settings:
    """Read settings as the app does."""
    connection = f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={storage_key};EndpointSuffix=x.example"
    return Settings.from_env(
        {
            "SPEECH_ENDPOINT": "https://contoso.cognitiveservices.azure.com",
            "SPEECH_KEY": speech_key,
            "COSMOS_ENDPOINT": "https://contoso.documents.azure.com",
            "COSMOS_KEY": cosmos_key,
            "AzureWebJobsStorage": connection,
        }
    )


def test_every_key_of_the_settings_is_masked_once_they_are_read(key: str) -> None:
    keys = [f"{key[:-4]}{number}A==" for number in range(3)]
    assert masked(keys[0]) == keys[0]
    settings(*keys)
    for each in keys:
        assert masked(f"your key {each} is not valid") == f"your key {REMOVED} is not valid"


def test_a_shared_access_signature_in_the_connection_string_is_masked(key: str) -> None:
    signature = f"sv=2023-11-03&ss=bq&sig={quote(key, safe='')}"
    environ = {
        "SPEECH_ENDPOINT": "https://contoso.cognitiveservices.azure.com",
        "COSMOS_ENDPOINT": "https://contoso.documents.azure.com",
        "AzureWebJobsStorage": f"BlobEndpoint=https://a.blob.core.windows.net; SharedAccessSignature={signature};",
    }
    assert masked(signature) == signature
    Settings.from_env(environ)
    assert masked(f"refused: {signature}") == f"refused: {REMOVED}"


def test_a_key_is_masked_in_any_case_and_as_encoded_in_urls_json_and_base64(key: str) -> None:
    mask_from_now_on(key)
    forms = [key, key.upper(), quote(key, safe=""), key.replace("/", "\\/"), base64.b64encode(key.encode()).decode()]
    for form in forms:
        assert key[:20] not in masked(f"<{form}>")
        assert masked(f"<{form}>").startswith(f"<{REMOVED}")


def test_a_short_value_is_not_masked() -> None:
    mask_from_now_on("k", "speech")
    assert masked("speech says ok") == "speech says ok"


def test_errors_log_lines_and_stored_texts_have_no_key(key: str, caplog: pytest.LogCaptureFixture) -> None:
    mask_from_now_on(key)
    assert key not in str(Transient(f"the key {key} is not valid"))
    assert key not in redacted(f"https://contoso.example/{key}/a")
    with caplog.at_level(logging.INFO):
        log.info("a line with %s", key)
        log.warning("%s%s", "x" * 1990, key, signal=Signal.TROUBLED, error=f"{'y' * 190}{key}")
    assert REMOVED in caplog.text
    assert key[:8] not in caplog.text, "neither whole nor in part"


def test_the_error_of_a_failed_job_has_the_inner_error_and_no_key(key: str) -> None:
    mask_from_now_on(key)
    error = {"code": "InvalidData", "message": f"{key} is wrong", "innerError": {"code": "NoAudio", "message": "Why."}}
    failed = Transcription(self_url="https://x/y", status="Failed", properties={"error": error}).failure()
    assert (failed.code, failed.message) == ("InvalidData", f"{REMOVED} is wrong; NoAudio: Why.")


def everything(error: BaseException) -> str:
    """Return what the platform logs of an error: its text and all causes."""
    return "".join(traceback.format_exception(error))


def test_a_key_in_speechs_error_body_is_masked(server: Server, key: str) -> None:
    mask_from_now_on(key)
    for body in (json.dumps({"error": {"code": "401", "message": f"Bad key {key}."}}), f"{'.' * 190}{key}"):
        server.answer(Answer(401, body.encode()))
        with pytest.raises(Speech2CosmosError) as refused:
            SpeechApi(SpeechResource(server.origin, "v3.2"), dict, unpaced()).file(str(uuid4()), "f")
        assert "answered 401" in str(refused.value)
        assert key[:8] not in everything(refused.value)


def test_a_key_in_cosmos_dbs_error_body_is_masked(server: Server, key: str) -> None:
    mask_from_now_on(key)
    account: dict[str, object] = {"id": "a", "writableLocations": [], "readableLocations": []}
    account |= {"userConsistencyPolicy": {"defaultConsistencyLevel": "Session"}}
    bad = {"code": "BadRequest", "message": f"The key {key} is not valid."}
    headers = {"Content-Type": "application/json"}
    server.answer(Answer(200, json.dumps(account).encode(), headers))
    jobs = CosmosJobs(connect(server.origin, key, "speech"), None)
    server.answer(Answer(400, json.dumps(bad).encode(), headers))
    with pytest.raises(Speech2CosmosError) as refused:
        jobs.get("a")
    assert REMOVED in str(refused.value)
    assert key[:8] not in everything(refused.value)


def test_a_key_in_storages_error_body_is_masked(server: Server, azurite: Azurite) -> None:
    there = azurite.connection_string.replace(azurite.blob_origin, server.origin)
    account_key = there.partition("AccountKey=")[2].partition(";")[0]
    mask_from_now_on(account_key)
    body = f"<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code><Message>{account_key}</Message></Error>"
    server.answer(Answer(400, body.encode(), {"Content-Type": "application/xml"}))
    with blob_service(there, None) as service, pytest.raises(Speech2CosmosError) as refused:
        BlobArchive(service.get_container_client("raw")).begin("a").commit()
    assert REMOVED in str(refused.value)
    assert account_key[:8] not in everything(refused.value)


def test_an_error_keeps_a_cause_without_a_key() -> None:
    mask_from_now_on("a-key-of-the-test")
    error = HttpResponseError("no")
    assert shown_cause(error) is error
    assert shown_cause(HttpResponseError("A-KEY-of-the-test")) is None
