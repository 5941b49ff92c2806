"""The stack: its services, restarts of the host, and its end."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.storage.queue import QueueClient

from local.endpoints import lock_state
from local.processes import Service, ServiceDied, start
from local.stack import Stack, start_stack
from tests.local.apps.harness import APPS, KEY, REPOSITORY
from tests.local.apps.run_stack import FREE, no_database
from tests.waiting import PATIENCE_SECONDS, eventually

ELSEWHERE = {"COSMOS_ENDPOINT": "http://127.0.0.1:9/", "COSMOS_KEY": "k", "SPEECH_ENDPOINT": "http://127.0.0.1:9"}
"""Settings with which the stack starts neither local/cosmos nor the simulator."""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def endpoints(state: Path) -> dict[str, Any]:
    file = state / "endpoints.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def alive(pids: dict[str, int]) -> list[str]:
    """Return the names of the services that still run, by their process groups, which include their children."""
    running = []
    for name, pid in pids.items():
        groups = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True)  # noqa: S607 - found on the path
        if any(line.split()[0] == str(pid) and line.split()[1][0] != "Z" for line in groups.stdout.splitlines()):
            running.append(name)
    return running


def setting(stack: Stack, name: str) -> str:
    return requests.get(f"{stack.functions_url}/v1/settings/{name}", timeout=PATIENCE_SECONDS).text


def run_stack(state: Path, **environ: str) -> Service:
    command = [sys.executable, "-m", "tests.local.apps.run_stack", str(state)]
    return start("up", command, log=state.parent / "up.log", env={**ELSEWHERE, **environ}, cwd=REPOSITORY)


@pytest.fixture
def stack(state: Path) -> Iterator[Stack]:
    """Run storage and host only."""
    running = start_stack(state, {**ELSEWHERE, "WORK": "work"}, root=APPS / "web", ports=FREE, provision=no_database)
    yield running
    running.stop()


def test_the_stack_starts_all_services_lists_them_in_endpoints_json_and_stops_them(state: Path) -> None:
    made: list[dict[str, str]] = []
    environ = {"WORK": "work", "POLL_SCHEDULE": "0 * * * * *", "COSMOS_ENDPOINT": "", "LOCAL_FUNCTIONS_KEY": KEY}
    environ["JOBS_QUEUE"] = "team-jobs"
    stack = start_stack(
        state, environ, root=APPS / "web", ports=FREE, provision=lambda settings: made.append(dict(settings))
    )
    try:
        told = endpoints(state)
        assert stat.S_IMODE((state / "endpoints.json").stat().st_mode) == 0o600
        assert made == [dict(stack.settings)]
        assert told["cosmosEndpoint"] == stack.settings["COSMOS_ENDPOINT"]
        assert told["cosmosDatabase"] == "speech"
        assert (told["jobsQueue"], told["resultsQueue"]) == ("team-jobs", "transcription-results")
        assert told["functionsUrl"] == stack.functions_url
        assert told["functionsKey"] == KEY
        pids = told["pids"]
        assert sorted(pids) == sorted(alive(pids)) == ["azurite", "cosmos", "host", "speech"]
        assert setting(stack, "AzureWebJobsStorage") == told["storageConnectionString"]
        assert setting(stack, "COSMOS_KEY") == told["cosmosKey"]
        assert setting(stack, "SPEECH_ENDPOINT") == told["speechEndpoint"]
        assert setting(stack, "SPEECH_KEY") == "local-speech-key"
        assert setting(stack, "POLL_SCHEDULE") == "0 * * * * *"
        origin, blobs = setting(stack, "CONTENT_HOSTS").split(",")
        assert f"BlobEndpoint={origin}/devstoreaccount1" in told["storageConnectionString"]
        assert blobs == ".blob.core.windows.net"
    finally:
        stack.stop()
    assert alive(pids) == []
    assert endpoints(state) == {}


def test_services_in_the_environment_are_not_started(stack: Stack, state: Path) -> None:
    assert sorted(endpoints(state)["pids"]) == ["azurite", "host"]
    assert endpoints(state)["speechEndpoint"] == ELSEWHERE["SPEECH_ENDPOINT"]
    assert setting(stack, "SPEECH_KEY") == ""


def test_a_crashed_host_is_restarted_at_the_same_address(stack: Stack, state: Path) -> None:
    before = endpoints(state)
    os.kill(before["pids"]["host"], signal.SIGKILL)
    after = eventually(lambda: endpoints(state)["pids"]["host"] != before["pids"]["host"] and endpoints(state))
    assert {**after, "pids": None} == {**before, "pids": None}
    assert after["pids"]["azurite"] == before["pids"]["azurite"]
    assert setting(stack, "WORK") == "work"


def test_a_crashed_store_ends_the_stack_and_is_named(stack: Stack, state: Path) -> None:
    pids = endpoints(state)["pids"]
    os.kill(pids["azurite"], signal.SIGKILL)
    enough = threading.Event()
    patience = threading.Timer(PATIENCE_SECONDS, enough.set)
    patience.start()
    with pytest.raises(ServiceDied, match="azurite ended"):
        stack.wait(enough)
    patience.cancel()
    stack.stop()
    assert alive(pids) == []


def test_restarted_storage_keeps_its_address_and_data(stack: Stack, state: Path) -> None:
    before = endpoints(state)
    with QueueClient.from_connection_string(stack.settings["AzureWebJobsStorage"], "kept") as queue:
        queue.create_queue()
        queue.send_message("still here")
        stack.restart_azurite()
        assert [message.content for message in queue.receive_messages()] == ["still here"]
    after = endpoints(state)
    assert after["pids"]["azurite"] != before["pids"]["azurite"]
    assert {**after, "pids": None} == {**before, "pids": None}
    assert sorted(alive(after["pids"])) == ["azurite", "host"]
    enough = threading.Event()
    threading.Timer(1, enough.set).start()
    stack.wait(enough)
    assert after["pids"]["host"] == before["pids"]["host"]


def test_a_second_stack_on_the_same_state_is_refused(stack: Stack, state: Path) -> None:
    with pytest.raises(ServiceDied) as refused:
        start_stack(state, ELSEWHERE, root=APPS / "web", ports=FREE, provision=no_database)
    assert f"as process {os.getpid()}: its addresses are in {state / 'endpoints.json'}\n" in str(refused.value)
    assert f"`kill {os.getpid()}`" in str(refused.value)
    assert setting(stack, "WORK") == "work"
    assert endpoints(state)["pids"] == stack.pids


def test_without_its_own_host_the_stack_leaves_the_functions_to_core_tools(state: Path) -> None:
    environ = {**ELSEWHERE, "LOCAL_FUNCTIONS_HOST": "off"}
    stack = start_stack(state, environ, root=APPS / "web", ports=FREE, provision=no_database)
    try:
        assert stack.pids.keys() == {"azurite"}
        with pytest.raises(requests.ConnectionError):
            requests.get(stack.functions_url, timeout=1)
    finally:
        stack.stop()


def test_the_process_beside_a_running_stack_ends_with_1_and_says_how_to_end_that_one(stack: Stack, state: Path) -> None:
    up = run_stack(state, WORK="work")
    assert up.process.wait(PATIENCE_SECONDS) == 1
    assert up.tail().startswith("error: a stack runs on this machine already, as process ")
    assert "\ntry: " in up.tail()
    assert setting(stack, "WORK") == "work"


def test_a_stack_that_is_only_starting_has_no_addresses_yet(tmp_path: Path) -> None:
    with ExitStack() as first, ExitStack() as second:
        lock_state(tmp_path, first)
        with pytest.raises(ServiceDied, match="it is still starting, or about to end"):
            lock_state(tmp_path, second)
    with ExitStack() as third:
        lock_state(tmp_path, third)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_processes_and_the_exit_code_is_0(state: Path, number: signal.Signals) -> None:
    up = run_stack(state, WORK="work")
    pids = eventually(lambda: endpoints(state))["pids"]
    eventually(lambda: "Functions  http://127.0.0.1:" in up.tail())
    up.process.send_signal(number)
    assert up.process.wait(PATIENCE_SECONDS) == 0
    assert alive(pids) == []
    assert endpoints(state) == {}
    up.stop()


def test_invalid_settings_end_the_start_with_1_and_the_hosts_message(state: Path) -> None:
    up = run_stack(state, WORK="")
    assert up.process.wait(PATIENCE_SECONDS) == 1
    assert "function order, binding 'out': the setting WORK, named in '%WORK%-out', is missing or empty" in up.tail()
    assert "Functions" not in up.tail()
    assert endpoints(state) == {}
    commands = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout  # noqa: S607 - found on the path
    assert str(state / "azurite") not in commands
    up.stop()


def test_processes_left_by_a_killed_stack_are_ended_by_the_next_one(state: Path) -> None:
    up = run_stack(state, WORK="work")
    orphans = eventually(lambda: endpoints(state))["pids"]
    up.process.kill()
    up.process.wait()
    assert sorted(alive(orphans)) == ["azurite", "host"]
    stack = start_stack(state, {**ELSEWHERE, "WORK": "work"}, root=APPS / "web", ports=FREE, provision=no_database)
    try:
        left = alive(orphans)
        for name in left:
            os.killpg(orphans[name], signal.SIGKILL)
        assert left == []
        assert sorted(alive(stack.pids)) == ["azurite", "host"]
    finally:
        stack.stop()
