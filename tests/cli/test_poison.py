"""`poison`: shows given-up files, listings and messages, and how each is tried again."""

import json
import uuid

import msgspec

from shared.cli.repair.given_up import READS_ALL
from shared.domain.job import LISTING_GIVEN_UP, Failure, Status
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE
from tests.cli.conftest import Run
from tests.cli.given import EARLY, JOB, LATE, OTHER, Given

STUCK = Failure(LISTING_GIVEN_UP, "listing its files failed 5 times: 503", "speech2cosmos")


def squeezed(text: str) -> str:
    """Return a text without its alignment."""
    return " ".join(text.split())


def test_list_shows_every_given_up_file_listing_and_message_and_how_each_is_tried_again(run: Run, given: Given) -> None:
    given.job()
    given.file("f1")
    given.job(OTHER, status=Status.INGESTING, ended_at=None, failure=STUCK)
    rejected = given.message("please transcribe", code="InvalidMessage")
    ran = run("poison", "list")
    assert ran.code == 0
    notes = ran.error.splitlines()
    assert notes[0] == READS_ALL
    assert notes[-1].startswith("again: speech2cosmos retry ID [FILE ID]")
    rows = {line.split()[0]: line for line in ran.out.splitlines()[1:]}
    assert rows.keys() == {rejected.id, OTHER, JOB}
    assert rows[OTHER].endswith("listing its files failed 5 times: 503")
    assert rows[JOB].split()[1:4] == ["f1", "f1.json", "GivenUp"]
    assert rows[JOB].endswith("Speech answered 503:\ufffd[2J try again")
    listed = json.loads(run("poison", "list", "-o", "json").out)
    assert [(each["type"], each["queue"], each["givenUpAt"], each["retry"]) for each in listed] == [
        ("message", JOBS_QUEUE, LATE, f"speech2cosmos retry {rejected.id}"),
        ("listing", JOBS_QUEUE, EARLY, f"speech2cosmos retry {OTHER}"),
        ("file", RESULTS_QUEUE, EARLY, f"speech2cosmos retry {JOB} f1"),
    ]


def test_list_of_one_job_or_message_shows_only_it(run: Run, given: Given) -> None:
    given.job()
    given.job(OTHER)
    given.file("f1")
    given.file("f2", OTHER)
    rejected = given.message("x")
    assert run("poison", "list", OTHER.upper(), "-o", "csv", "--fields", "fileId").out == "fileId\r\nf2\r\n"
    assert run("poison", "list", rejected.id, "-o", "csv", "--fields", "id").out == f"id\r\n{rejected.id}\r\n"
    nothing = run("poison", "list", str(uuid.uuid4()))
    assert (nothing.code, nothing.out, nothing.error) == (0, "", "nothing was given up\n")


def test_an_unknown_field_is_refused_before_anything_is_read(run: Run) -> None:
    ran = run("poison", "list", "--fields", "nonsense")
    assert (ran.code, ran.out) == (2, "")
    assert "'nonsense'" in ran.error


def test_show_prints_a_rejected_message_a_listing_and_a_file_in_full(run: Run, given: Given) -> None:
    rejected = given.message('{"id":\n "x\x1b[2J"}')
    out = run("poison", "show", rejected.id).out
    assert "reason it could not be accepted" in squeezed(out)
    assert f"again speech2cosmos retry {rejected.id} message:" in squeezed(out)
    assert out.endswith('  message:\n    {"id":\n     "x\ufffd[2J"}\n')
    failure = given.file("f1", raw="a/b.json.gz")
    given.job(failure=STUCK)
    given.file("f2")
    out = run("poison", "show", JOB).out
    assert f"Listing of job {JOB}: completedWithErrors" in out
    assert f"again speech2cosmos retry {JOB} File f1" in squeezed(out)
    assert f"File f1 of job {JOB}" in out
    assert f"File f2 of job {JOB}" in out
    one = run("poison", "show", JOB, "F1").out
    assert "f2" not in one
    assert f" message {failure.queue_message} " in squeezed(one)
    assert " raw a/b.json.gz " in squeezed(one)
    assert squeezed(one).endswith(f" again speech2cosmos retry {JOB} f1")
    (document,) = run("poison", "show", JOB, "f1", "--json").lines
    assert document == msgspec.to_builtins(failure)


def test_show_of_what_was_not_given_up_is_an_error(run: Run, given: Given) -> None:
    given.file("f1")
    for arguments in (("rejected_" + "0" * 32,), (OTHER,), (JOB, "f2"), ("no-id",)):
        ran = run("poison", "show", *arguments)
        assert (ran.code, ran.out) == (1, "")
        assert len(ran.advice) == 1
