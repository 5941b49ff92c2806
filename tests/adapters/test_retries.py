"""Every repeated request is logged, whether an adapter or an SDK repeats it."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest
from azure.cosmos import DatabaseProxy

from local import faults
from local.azurite import Azurite
from local.cosmos import Cosmos
from local.faults import Exchange, FaultLayer, Front, Lost, Rule
from shared.adapters import retrying
from shared.adapters.blob import BLOCK_BYTES, BlobArchive, blob_service
from shared.adapters.contents import HttpContents
from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts, connect
from shared.adapters.cosmos.client import query
from shared.adapters.speech import SpeechApi
from shared.domain.documents import HEAD_ID
from shared.domain.speech_urls import SpeechResource
from shared.domain.urls import HostRule
from shared.errors import Conflict, Throttled, Transient
from shared.pipeline.signals import Signal, about, counts
from tests.adapters.documents import head, new_job, new_key, part
from tests.adapters.servers import Answer, Server, nowhere
from tests.signals import signals

ROOT = Path(__file__).parent.parent.parent
AT_ONCE = {"x-ms-retry-after-ms": "1"}
WHOSE = ("11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555")


def retries(caplog: pytest.LogCaptureFixture, service: str) -> list[int]:
    """Return the attempt of each retry in the log. Each line must name the job and the file."""
    found = [each for each in signals(caplog.records) if each["signal"] == Signal.RETRY]
    assert {(each["job"], each["file"], each["service"]) for each in found} <= {(*WHOSE, service)}
    return [each["attempt"] for each in found]


def documents_asked(front: Front) -> list[Exchange]:
    """Return the requests for documents. A thread of the SDK also requests the account, at any time."""
    return [each for each in front.asked if "/docs" in each.target]


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("status", [408, 429, 449, 500, 502, 503, None])
@pytest.mark.parametrize("kind", ["read", "query", "create", "patch"])
def test_every_repeated_request_to_cosmos_db_is_logged(  # noqa: PLR0913, PLR0917 - every kind with every fault
    through: DatabaseProxy,
    front: Front,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    status: int | None,
    times: int,
) -> None:
    headers = AT_ONCE if status in {429, 449} else {}
    jobs, job = CosmosJobs(through, None), new_job()
    container = through.get_container_client("jobs")
    if kind != "create":
        jobs.create(job)
    front.asked.clear()
    method = {"read": "GET", "patch": "PATCH"}.get(kind, "POST")
    fault = Lost() if status is None else faults.Answer(status, headers)
    front.rules.append(Rule(fault, method=method, target="/docs", times=times))
    with about(*WHOSE):
        match kind:
            case "read":
                assert jobs.get(job.id) == job
            case "query":
                assert query(container, "SELECT VALUE c.id FROM c", partition=[job.id]) == [job.id]
            case "patch":
                transcripts, key = CosmosTranscripts(through, None), new_key()
                front.rules[0].times = 0
                transcripts.write(key, [part(key, "r1", 0)])
                front.asked.clear()
                front.rules[0].times = times
                transcripts.retire(key, transcripts.parts(key, "r1"))
            case _ if status is None:
                with pytest.raises(Conflict):  # the document was created, and the answer was lost
                    jobs.create(job)
            case _:
                jobs.create(job)
                assert jobs.get(job.id) == job
    asked = [each for each in documents_asked(front) if each.method == method]
    told = retries(caplog, "Cosmos DB")
    assert len(told) >= 1
    assert len(asked) == 1 + len(told)


def test_a_throttled_request_is_repeated_after_the_given_wait_unless_it_is_long(
    through: DatabaseProxy, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = CosmosJobs(through, None)
    front.rules.append(Rule(faults.Answer(429, {"x-ms-retry-after-ms": "100"}), method="GET", target="/docs", times=2))
    begun = time.monotonic()
    with about(*WHOSE):
        jobs.get("nobody")
    assert time.monotonic() - begun >= 0.2
    assert [each["wait"] >= 0.1 for each in signals(caplog.records)] == [True, True]
    caplog.clear()
    front.rules.append(Rule(faults.Answer(429, {"x-ms-retry-after-ms": "11000"}), method="GET", target="/docs"))
    front.asked.clear()
    with pytest.raises(Throttled) as throttled:
        jobs.get("nobody")
    assert throttled.value.retry_after == 11
    assert (len(documents_asked(front)), signals(caplog.records)) == (1, [])


def test_throttling_with_a_given_wait_is_retried_as_often_as_the_sdk_would(
    through: DatabaseProxy, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    front.rules.append(Rule(faults.Answer(429, AT_ONCE), method="GET", target="/docs"))
    with about(*WHOSE), pytest.raises(Throttled):
        CosmosJobs(through, None).get("nobody")
    assert len(documents_asked(front)) == retrying.TOLD_ATTEMPTS
    assert retries(caplog, "Cosmos DB") == list(range(1, retrying.TOLD_ATTEMPTS))


def test_retries_that_the_sdk_handles_itself_are_logged(
    through: DatabaseProxy, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    jobs, job = CosmosJobs(through, None), new_job()
    jobs.create(job)
    front.rules.append(
        Rule(faults.Answer(404, {"x-ms-substatus": "1002"}), method="GET", target=f"/docs/{job.id}", times=1)
    )
    with about(*WHOSE):
        assert jobs.get(job.id) == job, "a stale replica does not make the document missing"
        front.rules.append(
            Rule(faults.Answer(403, {"x-ms-substatus": "3"}), method="PUT", target=f"/docs/{job.id}", times=1)
        )
        assert jobs.update(job.id, lambda current: current) == job, "the write region moved"
    assert retries(caplog, "Cosmos DB") == [1, 1]


def test_a_repeated_commit_that_succeeded_the_first_time_succeeds(
    cosmos: Cosmos, database: DatabaseProxy, through: DatabaseProxy, front: Front
) -> None:
    key = new_key()
    there = CosmosTranscripts(connect(cosmos.endpoint, cosmos.key, database.id), None)
    there.commit(key, [], head(key, "r1"), None)  # the first try succeeds before its answer 503
    front.rules.append(Rule(faults.Answer(503, {}), method="POST", target="/docs", times=1))
    CosmosTranscripts(through, None).commit(key, [], head(key, "r1"), None)
    assert there.items(key.job_id)[0]["id"] == HEAD_ID


def test_a_failover_to_another_region_is_logged(
    cosmos: Cosmos, database: DatabaseProxy, caplog: pytest.LogCaptureFixture
) -> None:
    with FaultLayer() as layer:
        gone = layer.front("cosmos", cosmos.endpoint)
        regions = [("Gone", f"{gone.origin}/"), ("There", cosmos.endpoint)]
        locations = [{"name": name, "databaseAccountEndpoint": endpoint} for name, endpoint in regions]
        account = {"id": "two-regions", "writableLocations": locations, "readableLocations": locations}
        body = json.dumps({**account, "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"}}).encode()
        gone.rules.append(Rule(faults.Answer(200, body=body), method="GET", target="^/$"))
        jobs = CosmosJobs(connect(gone.origin, cosmos.key, database.id), None)
        # Each new client checks its regions in a thread. If that check failed, the SDK would leave the region without a
        # log line.
        for thread in threading.enumerate():
            if thread.name == "cosmos-endpoint-refresh":
                thread.join()
        gone.refuse()
    with about(*WHOSE):
        assert jobs.get("nobody") is None
    assert retries(caplog, "Cosmos DB")


def test_an_unreachable_account_is_transient_and_its_retries_are_logged(
    cosmos: Cosmos, caplog: pytest.LogCaptureFixture
) -> None:
    gone = nowhere()
    with about(*WHOSE), pytest.raises(Transient, match="Cosmos DB"):
        connect(gone, cosmos.key, "speech")
    assert retries(caplog, "Cosmos DB")


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
