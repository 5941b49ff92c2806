"""How a host starts, ends, is killed, and what then becomes of its messages."""

import json
import signal
import socket
from pathlib import Path

from local.azurite import Azurite
from tests.local.apps.harness import APPS, RunningApp, spawn
from tests.waiting import PATIENCE_SECONDS, eventually


def send(app: RunningApp, name: str, **told: object) -> None:
    with app.queue() as queue:
        queue.send_message(json.dumps({"id": name, **told}))


PLAIN = {"AzureFunctionsJobHost__extensions__queues__messageEncoding": "none"}


def test_sigterm_ends_the_host_with_0_after_the_running_invocation_and_fetches_no_more(
    azurite: Azurite, tmp_path: Path
) -> None:
    app = RunningApp("queues", azurite, tmp_path, PLAIN)
    send(app, "running", sleep=1.5, put="finished")
    eventually(lambda: app.trace("begin", id="running"))
    app.service.process.send_signal(signal.SIGTERM)
    eventually(lambda: "Host stops" in app.log())
    send(app, "later")
    assert app.service.process.wait(PATIENCE_SECONDS) == 0
    assert app.trace("end", id="running")
    assert app.texts("-out") == ["finished"]
    assert app.trace("begin", id="later") == []
    assert app.count() == 1
    app.service.stop()


def test_what_a_killed_host_was_working_on_is_done_by_the_next_one(azurite: Azurite, tmp_path: Path) -> None:
    app = RunningApp("queues", azurite, tmp_path, {**PLAIN, "LOCAL_QUEUE_LOCK_SECONDS": "2"})
    send(app, "survivor", sleep=1, put="done")
    eventually(lambda: app.trace("begin", id="survivor"))
    app.service.process.kill()
    app.service.process.wait()
    app.start()
    eventually(lambda: app.texts("-out") == ["done"])
    assert [one["dequeue_count"] for one in app.trace("begin", id="survivor")] == [1, 2]
    eventually(lambda: app.count() == 0)
    app.service.stop()


def test_wrong_settings_are_all_named_and_the_exit_code_is_1(tmp_path: Path) -> None:
    environ = {"AzureWebJobsStorage": "", "WORK": "", "TRACE": str(tmp_path / "trace")}
    service = spawn(APPS / "queues", tmp_path / "log", environ)
    assert service.process.wait(PATIENCE_SECONDS) == 1
    assert "function work, binding 'msg': the setting WORK, named in '%WORK%', is missing or empty" in service.tail()
    assert "function work, binding 'one': the connection AzureWebJobsStorage is missing" in service.tail()
    assert "function given_up, binding 'msg': the setting WORK" in service.tail()


def test_a_storage_that_does_not_answer_is_named_and_the_exit_code_is_1(tmp_path: Path) -> None:
    nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:9/a"
    service = spawn(APPS / "queues", tmp_path / "log", {"AzureWebJobsStorage": nowhere, "WORK": "work"})
    assert service.process.wait(PATIENCE_SECONDS) == 1
    assert "error: ServiceRequestError" in service.tail()


def test_a_port_in_use_is_named_and_the_exit_code_is_1(azurite: Azurite, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environ = {"AzureWebJobsStorage": azurite.connection_string, "WORK": "work"}
        service = spawn(APPS / "queues", tmp_path / "log", environ, port)
        assert service.process.wait(PATIENCE_SECONDS) == 1
    assert f"error: port {port} of 127.0.0.1 cannot be served" in service.tail()
