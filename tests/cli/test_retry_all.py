"""`retry` of all jobs, when it asks, what does not go together, and the former names of commands."""

import json
import uuid
from urllib.parse import urlsplit

import pytest

from shared.cli.repair.given_up import READS_ALL
from shared.domain.job import LISTING_GIVEN_UP, Failure, Rejected, Status
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE
from tests.cli.conftest import PARTLY_JOB, Run, World
from tests.cli.given import JOB, OTHER, REPLAY, Given
from tests.cli.terminals import on_terminal

STUCK = Failure(LISTING_GIVEN_UP, "503", "speech2cosmos")


def everything(given: Given) -> Rejected:
    """Write failures of every kind. Returns the message that a retry may help."""
    given.job()
    given.job(OTHER, status=Status.EXPIRED, failure=STUCK)
    given.file("f1")
    given.file("f2", code="InvalidResult")
    given.file("f3", code="InvalidResult")
    given.file("f4", OTHER)
    given.message("please transcribe", code="InvalidMessage")
    return given.message(JOB)


def test_given_up_sends_what_a_retry_may_help_and_says_what_it_passes_over(run: Run, given: Given) -> None:
    kept = everything(given)
    passed = [
        "passed over 1 with code InvalidMessage: a retry alone does not help; name it to send it",
        "passed over 2 with code InvalidResult: a retry alone does not help; name it to send it",
    ]
    ran = run("retry", "--given-up", "--dry-run")
    assert ran.code == 0
    assert sorted(ran.out.splitlines()) == [
        f"job {JOB} file f1 (GivenUp)  ->  {RESULTS_QUEUE}",
        f"job {OTHER} starts over: ListingGivenUp  ->  {JOBS_QUEUE}",
        f"message {kept.id} (GivenUp)  ->  {JOBS_QUEUE}",
    ]
    assert ran.error.splitlines() == [
        READS_ALL,
        *passed,
        "3 messages about 2 jobs would be sent; nothing was sent",
    ]
    assert (given.sent(), given.sent(JOBS_QUEUE)) == ([], [])

    ran = run("retry", "--given-up", "--yes")
    assert (ran.code, ran.out) == (0, "3 messages about 2 jobs sent\n")
    assert ran.error.splitlines()[1:3] == passed
    assert ran.error.splitlines()[-1] == "next: speech2cosmos jobs --watch"
    assert (len(given.sent()), sorted(given.sent(JOBS_QUEUE))) == (1, sorted([REPLAY, JOB]))
    assert [each.code for each in given.app.jobs.rejected()] == ["InvalidMessage"]


def test_rewrite_of_all_takes_every_job_that_has_ended(run: Run, given: Given) -> None:
    ended = [str(uuid.uuid4()) for _ in range(3)]
    for job_id, status in zip(ended, (Status.COMPLETED, Status.FAILED, Status.EXPIRED), strict=True):
        given.job(job_id, status=status)
    given.job(status=Status.PENDING, ended_at=None)
    given.job(OTHER, status=Status.INGESTING, ended_at=None)
    ran = run("retry", "--rewrite", "--yes")
    assert (ran.code, ran.out) == (0, "3 messages about 3 jobs sent\n")
    sent = [json.loads(text) for text in given.sent(JOBS_QUEUE)]
    assert sorted(each["id"] for each in sent) == sorted(ended)
    assert all(each["reprocess"] for each in sent)


def test_nothing_was_given_up_is_nothing_to_do_and_is_not_asked_about(run: Run, given: Given) -> None:
    for arguments in (("--given-up",), ("--rewrite",), ("--given-up", "--dry-run")):
        ran = run("retry", *arguments)
        assert ran.code == 0
        assert "nothing to do" in ran.out + ran.error
    assert given.sent(JOBS_QUEUE) == []


@pytest.mark.parametrize("wish", ["--given-up", "--rewrite"])
def test_all_jobs_are_asked_about_so_without_a_terminal_it_needs_yes(run: Run, given: Given, wish: str) -> None:
    everything(given)
    ran = run("retry", wish)
    assert (ran.code, ran.out) == (2, "")
    assert ran.advice == ("the same command with --yes",)
    assert (given.sent(), given.sent(JOBS_QUEUE)) == ([], [])


