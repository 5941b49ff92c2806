"""The connection to Cosmos DB is made once, when it is needed. A failure is remembered for some seconds."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.cosmos import DatabaseProxy

from local.azurite import Azurite
from local.processes import free_port
from shared.adapters.cosmos import Connection, CosmosJobs
from shared.adapters.cosmos.connection import REMEMBERED_SECONDS
from shared.bootstrap import App
from shared.domain.messages import FetchFile
from shared.errors import Denied, Speech2CosmosError, Transient
from shared.pipeline.signals import Signal
from tests.signals import signals

FILE = FetchFile("11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555", "Transcription", 1)


class Account:
    """Connects to a database. It fails with each of `failures` first, and counts its tries."""

    def __init__(self, database: DatabaseProxy, *failures: Exception) -> None:
        self.database = database
        self.failures = list(failures)
        self.tries = 0

    def connect(self) -> DatabaseProxy:
        """Return the database, or fail."""
        self.tries += 1
        time.sleep(0.05)
        if self.failures:
            raise self.failures.pop(0)
        return self.database


def test_a_slow_connection_blocks_only_what_needs_it(azurite: Azurite) -> None:
    app = App.from_env(environment(azurite))
    connecting, go_on = threading.Event(), threading.Event()

    def connect() -> DatabaseProxy:
        connecting.set()
        go_on.wait()
        raise Denied("403")

    jobs = CosmosJobs(Connection(connect), None)

    def ask() -> None:
        with pytest.raises(Denied):
            jobs.get("nobody")

    waiting = threading.Thread(target=ask)
    waiting.start()
    connecting.wait()
    assert app.fetch_results, "all parts of the app are built without the connection"
    assert app.speech
    go_on.set()
    waiting.join()


def test_a_failed_connection_is_remembered_for_some_seconds_and_then_tried_again(database: DatabaseProxy) -> None:
    seconds = [0.0]
    account = Account(database, Denied("403: a firewall"), ValueError("Incorrect padding"))
    connection = Connection(account.connect, lambda: seconds[0])
    jobs = CosmosJobs(connection, None)
    assert account.tries == 0, "nothing connects before it is needed"

    def ask(_: int) -> str:
        try:
            return str(jobs.get("nobody"))
        except Speech2CosmosError as error:
            return f"{type(error).__name__}: {error}"

    def ask_together() -> set[str]:
        with ThreadPoolExecutor(8) as threads:
            return set(threads.map(ask, range(8)))

    assert ask_together() == {"Denied: 403: a firewall"}
    assert account.tries == 1
    seconds[0] += REMEMBERED_SECONDS
    assert ask_together() == {"Transient: Cosmos DB: the client cannot be made: ValueError: Incorrect padding"}
    assert account.tries == 2
    seconds[0] += REMEMBERED_SECONDS
    assert ask_together() == {"None"}
    assert account.tries == 3


def environment(azurite: Azurite, **changed: str) -> dict[str, str]:
    """Return the settings of an app without a Cosmos DB server."""
    return {
        "SPEECH_ENDPOINT": f"http://127.0.0.1:{free_port()}",
        "SPEECH_KEY": "a-key-of-the-test",
        "COSMOS_ENDPOINT": f"http://127.0.0.1:{free_port()}",
        "COSMOS_KEY": "bWFkZS11cA==",
        "AzureWebJobsStorage": azurite.connection_string,
        **changed,
    }


def test_an_unreachable_cosmos_db_fails_the_attempt_and_is_not_called_again_at_once(
    azurite: Azurite, caplog: pytest.LogCaptureFixture
) -> None:
    app = App.from_env(environment(azurite))
    with pytest.raises(Transient, match="Cosmos DB"):
        app.fetch_results(FILE, 3)
    (failed,) = [each for each in signals(caplog.records) if each["signal"] == Signal.FAILED]
    assert (failed["attempt"], failed["job"], failed["file"]) == (3, FILE.job_id, FILE.file_id)
    begun = len(signals(caplog.records))
    with pytest.raises(Transient, match="Cosmos DB"):
        app.fetch_results(FILE, 4)
    (failed,) = signals(caplog.records)[begun:]
    assert (failed["signal"], failed["attempt"]) == (Signal.FAILED, 4), "no request is sent, so none is retried"


def test_an_invalid_key_is_reported_and_fails_the_attempt(azurite: Azurite, caplog: pytest.LogCaptureFixture) -> None:
    app = App.from_env(environment(azurite, COSMOS_KEY="no-padding"))
    with pytest.raises(Transient, match="Cosmos DB: the client cannot be made"):
        app.fetch_results(FILE, 2)
    assert [each["attempt"] for each in signals(caplog.records) if each["signal"] == Signal.FAILED] == [2]


def test_an_adapter_that_cannot_be_built_is_reported_and_stops_no_other_part(
    azurite: Azurite, caplog: pytest.LogCaptureFixture
) -> None:
    app = App.from_env(environment(azurite, AzureWebJobsStorage="AccountKey=not-to-be-shown"))
    for _ in range(2):
        with pytest.raises(Transient, match="the app's blobs cannot be built: ValueError: Connection string"):
            app.fetch_results(FILE, 1)
    told = [each for each in signals(caplog.records) if each["signal"] == Signal.TROUBLED]
    assert [each["part"] for each in told] == ["blobs"] * 2
    assert app.poll_jobs
    assert app.check_rights
    assert app.accept_job
    assert "not-to-be-shown" not in caplog.text
