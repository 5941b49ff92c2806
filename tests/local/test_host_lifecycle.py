"""The start, end and death of a host, and what happens to its messages."""

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


def test_sigterm_ends_the_host_with_0_after_the_running_invocation(azurite: Azurite, tmp_path: Path) -> None:
    app = RunningApp("queues", azurite, tmp_path, PLAIN)
    done = tmp_path / "done"
    send(app, "running", until=str(done), put="größe & <más>")
    eventually(lambda: app.trace("begin", id="running"))
    app.service.process.send_signal(signal.SIGTERM)
    eventually(lambda: "Host stops" in app.log())
    send(app, "later")
    done.touch()
    assert app.service.process.wait(PATIENCE_SECONDS) == 0
    assert app.trace("end", id="running")
    assert app.texts("-out") == ["größe & <más>"]
    assert app.trace("begin", id="later") == []
    assert app.count() == 1
    app.service.stop()


def test_an_invocation_beyond_the_function_timeout_ends_the_host_and_parallel_ones_are_redelivered(
    azurite: Azurite, tmp_path: Path
) -> None:
    app = RunningApp("queues", azurite, tmp_path, {**PLAIN, "AzureFunctionsJobHost__functionTimeout": "00:00:02"})
    app.service.stop()
    for name in ("too long", "beside it"):  # while no host runs, so that the next one fetches both at once
        send(app, name, until=str(tmp_path / "never"), put="never")
    app.start()
    assert app.service.process.wait(PATIENCE_SECONDS) == 1
    first = app.trace("begin")[0]
    assert f"'work' (Id={first['invocation']}) runs longer than functionTimeout (2.0 s)" in app.log()
    assert app.log().count("WorkerEnded: an invocation outlasted functionTimeout") >= 2
    assert app.trace("end") == []
    assert app.texts("-out") == []
    assert len(app.texts("")) == 2, "both are visible again at once: the visibility timeout is 0"


def test_invalid_settings_are_all_reported_and_the_exit_code_is_1(tmp_path: Path) -> None:
    environ = {"AzureWebJobsStorage": "", "WORK": "", "TRACE": str(tmp_path / "trace")}
    service = spawn(APPS / "queues", tmp_path / "log", environ)
    assert service.process.wait(PATIENCE_SECONDS) == 1
    assert "function work, binding 'msg': the setting WORK, named in '%WORK%', is missing or empty" in service.tail()
    assert "function work, binding 'one': the connection AzureWebJobsStorage is missing" in service.tail()
    assert "function given_up, binding 'msg': the setting WORK" in service.tail()


def test_unreachable_storage_is_reported_and_the_exit_code_is_1(tmp_path: Path) -> None:
    nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:9/a"
    service = spawn(APPS / "queues", tmp_path / "log", {"AzureWebJobsStorage": nowhere, "WORK": "work"})
    assert service.process.wait(PATIENCE_SECONDS) == 1
    assert "error: ServiceRequestError" in service.tail()


def test_a_port_in_use_is_reported_and_the_exit_code_is_1(azurite: Azurite, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environ = {"AzureWebJobsStorage": azurite.connection_string, "WORK": "work"}
        service = spawn(APPS / "queues", tmp_path / "log", environ, port)
        assert service.process.wait(PATIENCE_SECONDS) == 1
    assert f"error: port {port} of 127.0.0.1 cannot be served" in service.tail()
