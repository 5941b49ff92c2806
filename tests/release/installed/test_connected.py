"""The installed command connects to a deployment, whose accounts are local servers, and uses them."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.provision import provision_cosmos, provision_storage
from local.samples.catalog import DATA
from local.speech import FileSpec, JobSpec, Speech, start_speech
from shared.bootstrap import App
from shared.domain.messages import JOBS_QUEUE, Work
from shared.settings import Settings
from tests.cli.connecting.arm import FIRST, TOKEN, serving
from tests.cli.connecting.conftest import OUTPUTS
from tests.release.installed.running import run

JOB = "00000000-0000-4000-8000-00000000e001"

PROGRAM = """
import sys
from azure.core.credentials import AccessToken
from speech2cosmos.cli.cloud import Cloud
from speech2cosmos.cli.main import main

class User:
    def get_token(self, *scopes, **_):
        return AccessToken(TOKEN, 2**40)

main(sys.argv[2:], cloud=Cloud(sys.argv[1], User))
"""
"""The command, of a user who is signed in at another Azure Resource Manager."""


@dataclass(frozen=True)
class User:
    """A user of the installed command: a folder, and variables of the environment."""

    tools: Path
    folder: Path
    environment: dict[str, str]

    def runs(self, *arguments: str, **keys: str) -> str:
        """Run the command. `keys`: those of the local servers, which know no Entra ID."""
        return run(self.tools / "bin" / "speech2cosmos", *arguments, folder=self.folder, **self.environment, **keys)

    def asks(self, azure: str, *arguments: str, **variables: str) -> str:
        """Run the command against the Azure Resource Manager at `azure`."""
        python = self.tools / "speech2cosmos" / "bin" / "python"
        program = PROGRAM.replace("TOKEN", repr(TOKEN))
        return run(python, "-c", program, azure, *arguments, folder=self.folder, **self.environment, **variables)


@pytest.fixture
def speech(azurite: Azurite, tmp_path: Path) -> Iterator[Speech]:
    speech = start_speech(azurite, log=tmp_path / "speech.log", port=0)
    result = FileSpec.of(JOB, "contenturl_0.json")
    contents = {result.blob: (DATA / "diarized-mono.json").read_bytes()}
    speech.control.put_job(JobSpec(id=JOB, files=(result,)), contents)
    yield speech
    speech.stop()


def take_up(app: App, message: bytes) -> None:
    """Do what the app's functions do with a message, until nothing is left to do."""
    app.accept_job(message)
    work: list[Work] = [*app.poll_jobs()]
    while work:
        work += app.fetch_results(work.pop(0), 1)


def test_connect_then_submit_jobs_and_read(
    tools: Path, speech: Speech, cosmos: Cosmos, azurite: Azurite, tmp_path: Path
) -> None:
    database = f"wheel-{uuid.uuid4().hex}"
    provision_cosmos(cosmos.endpoint, cosmos.key, database)
    provision_storage(azurite.connection_string, "raw-results")
    user = User(tools, tmp_path, {"XDG_CONFIG_HOME": str(tmp_path / "config")})
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    local = {
        "COSMOS_ENDPOINT": cosmos.endpoint,
        "COSMOS_DATABASE": database,
        "SPEECH_ENDPOINT": speech.endpoint,
        "JOBS_QUEUE": JOBS_QUEUE,
    }
    with serving(authority) as arm:
        arm.names = {FIRST: "Contoso"}
        arm.deploy(FIRST, "speech2cosmos", OUTPUTS | local)
        trusting = {"REQUESTS_CA_BUNDLE": str(tmp_path / "authority.pem")}
        said = user.asks(arm.origin, "connect", "--deployment", "speech2cosmos", **trusting)
    assert f"Cosmos DB at {urlsplit(cosmos.endpoint).netloc}, database {database}" in said
    assert user.runs("connect") == said

    with QueueClient.from_connection_string(azurite.connection_string, JOBS_QUEUE) as queue:
        queue.clear_messages()
        # Queues take a token over TLS only, so the local ones are named by a connection string, which wins.
        out = user.runs("submit", JOB, AzureWebJobsStorage=azurite.connection_string)
        assert out == f"1 job sent to {JOBS_QUEUE}\n"
        (message,) = queue.receive_messages()
    keys = {"SPEECH_KEY": speech.key, "COSMOS_KEY": cosmos.key, "AzureWebJobsStorage": azurite.connection_string}
    app = App(Settings.from_env(local | keys | {"CONTENT_HOSTS": azurite.blob_origin, "POLL_MIN_SECONDS": "0"}))
    take_up(app, message.content.encode())

    listed = json.loads(user.runs("jobs", "-o", "json", COSMOS_KEY=cosmos.key))
    assert [job["id"] for job in listed] == [JOB]
    turns = next(iter(json.loads((DATA / "diarized-mono.json").read_bytes())["recognizedPhrases"]))
    assert turns["nBest"][0]["display"].split()[0] in user.runs("read", JOB, COSMOS_KEY=cosmos.key)
