"""Where the commands find their settings, and their messages when settings are missing."""

import json
from pathlib import Path

import pytest
from azure.storage.queue import QueueClient

from local.provision import provision_storage
from tests.cli.conftest import FAILED_JOB, PARTLY_JOB, WHOLE_JOB, Run, World


def write_stack_file(world: World) -> None:
    file = Path("local", ".state", "endpoints.json")
    file.parent.mkdir(parents=True)
    values = {
        "storageConnectionString": world.settings["AzureWebJobsStorage"],
        "jobsQueue": "stack-jobs",
        "resultsQueue": "stack-results",
        "cosmosEndpoint": world.settings["COSMOS_ENDPOINT"],
        "cosmosKey": world.settings["COSMOS_KEY"],
        "cosmosDatabase": world.settings["COSMOS_DATABASE"],
        "speechEndpoint": world.settings["SPEECH_ENDPOINT"],
        "speechKey": world.settings["SPEECH_KEY"],
        "functionsUrl": "http://127.0.0.1:7071",
        "pids": {"host": 1},
    }
    file.write_text(json.dumps(values))


def named_in(error: str) -> list[str]:
    return [line.removeprefix("error: ").partition(":")[0] for line in error.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["speech", "status", WHOLE_JOB], ["SPEECH_ENDPOINT"]),
        (["speech", "files", WHOLE_JOB], ["SPEECH_ENDPOINT"]),
        (["jobs"], ["COSMOS_ENDPOINT"]),
        (["show", WHOLE_JOB], ["COSMOS_ENDPOINT"]),
        (["submit", WHOLE_JOB], ["AzureWebJobsStorage"]),
        (["submit", WHOLE_JOB, "--wait"], ["COSMOS_ENDPOINT", "AzureWebJobsStorage"]),
        (["poison", "list"], ["COSMOS_ENDPOINT"]),
        (["poison", "show", WHOLE_JOB], ["COSMOS_ENDPOINT"]),
        (["retry", WHOLE_JOB], ["COSMOS_ENDPOINT", "AzureWebJobsStorage"]),
        (["submit", f"https://x.example/speechtotext/transcriptions/{WHOLE_JOB}"], ["AzureWebJobsStorage"]),
    ],
)
def test_a_command_needs_only_the_settings_that_it_uses(run: Run, arguments: list[str], missing: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out, named_in(ran.error)) == (2, "", missing)


def test_invalid_and_missing_settings_are_reported_together(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECH_API_VERSION", "v9")
    monkeypatch.setenv("SPEECH_KEY", " ")
    ran = run("speech", "status", WHOLE_JOB)
    assert ran.code == 2
    assert named_in(ran.error) == ["SPEECH_ENDPOINT", "SPEECH_API_VERSION"]
    assert "'v9'" in ran.error


def test_an_invalid_connection_string_is_reported_and_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AzureWebJobsStorage", "pasted-secret")
    ran = run("submit", WHOLE_JOB)
    assert (ran.code, ran.out, named_in(ran.error)) == (2, "", ["AzureWebJobsStorage"])
    assert "pasted-secret" not in ran.error


def test_without_settings_the_stack_of_this_folder_is_used(run: Run, world: World) -> None:
    write_stack_file(world)
    provision_storage(world.settings["AzureWebJobsStorage"], "raw-results", ["stack-jobs"])
    assert f"Job {WHOLE_JOB}: completed" in run("show", WHOLE_JOB).out
    assert json.loads(run("speech", "status", WHOLE_JOB).out)["status"] == "Succeeded"
    assert run("submit", FAILED_JOB).out == "1 job sent to stack-jobs\n"
    with QueueClient.from_connection_string(world.settings["AzureWebJobsStorage"], "stack-jobs") as queue:
        assert [each.content for each in queue.receive_messages()] == [FAILED_JOB]


def test_a_service_in_the_environment_is_never_mixed_with_the_running_stack(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stack_file(world)
    monkeypatch.setenv("COSMOS_ENDPOINT", world.settings["COSMOS_ENDPOINT"])
    monkeypatch.setenv("COSMOS_KEY", world.settings["COSMOS_KEY"])
    ran = run("jobs")
    assert (ran.code, ran.out) == (1, "")  # the stack's COSMOS_DATABASE is not used, and there is no database `speech`
    assert "answered 404" in ran.error


def test_a_queue_in_the_environment_is_never_replaced_by_that_of_the_running_stack(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stack_file(world)
    monkeypatch.setenv("AzureWebJobsStorage__queueServiceUri", "http://127.0.0.1:9/account")
    ran = run("submit", FAILED_JOB)
    assert (ran.code, ran.out, named_in(ran.error)) == (2, "", ["AzureWebJobsStorage__queueServiceUri"])
    assert "only supported with HTTPS" in ran.error
    with world.queue() as queue:
        assert queue.peek_messages() == []


def test_a_setting_in_the_environment_overrides_the_running_stack(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stack_file(world)
    monkeypatch.setenv("SPEECH_KEY", "another-key")
    ran = run("speech", "status", WHOLE_JOB)
    assert (ran.code, ran.out) == (4, "")
    assert "answered 401" in ran.error


def test_a_settings_file_gives_settings_that_the_environment_lacks(run: Run, world: World, tmp_path: Path) -> None:
    file = tmp_path / "local.settings.json"
    file.write_text(json.dumps({"IsEncrypted": False, "Values": world.settings}))
    assert f"Job {PARTLY_JOB}: completedWithErrors" in run("--settings", file, "show", PARTLY_JOB).out


def test_an_invalid_settings_file_is_reported_by_name(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "local.settings.json"
    file.write_text('{"Values": []}')
    ran = run("--settings", file, "jobs")
    assert (ran.code, ran.out) == (2, "")
    assert str(file) in ran.error


def test_an_unreachable_service_is_an_error_on_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECH_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("SPEECH_KEY", "any")
    ran = run("speech", "status", WHOLE_JOB)
    assert (ran.code, ran.out) == (1, "")
    assert ran.error.count("\n") == 1
    assert "127.0.0.1:9" in ran.error
