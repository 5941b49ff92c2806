"""`jobs`, `show` and `speech`: documents of Cosmos DB and responses of Speech."""

import json
import uuid
from typing import Any

from shared.bootstrap import App
from shared.cli.reader import Reader
from tests.cli.conftest import (
    BROKEN,
    DIARIZED,
    FAILED_JOB,
    HOSTILE_NAME,
    PARTLY_JOB,
    REPORT,
    WHOLE_JOB,
    Ran,
    Run,
    World,
)


def ids(ran: Ran) -> list[str]:
    return [line.split()[-1] for line in ran.out.splitlines()[1:]]


def test_jobs_are_listed_the_newest_first_without_colour(run: Run, here: World) -> None:
    ran = run("jobs")
    assert (ran.code, ran.error) == (0, "")
    heading, *lines = ran.out.splitlines()
    assert heading.split() == ["NAME", "STATUS", "FILES", "AGE", "ID"]
    failed, partly, whole = (line.split() for line in lines)
    assert failed[-4:] == ["failed", "-", failed[-2], FAILED_JOB]
    assert partly[-8:] == ["completedWithErrors", "0", "of", "1,", "1", "failed", partly[-2], PARTLY_JOB]
    assert whole[-6:] == ["completed", "1", "of", "1", whole[-2], WHOLE_JOB]
    assert whole[-2].endswith(("s", "m"))
    assert "\x1b" not in ran.out
    assert here.settings["COSMOS_KEY"] not in ran.out


def test_jobs_are_filtered_by_status_and_time_and_limited(run: Run, here: World) -> None:
    assert ids(run("jobs", "--limit", "1")) == [FAILED_JOB]
    assert ids(run("jobs", "--status", "completed")) == [WHOLE_JOB]
    assert ids(run("jobs", "--since", "1d")) == [FAILED_JOB, PARTLY_JOB, WHOLE_JOB]
    none = run("jobs", "--since", "0m")
    assert (none.code, ids(none)) == (0, [])
    assert none.error == "No jobs. `speech2cosmos submit JOB` enqueues one.\n"
    for wrong in (("--status", "done"), ("--since", "soon"), ("--failed", "--status", "failed"), ("--fields", "age")):
        assert run("jobs", *wrong).code == 2
    assert here


def test_failed_jobs_are_listed_with_the_reason(run: Run, here: World) -> None:
    ran = run("jobs", "--failed")
    assert ids(ran) == [FAILED_JOB, PARTLY_JOB]
    assert "Speech: InvalidAudio: The audio could not be decoded." in ran.out
    assert here


def test_a_list_of_jobs_is_data_too(run: Run, here: World) -> None:
    (whole,) = run("jobs", "--status", "completed", "-o", "jsonl").lines
    assert (whole["id"], whole["filesExpected"], whole["speechStatus"]) == (WHOLE_JOB, 1, "Succeeded")
    assert whole["acceptedAt"].endswith("Z")
    assert json.loads(run("jobs", "--status", "completed", "-o", "json").out) == [whole]
    table = run("jobs", "--failed", "-o", "csv", "--fields", "id,failureCode").out
    assert table == f"id,failureCode\r\n{FAILED_JOB},InvalidAudio\r\n{PARTLY_JOB},\r\n"
    assert run("jobs", "--status", "pending", "-o", "json").out == "[]\n"
    assert here


def test_an_unreadable_job_is_reported_on_stderr_and_hides_no_other(run: Run, here: World) -> None:
    container = App.from_env(here.settings).database.get_container_client("jobs")
    for name, odd in (("odd-1", {"acceptedAt": 5}), ("odd-2", {"acceptedAt": "2026-11-02T12:00:00Z", "files": "many"})):
        container.upsert_item({"id": name, "type": "job", "schemaVersion": 1, "status": "pending", **odd})
    try:
        ran = run("jobs")
    finally:
        for name in ("odd-1", "odd-2"):
            container.delete_item(name, name)
    assert ids(ran) == [FAILED_JOB, PARTLY_JOB, WHOLE_JOB]
    told = ran.error.splitlines()
    assert len(told) == 2
    assert all(line.startswith("set aside: document odd-") and "acceptedAt" in told[0] for line in told)


def test_show_separates_failures_at_speech_from_those_of_the_app(run: Run, here: World) -> None:
    out = run("show", PARTLY_JOB.upper()).out
    given_up, _, at_speech = out.partition("Failed at Speech")
    assert "Given up by speech2cosmos" in given_up
    assert BROKEN.id in given_up
    assert "InvalidResult" in given_up
    assert "recognizedPhrases[0]" in given_up
    assert at_speech.count("Failed") == 2
    assert "failure       Speech: InvalidAudio" in run("show", FAILED_JOB).out
    assert here