@pytest.mark.parametrize(("typed", "code", "count"), [("y\n", 0, 1), ("YES\n", 0, 1), ("\n", 1, 0), ("n\n", 1, 0)])
def test_on_a_terminal_the_answer_decides(given: Given, typed: str, code: int, count: int) -> None:
    given.job()
    given.file("f1")
    ended, got = on_terminal("retry", "--given-up", environment=given.settings, typed=typed)
    with given.queue(RESULTS_QUEUE) as queue:
        where = f"queue {RESULTS_QUEUE} at {urlsplit(queue.url).netloc}"
    assert f"Try again what was given up, by 1 message about 1 job to {where}? [y/N] " in got
    assert ended == code
    assert len(given.sent()) == count
    assert ("nothing was sent" in got) is (count == 0)


def test_a_job_that_is_named_is_not_asked_about(given: Given) -> None:
    given.job()
    given.file("f1")
    ended, got = on_terminal("retry", JOB, environment=given.settings, typed="n\n")
    assert (ended, "[y/N]" in got, len(given.sent())) == (0, False, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--given-up", "--rewrite"],
        [JOB, "f1", "--rewrite"],
        [JOB, "--given-up", "--rewrite"],
        ["rejected_" + "0" * 32, "--rewrite"],
        ["rejected_" + "0" * 32, "f1"],
    ],
)
def test_what_does_not_go_together_is_wrong_usage(run: Run, arguments: list[str]) -> None:
    ran = run("retry", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.advice) == 1


def test_a_part_of_it_that_cannot_be_tried_is_an_error_and_the_rest_is_sent(run: Run, given: Given) -> None:
    given.job(status=Status.INGESTING, ended_at=None)
    given.file("f1")
    given.file("f2", queue_message=None)
    ran = run("retry", JOB)
    assert (ran.code, ran.out) == (3, "1 message about 1 job sent\n")
    assert "error: job 00000000-0000-4000-8000-0000000000a1 file f2: its message was not kept" in ran.error
    assert ran.advice == ("the same command when `speech2cosmos jobs --watch` ends",)
    assert run("retry", JOB, "f2", "--dry-run").code == 1
    assert len(given.sent()) == 1


def test_the_former_verbs_say_their_new_name_and_do_the_same(run: Run, given: Given) -> None:
    given.job()
    failure = given.file("f1", code="InvalidResult")
    rejected = given.message(OTHER)
    ran = run("poison", "requeue", JOB, "f1")
    assert (ran.code, ran.out) == (0, "1 message about 1 job sent\n")
    assert ran.error.startswith("`speech2cosmos poison requeue` is now `speech2cosmos retry`\n")
    assert given.sent() == [failure.queue_message]
    assert run("poison", "requeue", "--all").code == 0
    assert (given.sent(JOBS_QUEUE), given.app.jobs.rejected()) == ([rejected.message], [])
    for wrong in ([], [JOB, "--all"]):
        assert run("poison", "requeue", *wrong).code == 2
    ran = run("replay", OTHER.upper(), f"https://any.example/speechtotext/v3.2/transcriptions/{OTHER}")
    assert (ran.code, ran.out) == (0, "1 message about 1 job sent\n")
    assert ran.error.startswith("`speech2cosmos replay` is now `speech2cosmos retry JOB`\n")
    assert given.sent(JOBS_QUEUE) == [REPLAY]
    ran = run("replay", OTHER, "one", "two")
    assert (ran.code, ran.out, given.sent(JOBS_QUEUE)) == (2, "", [])
    assert "'one'" in ran.error
    assert "'two'" in ran.error


def test_what_speech_says_has_a_former_name_too(run: Run, here: World) -> None:
    assert here
    for name in ("status", "files"):
        former, ran = run(name, PARTLY_JOB), run("speech", name, PARTLY_JOB)
        assert (former.code, former.out) == (0, ran.out)
        assert former.error == f"`speech2cosmos {name}` is now `speech2cosmos speech {name}`\n"
        assert "sig=" not in former.out


def test_the_help_lists_no_former_name(run: Run) -> None:
    listed = run("-h").out.splitlines()
    names = {line.split()[0] for line in listed if line.startswith("  ") and line.strip()}
    assert names >= {"retry", "poison", "submit", "speech"}
    assert names.isdisjoint({"replay", "status", "files"})
    assert "requeue" not in run("poison", "-h").out
