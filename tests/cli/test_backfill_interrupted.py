"""`backfill` that ends early: it says how far it came, and the next run sends the rest."""

import signal
import socket
import subprocess
import sys

import pytest

from local.azurite import Azurite
from local.faults import FaultLayer, Rule
from shared.cli.do.backfill import JOBS_A_MESSAGE
from shared.domain.messages import JOBS_QUEUE
from tests.cli.conftest import Run
from tests.cli.shared_resource import Shared
from tests.cli.terminals import COMMAND, ROOT
from tests.cli.test_sending import REFUSED, After
from tests.waiting import PATIENCE_SECONDS


def test_a_queue_that_fails_in_the_middle_is_partly_done_and_the_next_run_sends_the_rest(
    run: Run, shared: Shared, azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = shared.jobs(2 * JOBS_A_MESSAGE + 10)
    with FaultLayer() as layer:
        front = layer.front("queue", azurite.queue_endpoint.rpartition("/")[0])
        through = azurite.through(lambda service, origin: front.origin if service == "queue" else origin)
        monkeypatch.setenv("AzureWebJobsStorage", through.connection_string)
        front.rules.append(Rule(REFUSED, method="POST", when=After(1)))
        ran = run("backfill", "--since", "7d", "--yes")
        assert (ran.code, ran.out) == (3, "")
        assert "at least 500 of 1,010 jobs were sent" in ran.error.splitlines()
        assert "1 of 3 messages were accepted before that" in ran.error
        assert ran.advice[0].startswith("the same command again: it sends what is not in Cosmos DB by then")
        taken = shared.sent()
        assert len(taken) == JOBS_A_MESSAGE
        for each in taken:
            shared.given.app.accept_job(each.encode())
        front.rules.clear()
        assert run("backfill", "--since", "7d", "--yes").out == f"510 jobs sent to {JOBS_QUEUE}\n"
    assert sorted(taken + shared.sent()) == sorted(wanted)


@pytest.mark.parametrize(
    ("silent", "last"),
    [
        ("SPEECH_ENDPOINT", "interrupted after 0 jobs of Speech; nothing was sent"),
        ("AzureWebJobsStorage", "at least 0 of 3 jobs were sent"),
    ],
)
def test_ctrl_c_says_how_far_it_came(shared: Shared, silent: str, last: str) -> None:
    shared.jobs(3)
    with socket.create_server(("127.0.0.1", 0)) as server:  # it accepts connections and never answers
        host = f"127.0.0.1:{server.getsockname()[1]}"
        queue = "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;"
        address = {
            "SPEECH_ENDPOINT": f"http://{host}",
            "AzureWebJobsStorage": f"{queue}QueueEndpoint=http://{host}/devstoreaccount1",
        }
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", COMMAND, "backfill", "--since", "7d", "--yes"],
            cwd=ROOT,
            env={**shared.given.settings, silent: address[silent]},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        server.settimeout(PATIENCE_SECONDS)
        connection, _ = server.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out) == (130, "")
    assert error.splitlines()[-1] == last
