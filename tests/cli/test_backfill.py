"""`backfill`: which finished jobs it lists and sends, what it asks, and what it leaves out."""

import json
import uuid
from pathlib import Path

import msgspec
import pytest

from local.speech import JobError
from shared.bootstrap import App
from shared.cli.do.backfill import JOBS_A_MESSAGE
from shared.domain.forgotten import ForgottenJob
from shared.domain.job import Status
from shared.domain.messages import JOBS_QUEUE
from tests.cli.conftest import Run
from tests.cli.given import EARLY
from tests.cli.shared_resource import Shared
from tests.cli.terminals import on_terminal


def lines_without_since(error: str) -> list[str]:
    """Return what was printed on stderr, without the time after `since`."""
    return [
        line.split(" since ")[0] + " at " + line.split(" at ", 1)[1] if " since " in line else line
        for line in error.splitlines()
    ]


def test_finished_jobs_that_cosmos_db_does_not_know_are_sent_in_one_message(run: Run, shared: Shared) -> None:
    speech, cosmos, queue = shared.words
    known = shared.job(hours=3)
    shared.given.job(known)
    shared.job(status="Succeeded", run_seconds=10_000_000.0)
    failed = shared.job(hours=2, status="Failed", error=JobError(code="InvalidData", message="no audio"))
    succeeded = shared.job(hours=1)
    ran = run("backfill", "--since", "7d", "--yes")
    assert (ran.code, ran.out) == (0, "2 jobs sent to transcription-jobs\n")
    assert lines_without_since(ran.error) == [
        f"3 jobs ended at {speech}",
        "  1 job known in Cosmos DB",
        f"2 jobs not in {cosmos}:",
        "  2  calls  (1 Succeeded, 1 Failed)",
        "if jobs of other applications are among them: --name and --property choose",
        f"sending 1 message to {queue}",
        "next: speech2cosmos jobs --watch",
    ]
    assert shared.sent() == [failed, succeeded], "the oldest first"


def test_since_compares_the_time_at_which_the_job_ended(run: Run, shared: Shared) -> None:
    shared.job(hours=5)
    late = shared.job(hours=5, run_seconds=4 * 3600.0)
    assert run("backfill", "--since", "2h", "--yes").code == 0
    assert shared.sent() == [late]


def test_dry_run_lists_the_jobs_and_sends_nothing(run: Run, shared: Shared) -> None:
    _, _, queue = shared.words
    first = shared.job("calls 1", hours=2, locale="de-DE", custom_properties={"link": "https://a.example/x?sig=abc"})
    second = shared.job("calls 2", status="Failed")
    ran = run("backfill", "--since", "1d", "--dry-run")
    heading, *rows = ran.out.splitlines()
    assert heading.split() == ["NAME", "STATUS", "ENDED", "ID"]
    assert [row.split()[-1] for row in rows] == [first, second]
    assert ran.error.splitlines()[-1] == f"2 jobs would be sent to {queue}; nothing was sent"
    ran = run("backfill", "--since", "1d", "--dry-run", "-o", "json")
    own = json.loads(ran.out)
    assert list(own[0]) == ["name", "speechStatus", "endedAt", "id", "createdAt", "locale", "customProperties"]
    assert own[0]["customProperties"] == {"link": "https://a.example/x"}, "without the signature"
    assert (own[0]["name"], own[0]["locale"], own[1]["speechStatus"]) == ("calls 1", "de-DE", "Failed")
    assert own[0]["endedAt"] == own[0]["createdAt"]
    ran = run("backfill", "--since", "1d", "--dry-run", "-o", "csv", "--fields", "id")
    assert ran.out.splitlines() == ["id", first, second]
    assert shared.sent() == []


def test_an_erased_job_and_a_rejected_id_are_known(run: Run, shared: Shared) -> None:
    erased, odd = shared.jobs(2)
    container = shared.given.app.database.get_container_client("jobs")
    container.upsert_item(msgspec.to_builtins(ForgottenJob(id=erased, run=1, forgotten_at=EARLY)))
    container.upsert_item({"id": odd, "type": "of a later version"})
    ran = run("backfill", "--since", "7d", "--yes")
    assert (ran.code, ran.out) == (0, "nothing to take up\n")
    assert "  2 jobs known in Cosmos DB" in ran.error.splitlines()
    assert shared.sent() == []


