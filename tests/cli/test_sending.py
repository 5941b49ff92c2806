"""Sending many messages while the queue fails: what was accepted is said, and how to go on."""

import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from local.azurite import Azurite
from local.faults import Answer, Exchange, FaultLayer, Front, Rule
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE
from tests.cli.conftest import Run, World
from tests.cli.given import JOB, Given
from tests.cli.terminals import COMMAND, ROOT, on_terminal
from tests.waiting import PATIENCE_SECONDS

IDS = [str(uuid.uuid4()) for _ in range(8)]


REFUSED = Answer(403, {"x-ms-error-code": "AuthorizationPermissionMismatch"}, b"")


class After:
    """A condition that the first `count` requests do not meet."""

    def __init__(self, count: int) -> None:
        self.left = count

    def __call__(self, _: Exchange) -> bool:
        """Return whether a request meets it."""
        self.left -= 1
        return self.left < 0


@pytest.fixture
def queues(azurite: Azurite, here: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    """Give a fault layer in front of the queues, which the command uses. Test `here` has emptied the queue."""
    assert here
    with FaultLayer() as layer:
        front = layer.front("queue", azurite.queue_endpoint.rpartition("/")[0])
        through = azurite.through(lambda service, origin: front.origin if service == "queue" else origin)
        monkeypatch.setenv("AzureWebJobsStorage", through.connection_string)
        yield front


def test_the_error_says_how_many_were_accepted_and_from_where_to_go_on(run: Run, here: World, queues: Front) -> None:
    queues.rules.append(Rule(REFUSED, method="POST", when=After(5)))
    ran = run("submit", *IDS)
    assert (ran.code, ran.out) == (3, "")
    assert "5 of 8 messages were accepted before that" in ran.error
    assert ran.advice == (f"send {IDS[5]} and the ids after it again",)
    with here.queue() as queue:
        assert [each.content for each in queue.receive_messages(max_messages=32)] == IDS[:5]


def test_on_a_terminal_the_error_stands_below_the_progress(here: World, azurite: Azurite, queues: Front) -> None:
    queues.rules.append(Rule(REFUSED, method="POST", when=After(5)))
    storage = azurite.through(lambda service, origin: queues.origin if service == "queue" else origin)
    environment = {**here.settings, "AzureWebJobsStorage": storage.connection_string}
    code, got = on_terminal("submit", *IDS, environment={**environment, "NO_COLOR": "1"})
    assert code == 3
    assert "4 of 8\r\x1b[K5 of 8\r\x1b[Kerror: " in got


def test_ctrl_c_while_sending_is_130_and_says_how_many_were_accepted(here: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it accepts connections and never answers
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        endpoint = f"http://{host}/devstoreaccount1"
        storage = f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;QueueEndpoint={endpoint}"
        sending = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", COMMAND, "submit", *IDS],
            cwd=ROOT,
            env={**here.settings, "AzureWebJobsStorage": storage},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert sending.stderr is not None
        assert sending.stderr.readline() == f"sending 8 messages to queue {JOBS_QUEUE} at {host}\n"
        sending.send_signal(signal.SIGINT)
        out, error = sending.communicate(timeout=PATIENCE_SECONDS)
    assert (sending.returncode, out) == (130, "")
    assert error == "at least 0 of 8 messages were accepted\n"


def test_if_none_was_accepted_nothing_is_partly_done(run: Run, here: World, queues: Front) -> None:
    queues.rules.append(Rule(REFUSED, method="POST"))
    ran = run("submit", *IDS)
    assert (ran.code, ran.out) == (4, "")
    assert "accepted" not in ran.error
    with here.queue() as queue:
        assert list(queue.receive_messages()) == []


def test_retry_says_so_too_and_can_be_run_again(run: Run, given: Given, queues: Front) -> None:
    given.job()
    for number in range(4):
        given.file(f"f{number}")
    given.message(JOB)
    queues.rules.append(Rule(REFUSED, method="POST", target=f"/{JOBS_QUEUE}/"))
    ran = run("retry", "--given-up", "--yes")
    assert ran.code == 3
    assert "4 of 5 messages were accepted before that" in ran.error
    assert len(given.sent(RESULTS_QUEUE)) == 4
    assert len(given.app.jobs.rejected()) == 1, "the document of a message that was not sent stays"
    queues.rules.clear()
    assert run("retry", "--given-up", "--yes").code == 0
    assert given.sent(JOBS_QUEUE) == [JOB]


def test_the_words_for_a_queue_have_no_signature(run: Run, here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with here.queue() as queue:
        endpoint = str(queue.url).rpartition("/")[0]
    signed = f"QueueEndpoint={endpoint};SharedAccessSignature=sv=2024-11-04&sig=abcdefghijklmnop"
    monkeypatch.setenv("AzureWebJobsStorage", signed)
    ran = run("submit", JOB)
    assert f"sending 1 message to queue {JOBS_QUEUE} at {urlsplit(endpoint).netloc}\n" in ran.error
    assert "abcdefgh" not in ran.error + ran.out
