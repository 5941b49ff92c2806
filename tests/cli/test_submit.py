"""`submit`: the messages that it sends, and what it refuses."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from azure.storage.queue import QueueClient

from local.provision import provision_storage
from tests.cli.conftest import Run, World, environment_for_a_process

FIRST = "11111111-1111-4111-8111-1111111111AA"
SECOND = "22222222-2222-4222-8222-222222222222"


def enqueued(world: World) -> list[str]:
    with world.queue() as queue:
        return [message.content for message in queue.receive_messages()]


def test_bare_ids_are_enqueued_as_plain_text_in_lower_case(run: Run, here: World) -> None:
    ran = run("submit", FIRST, SECOND, FIRST.lower())
    assert (ran.code, ran.out) == (0, "2 jobs sent to transcription-jobs\n")
    with here.queue() as queue:
        to = f"sending 2 messages to queue {queue.queue_name} at {urlsplit(queue.url).netloc}"
    assert ran.error.splitlines() == [to, "next: speech2cosmos jobs --watch"]
    assert enqueued(here) == [FIRST.lower(), SECOND], "each id is sent once"


def test_the_next_step_for_one_job_is_to_look_at_it(run: Run, here: World) -> None:
    ran = run("submit", SECOND)
    assert ran.error.splitlines()[-1] == f"next: speech2cosmos show {SECOND}"
    assert enqueued(here) == [SECOND]


def test_reprocess_is_sent_as_json(run: Run, here: World) -> None:
    assert run("submit", FIRST, "--reprocess").code == 0
    assert [json.loads(text) for text in enqueued(here)] == [{"id": FIRST.lower(), "reprocess": True}]


def test_a_url_of_any_host_is_enqueued_unchanged(run: Run, here: World) -> None:
    url = f"https://westus.api.cognitive.microsoft.com/speechtotext/v3.1/transcriptions/{SECOND}"
    assert run("submit", url).code == 0
    assert enqueued(here) == [url]


def test_a_message_never_expires(run: Run, here: World) -> None:
    run("submit", SECOND)
    with here.queue() as queue:
        (message,) = queue.receive_messages()
    assert message.expires_on is not None
    assert message.expires_on.year > 9000


def test_all_invalid_ids_are_named_and_nothing_is_enqueued(run: Run, here: World) -> None:
    ran = run("submit", FIRST, "not-an-id", f"https://elsewhere.example/speechtotext/models/{FIRST}")
    assert (ran.code, ran.out) == (2, "")
    assert "'not-an-id'" in ran.error
    assert "is not the path of a transcription" in ran.error
    assert ran.error.count("\n") == 1
    assert enqueued(here) == []


def test_ids_are_read_from_a_file_one_per_line(run: Run, here: World, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_bytes(f"\ufeff{FIRST}\r\n\n  {SECOND}  ".encode())
    assert run("submit", "--file", file).code == 0
    assert enqueued(here) == [FIRST.lower(), SECOND]


def test_a_file_that_is_not_text_is_refused(run: Run, here: World, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_bytes(b"\xff\xfe\x00")
    ran = run("submit", "--file", file)
    assert ran.code == 2
    assert "not UTF-8" in ran.error
    assert enqueued(here) == []


def test_ids_are_read_from_stdin(here: World) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from shared.cli.main import main; main()", "submit", "-"],
        input=f"{FIRST}\n{SECOND}\n".encode(),
        capture_output=True,
        check=False,
        env=environment_for_a_process(AzureWebJobsStorage=here.settings["AzureWebJobsStorage"]),
        cwd=Path(__file__).parents[2],
    )
    assert (ran.returncode, ran.stdout) == (0, b"2 jobs sent to transcription-jobs\n")
    assert enqueued(here) == [FIRST.lower(), SECOND]


def test_submit_keeps_replay_of_a_json_message(run: Run, here: World) -> None:
    run("submit", json.dumps({"id": SECOND, "replay": True}))
    assert [json.loads(text) for text in enqueued(here)] == [{"id": SECOND, "replay": True}]
    with here.queue() as queue:
        queue.clear_messages()
    run("submit", json.dumps({"id": SECOND, "replay": True}), "--reprocess")
    assert [json.loads(text) for text in enqueued(here)] == [{"id": SECOND, "replay": True, "reprocess": True}]


def test_no_id_is_a_usage_error(run: Run) -> None:
    ran = run("submit")
    assert ran.code == 2
    assert "at least one transcription id" in ran.error


def test_the_queue_is_the_one_that_the_settings_name(run: Run, here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBS_QUEUE", "team-jobs")
    provision_storage(here.settings["AzureWebJobsStorage"], "raw-results", ["team-jobs"])
    assert run("submit", FIRST).code == 0
    with QueueClient.from_connection_string(here.settings["AzureWebJobsStorage"], "team-jobs") as queue:
        assert [each.content for each in queue.receive_messages()] == [FIRST.lower()]
    assert enqueued(here) == []


def test_a_missing_queue_is_an_error_that_names_it(run: Run, here: World) -> None:
    with here.queue() as queue:
        queue.delete_queue()
        try:
            ran = run("submit", FIRST)
        finally:
            queue.create_queue()
    assert (ran.code, ran.out) == (1, "")
    assert "Queue transcription-jobs answered 404" in ran.error
    assert ran.error.count("\n") == 2