def test_with_nothing_to_take_up_nothing_is_asked_and_the_exit_code_is_0(run: Run, shared: Shared) -> None:
    speech, _, _ = shared.words
    ran = run("backfill", "--since", "7d", "--yes")
    assert (ran.code, ran.out) == (0, "nothing to take up\n")
    unknown = "RETENTION_DAYS is not set here, and there is no job in the database to learn it from"
    assert lines_without_since(ran.error) == [
        f"{unknown}: no job is left out for its age",
        f"0 jobs ended at {speech}",
    ]
    ran = run("backfill", "--since", "7d", "--dry-run", "-o", "json")
    assert (ran.code, ran.out) == (0, "[]\n")
    assert ran.error.splitlines()[-1] == "nothing to take up"


def test_name_and_property_choose_jobs(run: Run, shared: Shared) -> None:
    north = shared.job("calls-1", custom_properties={"team": "north", "rule": "a=b"})
    shared.job("calls-2", custom_properties={"team": "south", "rule": "a=b"})
    shared.job("invoices-1", custom_properties={"team": "north", "rule": "a=b"})
    shared.job("Calls-3")
    ran = run(
        "backfill", "--since", "1d", "--name", "calls-", "--property", "team=north", "--property", "rule=a=b", "--yes"
    )
    assert "  3 jobs left out by --name and --property" in ran.error.splitlines()
    assert "other applications" not in ran.error, "whoever chose was not careless"
    assert shared.sent() == [north]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing option '--since'"),
        (["--since", "last week"], "--since 'last week': is no time"),
        (["--since", "7d", "--property", "team"], "'team' is not K=V"),
        (["--since", "7d", "--property", "=north"], "'=north' is not K=V"),
        (["--since", "7d", "--yes", "-o", "json"], "are for the list of --dry-run"),
        (["--since", "7d", "--yes", "--fields", "id"], "are for the list of --dry-run"),
        (["--since", "7d", "--dry-run", "--fields", "nmae"], "there is no field 'nmae'"),
        (["--since", "7d"], "There is no terminal to ask on."),
    ],
)
def test_wrong_usage_is_said_before_anything_is_read(
    run: Run, shared: Shared, arguments: list[str], words: str
) -> None:
    shared.job()
    ran = run("backfill", *arguments)
    assert ran.code == 2
    assert words in ran.error
    assert shared.speech.control.counts() == {}
    assert shared.sent() == []


@pytest.mark.parametrize("answer", ["y", "n", ""])
def test_on_a_terminal_it_asks_after_it_showed_what_it_found(shared: Shared, answer: str) -> None:
    _, cosmos, queue = shared.words
    wanted = [*shared.jobs(3, "calls-2026-11-28"), *shared.jobs(2, "invoices of \x1b[2Jmay", hours=2)]
    environment = {**shared.given.settings, "TZ": "Europe/Berlin"}
    code, got = on_terminal("backfill", "--since", "7d", columns=200, environment=environment, typed=f"{answer}\n")
    assert f"5 jobs not in {cosmos}:\n  3  calls-…  (Succeeded)\n  2  invoices of \ufffd[…  (Succeeded)\n" in got
    assert "5 jobs read, up to 20" in got
    assert " +0100" in got
    asked = f"Send 5 jobs to {queue}? [y/N] "
    end = got[got.index(asked) + len(asked) :]
    if answer == "y":
        assert code == 0
        assert "5 jobs sent to transcription-jobs\n" in end
        assert sorted(shared.sent()) == sorted(wanted)
    else:
        assert (code, end) == (1, "nothing was sent\n")
        assert shared.sent() == []