def test_text_from_a_service_cannot_control_the_terminal(run: Run, here: World) -> None:
    assert "name          two\ufffd[2Jlines \ufffd2J\ufffdseman\ufffd\n" in run("show", PARTLY_JOB).out
    assert here


def test_show_lists_the_files_of_a_job(run: Run, here: World) -> None:
    ran = run("show", f"https://any.example/speechtotext/v3.1/transcriptions/{WHOLE_JOB}")
    (head,) = Reader(App.from_env(here.settings).database).files(WHOLE_JOB, DIARIZED.id).heads
    (row,) = [line.split() for line in ran.out.splitlines() if line.endswith(DIARIZED.id)]
    assert row[0] == "contenturl_0.json"
    assert row[2:6] == [str(head.phrase_count), str(head.word_count), "0", "0,1,2"]


def test_show_prints_the_head_and_the_tracks_of_a_file(run: Run, here: World) -> None:
    (head,) = Reader(App.from_env(here.settings).database).files(WHOLE_JOB, DIARIZED.id).heads
    out = run("show", WHOLE_JOB, DIARIZED.id[:8]).out
    assert f"File {DIARIZED.id}: contenturl_0.json\n" in out
    assert f"  turns         {head.turns.count}\n" in out
    assert len(out.partition("Tracks\n")[2].splitlines()) == 1 + len(head.tracks)


def test_json_has_only_the_parts_that_the_head_names(run: Run, here: World) -> None:
    app = App.from_env(here.settings)
    stored = app.transcripts.items(WHOLE_JOB)
    container = app.database.get_container_client("transcripts")
    part = next(item for item in stored if item["type"] == "part")
    orphan = {**{name: value for name, value in part.items() if not name.startswith("_")}, "id": "0ld_part_0000"}
    container.upsert_item(orphan)
    try:
        job, head, *parts, report = run("show", WHOLE_JOB, "--json").lines
        of_file: list[dict[str, Any]] = run("show", WHOLE_JOB, DIARIZED.id, "--json").lines
    finally:
        container.delete_item(orphan["id"], [WHOLE_JOB, DIARIZED.id])
    assert (job["type"], job["id"], head["type"]) == ("job", WHOLE_JOB, "transcript")
    assert {each["id"] for each in [head, *parts, report]} == {item["id"] for item in stored}
    assert of_file == [head, *parts]
    assert not any(name.startswith("_") for each in parts for name in each)


def test_json_has_the_failure_and_the_report(run: Run, here: World) -> None:
    assert [each["type"] for each in run("show", PARTLY_JOB, "--json").lines] == ["job", "fileFailure", "report"]
    assert [each["type"] for each in run("show", PARTLY_JOB, REPORT.id, "--json").lines] == ["report"]
    assert [each["type"] for each in run("show", PARTLY_JOB, BROKEN.id, "--json").lines] == ["fileFailure"]
    assert here


def test_an_unknown_job_or_file_is_an_error(run: Run, here: World) -> None:
    unknown = str(uuid.uuid4())
    for arguments in ((unknown,), (WHOLE_JOB, unknown)):
        ran = run("show", *arguments)
        assert (ran.code, ran.out) == (1, "")
        assert unknown in ran.error
    assert run("show", "not-an-id").code == 1
    assert here


def test_status_prints_what_speech_says_without_signatures(run: Run, here: World) -> None:
    ran = run("speech", "status", PARTLY_JOB)
    said = json.loads(ran.out)
    assert (said["status"], said["displayName"]) == ("Succeeded", HOSTILE_NAME)
    assert said["self"].startswith(here.speech.control.about().region), "unchanged"
    assert "REDACTED" not in ran.out
    url = f"https://westus.api.cognitive.microsoft.com/speechtotext/v3.1/transcriptions/{PARTLY_JOB}"
    assert json.loads(run("speech", "status", url).out) == said


def test_status_of_a_job_that_speech_does_not_know_is_an_error(run: Run, here: World) -> None:
    ran = run("speech", "status", str(uuid.uuid4()))
    assert (ran.code, ran.out) == (1, "")
    assert "answered 404" in ran.error
    assert run("speech", "status", f"https://elsewhere.example/speechtotext/models/{WHOLE_JOB}").code == 2
    assert here


def test_files_of_all_pages_are_one_list_without_signatures(run: Run, here: World) -> None:
    url = f"{here.speech.endpoint}/speechtotext/v3.1/transcriptions/{PARTLY_JOB}"
    for job in (PARTLY_JOB, url):
        values = json.loads(run("speech", "files", job).out)["values"]
        assert [file["name"] for file in values] == ["report.json", "contenturl_0.json"]
        assert [file["links"]["contentUrl"].partition("?")[2] for file in values] == ["", ""]
        signed = json.loads(run("speech", "files", job, "--with-signatures").out)["values"]
        assert all("sig=" in file["links"]["contentUrl"] for file in signed)
