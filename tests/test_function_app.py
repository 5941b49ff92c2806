"""The functions and bindings that function_app.py declares, and its start."""

import importlib
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import azure.functions as func
import pytest

from shared.bootstrap import MAX_DEQUEUE_COUNT
from shared.settings import SECRETS

ROOT = Path(__file__).parent.parent
HOST = json.loads((ROOT / "host.json").read_text())

ENVIRONMENT = {
    "SPEECH_ENDPOINT": "https://contoso.cognitiveservices.azure.com",
    "COSMOS_ENDPOINT": "https://contoso.documents.azure.com",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
}

Bindings = dict[str, dict[str, Any]]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Import function_app with settings whose addresses have no server."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("function_app", None)  # tests of the host load other apps under this name
    yield importlib.import_module("function_app")
    del sys.modules["function_app"]


@pytest.fixture
def functions(module: ModuleType) -> dict[str, func.decorators.function_app.Function]:
    """Return the functions by their names, as the worker indexes them."""
    return {function.get_function_name(): function for function in module.app.get_functions()}


def bindings(function: func.decorators.function_app.Function) -> Bindings:
    """Return a function's bindings by the names of its arguments."""
    return {binding.name: binding.get_dict_repr() for binding in function.get_bindings()}


def queues(function: func.decorators.function_app.Function, kind: str) -> dict[str, str]:
    """Return the queues of a function's bindings of one kind, by the names of its arguments."""
    return {
        name: binding["queueName"] for name, binding in bindings(function).items() if binding["type"].lower() == kind
    }


def test_the_app_declares_its_five_functions(functions: dict[str, Any]) -> None:
    assert functions.keys() >= {
        "accept_job",
        "poll_jobs",
        "fetch_results",
        "record_poison_jobs",
        "record_poison_results",
    }


def test_each_queue_has_its_trigger_and_its_output_bindings(functions: dict[str, Any]) -> None:
    triggers = {name: queues(function, "queuetrigger") for name, function in functions.items()}
    assert {name: found for name, found in triggers.items() if found} == {
        "accept_job": {"msg": "transcription-jobs"},
        "fetch_results": {"msg": "transcription-results"},
        "record_poison_jobs": {"msg": "transcription-jobs-poison"},
        "record_poison_results": {"msg": "transcription-results-poison"},
    }
    assert queues(functions["accept_job"], "queue")["poison"] == "transcription-jobs-poison"
    assert queues(functions["poll_jobs"], "queue")["work"] == "transcription-results"
    assert queues(functions["fetch_results"], "queue") == {
        "work": "transcription-results",
        "poison": "transcription-results-poison",
    }


def test_queues_have_the_names_that_the_settings_give(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items() | {("JOBS_QUEUE", "team-jobs"), ("RESULTS_QUEUE", "team-results")}:
        monkeypatch.setenv(name, value)
    sys.modules.pop("function_app", None)
    app = importlib.import_module("function_app").app
    del sys.modules["function_app"]
    names = {
        function.get_function_name(): queues(function, "queuetrigger") | queues(function, "queue")
        for function in app.get_functions()
    }
    assert names == {
        "accept_job": {"msg": "team-jobs", "again": "team-jobs", "poison": "team-jobs-poison"},
        "poll_jobs": {"work": "team-results"},
        "fetch_results": {"msg": "team-results", "work": "team-results", "poison": "team-results-poison"},
        "record_poison_jobs": {"msg": "team-jobs-poison", "again": "team-jobs-poison"},
        "record_poison_results": {"msg": "team-results-poison", "again": "team-results-poison"},
    }


def test_every_queue_binding_uses_azurewebjobsstorage(functions: dict[str, Any]) -> None:
    found = [
        binding["connection"]
        for function in functions.values()
        for binding in bindings(function).values()
        if "queueName" in binding
    ]
    assert len(found) >= 8
    assert set(found) == {"AzureWebJobsStorage"}


def test_the_timer_runs_by_poll_schedule_and_not_at_start(functions: dict[str, Any]) -> None:
    timer = bindings(functions["poll_jobs"])["timer"]
    assert (timer["type"].lower(), timer["schedule"]) == ("timertrigger", "%POLL_SCHEDULE%")
    assert timer.get("runOnStartup") in {None, False}


def test_arguments_and_bindings_have_the_same_names(functions: dict[str, Any]) -> None:
    for function in functions.values():
        arguments = inspect.signature(function.get_user_function()).parameters.keys()
        assert bindings(function).keys() - {"$return"} == set(arguments)


def test_every_output_is_typed_as_a_list_that_microsofts_worker_accepts(functions: dict[str, Any]) -> None:
    # The host would parse plain text (azure-functions-python-worker#1492); the worker refuses a list[str].
    found = 0
    for function in functions.values():
        for hint in get_type_hints(function.get_user_function()).values():
            if getattr(hint, "__origin__", None) is func.Out:
                assert repr(hint.__args__[0]) == "typing.List[str]"
                found += 1
    assert found == sum(len(queues(function, "queue")) for function in functions.values())


def test_host_json_has_the_values_that_the_code_relies_on() -> None:
    options = HOST["extensions"]["queues"]
    assert options["maxDequeueCount"] == MAX_DEQUEUE_COUNT
    assert options["messageEncoding"] == "none"
    assert HOST["version"] == "2.0"


def test_importing_connects_to_nothing(module: ModuleType) -> None:
    assert set(vars(module.run)) == {"settings"}


def test_with_invalid_settings_the_app_does_not_start_and_names_them() -> None:
    environ = {name: value for name, value in os.environ.items() if name not in {*ENVIRONMENT, *SECRETS}}
    environ |= {"POLL_GET_LIMIT": "many", "SPEECH_KEY": "s3cr3t"}
    ended = subprocess.run(
        [sys.executable, "-c", "import function_app"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "Misconfigured" in ended.stderr
    for name in ("SPEECH_ENDPOINT", "COSMOS_ENDPOINT", "AzureWebJobsStorage", "POLL_GET_LIMIT"):
        assert f"- {name}: " in ended.stderr
    assert "s3cr3t" not in ended.stderr