def test_names_that_are_rare_are_only_counted(run: Run, shared: Shared) -> None:
    for letter in "abcdefghijkl":
        shared.jobs(1 if letter > "j" else 2, f"{letter} {uuid.uuid4()}")
    ran = run("backfill", "--since", "7d", "--yes")
    lines = ran.error.splitlines()
    names = lines[lines.index(next(line for line in lines if " not in " in line)) + 1 :][:11]
    assert [line.split()[:2] for line in names[:10]] == [["2", letter] for letter in "abcdefghij"]
    assert names[10] == "  and 2 jobs with other names"


def test_a_status_that_this_version_does_not_know_is_left_out_and_named(run: Run, shared: Shared) -> None:
    shared.jobs(2, status="Paused")
    ran = run("backfill", "--since", "7d", "--yes")
    assert (ran.code, ran.out) == (0, "nothing to take up\n")
    assert "  2 jobs with status 'Paused', which this version does not know, left out" in ran.error.splitlines()


def test_jobs_that_ended_longer_ago_than_retention_days_are_left_out(
    run: Run, shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.job(hours=72)
    late = shared.job(hours=24)
    monkeypatch.setenv("RETENTION_DAYS", "2")
    ran = run("backfill", "--since", "7d", "--yes")
    assert ran.error.splitlines()[0].startswith("left out: jobs that ended before ")
    assert ran.error.splitlines()[0].endswith("; documents live 2 days (RETENTION_DAYS)")
    assert "1 job ended since" in ran.error
    assert shared.sent() == [late]
    assert "left out" not in run("backfill", "--since", "47h", "--yes").error


def test_without_the_setting_the_newest_document_says_how_long_documents_live(
    run: Run, shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.job(hours=72)
    late = shared.job(hours=24)
    for days, moment in ((1, "2026-11-02T12:00:00.000000Z"), (2, "2026-11-03T12:00:00.000000Z")):
        app = App.from_env({**shared.given.settings, "RETENTION_DAYS": str(days)})
        app.jobs.create(
            msgspec.structs.replace(shared.given.job(str(uuid.uuid4())), id=str(uuid.uuid4()), accepted_at=moment)
        )
    ran = run("backfill", "--since", "7d", "--yes")
    assert "documents live 2 days" in ran.error.splitlines()[0]
    assert shared.sent() == [late]
    monkeypatch.setenv("RETENTION_DAYS", "4")
    assert "left out" not in run("backfill", "--since", "90h", "--yes").error, "the setting comes first"


def test_many_jobs_are_sent_by_messages_of_500(run: Run, shared: Shared) -> None:
    wanted = shared.jobs(2 * JOBS_A_MESSAGE + 1)
    ran = run("backfill", "--since", "7d", "--yes")
    assert (ran.code, ran.out) == (0, "1,001 jobs sent to transcription-jobs\n")
    texts = shared.given.sent(JOBS_QUEUE)
    assert sorted(len(json.loads(text)) for text in texts) == [1, 500, 500]
    assert sorted(each for text in texts for each in json.loads(text)) == sorted(wanted)


def test_what_is_sent_twice_is_taken_up_once_and_then_there_is_nothing_more(run: Run, shared: Shared) -> None:
    given = shared.given
    served = given.served(2).id
    failed = shared.job(status="Failed", error=JobError(code="InvalidData", message="no audio"))
    shared.ids.append(served)
    for _ in range(2):  # the second one before the app has accepted a message
        assert run("backfill", "--since", "7d", "--yes").out == "2 jobs sent to transcription-jobs\n"
    given.work()
    jobs = [given.app.jobs.get(each) for each in (served, failed)]
    assert [(job.status, job.run) for job in jobs if job] == [(Status.COMPLETED, 1), (Status.FAILED, 1)]
    ran = run("backfill", "--since", "7d", "--yes")
    assert (ran.code, ran.out) == (0, "nothing to take up\n")


def test_a_missing_setting_of_any_service_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("backfill", "--since", "7d", "--yes")
    assert ran.code == 2
    for name in ("SPEECH_ENDPOINT", "COSMOS_ENDPOINT", "AzureWebJobsStorage"):
        assert name in ran.error
