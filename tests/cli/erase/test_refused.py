"""What `forget` refuses, and what it says about it. Nothing is erased then."""

import uuid

import pytest

from local.faults import Answer, Front, Rule
from shared.cli.erase.rights import Rights
from shared.domain.job import Status
from shared.settings import Settings
from tests.cli.conftest import Run
from tests.cli.erase.conftest import Stored, ingested, refusal
from tests.cli.given import JOB, OTHER, Given

NOWHERE = "00000000-0000-4000-8000-00000000dead"


@pytest.mark.parametrize("text", ["00000000", "calls of monday", JOB[:-1], f"{JOB}/files"])
def test_only_the_whole_id_of_a_job_is_taken(run: Run, given: Given, text: str) -> None:
    given.job(display_name="calls of monday")
    ran = run("forget", text, "--yes")
    assert (ran.code, ran.out, ran.advice) == (2, "", ("speech2cosmos jobs",))
    assert (
        "is no whole id of a job: only a whole id is erased, because a beginning or a name may fit another" in ran.error
    )
    assert given.app.jobs.get(JOB) is not None


@pytest.mark.parametrize("text", ["f1", "f1.json", "f 1"])
def test_only_the_whole_id_of_a_file_is_taken(run: Run, given: Given, text: str) -> None:
    given.job()
    given.file("f12")
    ran = run("forget", JOB, text, "--yes")
    assert (ran.code, ran.out, ran.advice) == (2, "", (f"speech2cosmos show {JOB}",))
    assert "is no whole id of a file" in ran.error
    assert run("forget", JOB, "f12", "--yes").code == 0


def test_a_job_and_a_file_of_which_nothing_is_stored_are_not_found(run: Run, given: Given) -> None:
    given.job()
    for arguments in ((NOWHERE,), (JOB, NOWHERE), (NOWHERE, "--dry-run")):
        ran = run("forget", *arguments)
        assert (ran.code, ran.out) == (1, "")
        assert "nothing is stored of job" in ran.error
    assert given.app.transcripts.items(JOB) == []


@pytest.mark.parametrize("status", [Status.PENDING, Status.INGESTING])
def test_a_job_that_is_under_way_is_refused(run: Run, given: Given, status: Status) -> None:
    job = given.job(status=status, ended_at=None)
    given.file("f1")
    for file in ((), ("f1",)):
        ran = run("forget", JOB, *file, "--yes")
        assert (ran.code, ran.out) == (1, "")
        assert ran.advice == (f"the same command when `speech2cosmos show {JOB} --watch` ends",)
    assert given.app.jobs.get(JOB) == job
    assert len(given.app.transcripts.items(JOB)) == 1


def test_the_report_is_no_recording(run: Run, given: Given) -> None:
    stored = ingested(given)
    ran = run("forget", stored.job_id, stored.files[2], "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "is the report of job" in ran.error


def test_speech_deletes_no_single_file(run: Run, given: Given) -> None:
    given.job()
    ran = run("forget", JOB, "f1", "--speech", "--yes")
    assert (ran.code, ran.advice) == (2, (f"speech2cosmos forget {JOB} --speech",))
    assert "Speech deletes only whole transcriptions" in ran.error


def test_without_a_terminal_it_needs_yes_and_says_what_it_would_erase(run: Run, given: Given) -> None:
    given.job(OTHER)
    ran = run("forget", OTHER)
    assert (ran.code, ran.advice) == (2, ("the same command with --yes",))
    assert "1 job" in ran.out
    assert given.app.jobs.get(OTHER) is not None


@pytest.mark.parametrize(
    ("service", "method", "target", "right"),
    [
        ("cosmos", "POST", "/colls/transcripts/docs", "the account's key on Cosmos DB at"),
        ("blob", "PUT", "_rights", "its key on container raw-results of the storage"),
        ("queue", "GET", "", "its key on the storage account"),
        ("speech", "GET", "", "its key on Speech at"),
    ],
)
def test_a_missing_right_is_named_before_anything_is_erased(  # noqa: PLR0913, PLR0917 - fixtures, and what differs
    run: Run, stored: Stored, fronts: dict[str, Front], service: str, method: str, target: str, right: str
) -> None:
    before = stored.everything()
    fronts[service].rules.append(Rule(refusal(service, 403), method=method, target=target))
    ran = run("forget", stored.job_id, "--speech", "--yes")
    assert ran.code == 4, ran
    assert f"(needed: {right}" in ran.error
    assert ran.advice[0].startswith("the parameter `erasers` of infra/main.bicep gives the roles")
    assert stored.everything() == before


def test_a_reader_of_documents_is_told_which_role_writes_them(
    run: Run, stored: Stored, fronts: dict[str, Front]
) -> None:
    before = stored.everything()
    fronts["cosmos"].rules.append(Rule(Answer(403), when=lambda each: "x-ms-cosmos-is-batch-request" in each.headers))
    ran = run("forget", stored.job_id, "--yes")
    assert (ran.code, stored.everything()) == (4, before)
    assert "(needed: the account's key on" in ran.error


def test_a_poison_queue_that_was_never_needed_has_no_messages_and_another_queue_has_to_exist(
    run: Run, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.job()
    names = [f"{what}-{uuid.uuid4().hex}" for what in ("jobs", "results")]
    monkeypatch.setenv("JOBS_QUEUE", names[0])
    monkeypatch.setenv("RESULTS_QUEUE", names[1])
    given.queue(names[0]).create_queue()
    ran = run("forget", JOB, "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert f"Queue {names[1]} answered 404" in ran.error
    given.queue(names[1]).create_queue()
    assert run("forget", JOB, "--yes").code == 0


def test_the_roles_are_named_with_their_scopes_where_there_is_no_key() -> None:
    account = "https://acct.{}.core.windows.net"
    rights = Rights(
        Settings.from_env(
            {
                "SPEECH_ENDPOINT": "https://calls.cognitiveservices.azure.com",
                "COSMOS_ENDPOINT": "https://calls.documents.azure.com",
                "AzureWebJobsStorage__blobServiceUri": account.format("blob"),
                "AzureWebJobsStorage__queueServiceUri": account.format("queue"),
            }
        )
    )
    assert [(each.role, each.on) for each in (rights.cosmos, rights.queues, rights.raw, rights.speech)] == [
        ("role Cosmos DB Built-in Data Contributor", "Cosmos DB account calls, database speech"),
        ("role Storage Queue Data Contributor", account.format("queue")),
        ("role Storage Blob Data Contributor", f"container raw-results of {account.format('blob')}"),
        ("role Cognitive Services Speech User", "Speech resource calls"),
    ]
