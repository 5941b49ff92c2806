"""What `doctor` prints, its exit codes, and that it writes nothing."""

import json
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from local.docs.schemas import schemas
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE
from tests.cli.conftest import Run
from tests.cli.doctor.conftest import Patient
from tests.cli.terminals import on_terminal


def stored(patient: Patient) -> dict[str, Any]:
    """Return all that the stores hold, with ETags and times of writing."""
    queues = [f"{name}{suffix}" for name in (JOBS_QUEUE, RESULTS_QUEUE) for suffix in ("", POISON_SUFFIX)]
    seen: dict[str, Any] = {}
    for name in ("jobs", "transcripts"):
        container = patient.container(name)
        seen[name] = sorted(json.dumps(item, sort_keys=True) for item in container.read_all_items())
        seen[f"{name} itself"] = container.read()
    for name in queues:
        with patient.given.queue(name) as queue:
            peeked = queue.peek_messages(max_messages=32)
            seen[name] = [(each.id, each.content, each.dequeue_count) for each in peeked]
            seen[f"{name} itself"] = queue.get_queue_properties().approximate_message_count
    seen["blobs"] = sorted((blob.name, blob.etag) for blob in patient.raw.list_blobs())
    return seen


def test_nothing_is_written_and_speech_is_only_read(patient: Patient) -> None:
    patient.served(1)
    with patient.given.queue(JOBS_QUEUE) as queue:
        queue.send_message("please transcribe my call")
    with patient.given.queue(JOBS_QUEUE + POISON_SUFFIX) as queue:
        queue.send_message("please transcribe my call")
    before = stored(patient)
    patient.given.speech.control.reset_counts()
    assert patient.ran().code == 0, "a job that may be in the queue is no failure"
    assert stored(patient) == before
    assert set(patient.given.speech.control.counts()) == {"list"}


def test_the_json_follows_its_schema(patient: Patient) -> None:
    ran = patient.ran("-o", "json", "--since", "12h")
    Draft202012Validator(schemas()["doctor"]).validate(json.loads(ran.out))
    assert (ran.code, ran.error) == (0, "")
    patient.mended = True


def test_a_failed_check_is_exit_1_and_its_fix_stands_beneath_it(patient: Patient) -> None:
    patient.served(1)
    ran = patient.ran()
    assert ran.code == 1
    lines = ran.out.splitlines()
    found = next(number for number, line in enumerate(lines) if line.startswith("fail"))
    assert lines[found].split(maxsplit=3)[1:3] == ["nothing", "lost:"]
    assert lines[found + 1].lstrip().startswith("fix: `speech2cosmos backfill --since 73h`")
    assert lines[-1] == "25 pass, 1 fail"


def test_the_accounts_that_are_looked_at_stand_above(patient: Patient) -> None:
    first, second, third, blank, *_ = patient.ran().out.splitlines()
    assert first.startswith("Speech at 127.0.0.1:")
    assert second.endswith(f"database {patient.given.settings['COSMOS_DATABASE']}")
    assert (third.partition(" at ")[0], blank) == (f"queue {JOBS_QUEUE}", "")
    patient.mended = True


@pytest.mark.parametrize("columns", [60, 100])
def test_a_terminal_shows_every_check_in_colour_and_in_its_width(patient: Patient, columns: int) -> None:
    code, shown = on_terminal("doctor", environment=patient.given.settings, columns=columns)
    assert code == 0
    assert "\x1b[32mpass" in shown
    assert "\x1b[35minconclusive" in shown, "in the folder of the test is no log"
    plain = (
        shown.rpartition("\x1b[K")[2]
        .replace("\x1b[32m", "")
        .replace("\x1b[35m", "")
        .replace("\x1b[1m", "")
        .replace("\x1b[0m", "")
    )
    assert max(map(len, plain.splitlines()[3:])) <= columns
    patient.mended = True


def test_every_wrong_setting_is_named_and_the_other_services_are_looked_at(patient: Patient) -> None:
    patient.set(SPEECH_ENDPOINT="speech", COSMOS_ENDPOINT="cosmos", RETENTION_DAYS="many")
    checks = patient.doctor()
    assert [check["detail"].partition(":")[0] for check in checks if check["name"] == "settings"] == [
        "SPEECH_ENDPOINT",
        "COSMOS_ENDPOINT",
        "RETENTION_DAYS",
    ]
    by_name = {check["name"]: check["status"] for check in checks}
    assert by_name["raw archive: sign-in"] == by_name["queue: transcription-jobs"] == "pass"
    assert by_name["Speech: sign-in"] == by_name["Cosmos DB: sign-in"] == by_name["nothing lost: files"] == "skipped"
    patient.mended = True


def test_without_any_setting_it_says_how_to_set_them(run: Run) -> None:
    ran = run("doctor", "-o", "json")
    checks = json.loads(ran.out)["checks"]
    assert ran.code == 1
    assert {check["status"] for check in checks if not check["name"].startswith(("settings", "machine"))} == {
        "skipped",
        "inconclusive",
    }
    assert all("speech2cosmos connect" in check["fix"] for check in checks if check["name"] == "settings")


def test_no_key_is_printed_even_if_a_service_repeats_it(patient: Patient) -> None:
    key = patient.given.settings["SPEECH_KEY"]
    patient.given.speech.control.force("/", 400, times=9, body=msgspec.json.encode({"message": f"no {key}"}).decode())
    ran = patient.ran()
    assert key not in ran.out + ran.error
