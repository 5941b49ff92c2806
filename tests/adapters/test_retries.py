"""Every repeated request to storage, Speech and Entra ID is logged, whether an adapter or an SDK repeats it."""

import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from local.azurite import Azurite
from local.faults import FaultLayer, Lost, Rule
from shared.adapters import retrying
from shared.adapters.blob import BLOCK_BYTES, BlobArchive, blob_service
from shared.adapters.contents import HttpContents
from shared.adapters.speech import SpeechApi
from shared.domain.speech_urls import SpeechResource
from shared.domain.urls import HostRule
from shared.errors import Transient
from shared.pipeline.signals import Signal, about, counts
from tests.adapters.servers import Answer, Server, nowhere
from tests.signals import signals

ROOT = Path(__file__).parent.parent.parent
WHOSE = ("11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555")


def retries(caplog: pytest.LogCaptureFixture, service: str) -> list[int]:
    """Return the attempt of each retry in the log. Each line must name the job and the file."""
    found = [each for each in signals(caplog.records) if each["signal"] == Signal.RETRY]
    assert {(each["job"], each["file"], each["service"]) for each in found} <= {(*WHOSE, service)}
    return [each["attempt"] for each in found]


@pytest.mark.parametrize("fault", [Answer(503), Answer(500), Answer(408), Answer(429), Answer(201, b"x" * 100, cut=10)])
def test_every_repeated_request_to_blob_storage_is_logged(
    azurite: Azurite, server: Server, caplog: pytest.LogCaptureFixture, fault: Answer
) -> None:
    there = azurite.connection_string.replace(azurite.blob_origin, server.origin)
    made = Answer(201, headers={"ETag": '"1"', "Last-Modified": "Mon, 02 Nov 2026 09:00:00 GMT"})
    with blob_service(there, None) as service, about(*WHOSE):
        raw = BlobArchive(service.get_container_client("raw-results")).begin("a.json.gz")
        server.answer(fault, fault, made)
        raw.commit()
    assert retries(caplog, "Blob storage") == [1, 2]
    assert len(server.asked) == 3


def test_repeated_stagings_and_commits_of_blocks_give_the_same_blob(
    azurite: Azurite, caplog: pytest.LogCaptureFixture
) -> None:
    with FaultLayer() as layer:
        front = layer.front("blob", azurite.blob_origin)
        there = azurite.connection_string.replace(azurite.blob_origin, front.origin)
        with blob_service(there, None) as service, about(*WHOSE):
            container = service.create_container(f"raw-{uuid4()}")
            raw = BlobArchive(container).begin("a.json.gz")
            content = os.urandom(BLOCK_BYTES + 100_000)
            front.rules += [
                Rule(Lost(), method="PUT", target="comp=block&", times=1),
                Rule(Lost(), method="PUT", target="comp=blocklist", times=1),
                Rule(Lost(), method="PUT", target="comp=blocklist", times=1),
            ]
            raw.write(content)
            raw.commit()
            assert container.download_blob("a.json.gz").readall()
    assert [rule.met for rule in front.rules] == [1, 1, 1]
    assert retries(caplog, "Blob storage") == [1, 1, 2]


def as_it_is(url: str, *, named: bool) -> tuple[str, dict[str, str]]:  # noqa: ARG001 - as contents ask for it
    """Return a link unchanged, without headers."""
    return url, {}


def test_repeated_requests_to_speech_and_contents_are_logged_without_signatures(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    speech = SpeechApi(SpeechResource(server.origin, "v3.2"), dict)
    answers = (Answer(500), Answer(408), Answer(503, b"{}", cut=1), Answer(200, b'{"values": []}'))
    server.answer(*answers)
    with about(*WHOSE):
        speech.files("1", "token=s3cr3t")
    assert retries(caplog, "Speech") == [1, 2, 3]
    caplog.clear()
    server.answer(Answer(500), Answer(503), Answer(200, b"{}", {"ETag": '"1"'}))
    contents = HttpContents(HostRule("CONTENT_HOSTS", (server.origin,)), as_it_is)
    with about(*WHOSE), contents.open(f"{server.origin}/results/a.json?sig=s3cr3t") as content:
        assert b"".join(content.chunks) == b"{}"
    assert retries(caplog, "Content") == [1, 2]
    assert "s3cr3t" not in caplog.text


def test_a_refused_connection_to_speech_is_retried_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    gone = nowhere()
    before = counts()[Signal.RETRY]
    speech = SpeechApi(SpeechResource(gone, "v3.2"), dict)
    with about(*WHOSE), pytest.raises(Transient):
        speech.files("1", None)
    assert retries(caplog, "Speech") == [1, 2, 3]
    assert counts()[Signal.RETRY] == before + retrying.ATTEMPTS - 1


JSON = {"Content-Type": "application/json", "Set-Cookie": "affinity=stranger; Path=/"}
TOKEN = b'{"access_token": "made-up", "expires_on": "%d", "resource": "r", "token_type": "Bearer"}'

IDENTITY = """
import logging, sys
from shared.bootstrap import quiet_sdks
from shared.errors import Transient
from shared.adapters.identity import bearer
logging.basicConfig(stream=sys.stdout, format="%(message)s")
quiet_sdks()
headers = bearer("https://storage.azure.com/.default")
for _ in range(5):
    try:
        print(headers())
    except Transient as error:
        print("Transient", error.__cause__.__cause__, error.__cause__.__suppress_context__, error)
"""


def test_repeated_requests_for_tokens_are_logged(server: Server) -> None:
    soon, late = (Answer(200, TOKEN % (time.time() + lifetime), JSON) for lifetime in (1, 86_400))
    cut = TOKEN[: TOKEN.index(b"expires")]
    server.answer(Answer(500), soon, Answer(500), Answer(503), soon, Answer(200, cut, JSON), Answer(200, b"<"), late)
    environ = {name: each for name, each in os.environ.items() if not name.startswith("AZURE_")}
    environ |= {"IDENTITY_ENDPOINT": server.origin, "IDENTITY_HEADER": "made-up"}
    environ |= {"AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"}
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", IDENTITY], check=False, timeout=60, env=environ, capture_output=True, text=True, cwd=ROOT
    )
    assert ran.stderr == ""
    lines = ran.stdout.splitlines()
    assert [line for line in lines if "Authorization" in line] == ["{'Authorization': 'Bearer made-up'}"] * 3
    assert len([line for line in lines if '{"signal":"retry"' in line]) == 3
    failed = [line for line in lines if line.startswith("Transient")]
    assert len(failed) == 2
    for line in failed:
        assert line.startswith("Transient None True Entra ID gave no token for https://storage.azure.com/.default: ")
    assert ran.stdout.count("made-up") == 3, "the token is in no error and in no log line"
    assert len(server.asked) == 8
    assert not [each for each in server.asked if "cookie" in each.headers]
