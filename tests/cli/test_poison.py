"""`poison`: shows given-up files, listings and messages, and sends them again."""

import base64
import uuid
from collections.abc import Iterator

import msgspec
import pytest
from azure.storage.queue import QueueClient

from local.cosmos import Cosmos
from local.provision import provision_cosmos
from shared.bootstrap import App
from shared.cli.repair.poison_find import READS_ALL
from shared.domain.documents import FAILURE_ID, FileFailure
from shared.domain.job import LISTING_GIVEN_UP, Failure, Job, Rejected, Status
from shared.domain.message_text import message_hash, text_of
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, FetchFile, encode
from shared.domain.speech_api import KIND_TRANSCRIPTION
from tests.cli.conftest import Run, World

JOB = "00000000-0000-4000-8000-0000000000a1"
OTHER = "00000000-0000-4000-8000-0000000000a2"
EARLY, LATE = "2026-11-02T12:00:00.000000Z", "2026-11-02T13:00:00.000000Z"
WORDS = "Speech answered 503:\x1b[2J try\nagain"


class Given:
    """Writes documents of given-up files, listings and messages, and reads the queues."""

    def __init__(self, app: App) -> None:
        self.app = app

    def job(self, job_id: str = JOB, **members: object) -> Job:
        """Write a job's document."""
        job = Job(id=job_id, status=Status.COMPLETED_WITH_ERRORS, accepted_at=EARLY, moved_at=EARLY, ended_at=EARLY)
        job = msgspec.structs.replace(job, **members)
        self.app.jobs.create(job)
        return job

    def file(self, file_id: str, job_id: str = JOB, **members: object) -> FileFailure:
        """Write the failure of a file."""
        message = FetchFile(job_id, file_id, KIND_TRANSCRIPTION, run=1)
        plain = FileFailure(
            id=FAILURE_ID,
            job_id=job_id,
            file_id=file_id,
            run=1,
            kind=KIND_TRANSCRIPTION,
            name=f"{file_id}.json",
            code="GivenUp",
            message=WORDS,
            attempts=5,
            raw=None,
            failed_at=EARLY,
            queue_message=encode(message),
        )
        failure = msgspec.structs.replace(plain, **members)
        self.app.transcripts.put_failure(failure)
        return failure

    def message(self, text: str, *, code: str = "GivenUp", queue: str = JOBS_QUEUE, kept: int = 4096) -> Rejected:
        """Write a rejected message with the first `kept` characters of its text."""
        rejected = Rejected(
            id=f"rejected_{message_hash(queue, text)}",
            queue=queue,
            message=text[:kept],
            code=code,
            reason="it could not be accepted",
            rejected_at=LATE,
        )
        self.app.jobs.reject(rejected)
        return rejected

    def queue(self, name: str) -> QueueClient:
        """Return a queue of the app."""
        storage = self.app.settings.storage
        assert storage is not None
        return QueueClient.from_connection_string(storage.get_secret_value(), name)

    def sent(self, name: str = RESULTS_QUEUE) -> list[str]:
        """Receive and delete the messages of a queue."""
        with self.queue(name) as queue:
            return sorted(each.content for each in queue.receive_messages(max_messages=32))


@pytest.fixture
def given(here: World, cosmos: Cosmos, monkeypatch: pytest.MonkeyPatch) -> Iterator[Given]:
    database = f"poison-{uuid.uuid4().hex}"
    provision_cosmos(cosmos.endpoint, cosmos.key, database)
    monkeypatch.setenv("COSMOS_DATABASE", database)
    given = Given(App.from_env({**here.settings, "COSMOS_DATABASE": database}))
    with given.queue(RESULTS_QUEUE) as queue:
        queue.clear_messages()
    yield given
    given.app.database().client_connection.DeleteDatabase(f"dbs/{database}")


def test_list_shows_every_given_up_file_listing_and_message_on_one_line(run: Run, given: Given) -> None:
    given.job()
    given.file("f1")
    stuck = Failure(LISTING_GIVEN_UP, "listing its files failed 5 times: 503", "speech2cosmos")
    given.job(OTHER, status=Status.INGESTING, ended_at=None, failure=stuck)
    rejected = given.message("please transcribe", code="InvalidMessage")
    ran = run("poison", "list")
    assert (ran.code, ran.error) == (0, f"{READS_ALL}\n")
    rows = {line.split()[0]: line for line in ran.out.splitlines()[2:]}
    assert rows.keys() == {rejected.id, OTHER, JOB}
    assert rows[rejected.id].split()[1:6] == ["-", JOBS_QUEUE, "-", "InvalidMessage", "2026-11-02T13:00:00Z"]
    assert rows[OTHER].endswith("ListingGivenUp  2026-11-02T12:00:00Z  listing its files failed 5 times: 503")
    assert rows[JOB].split()[1:5] == ["f1", RESULTS_QUEUE, "f1.json", "GivenUp"]
    assert rows[JOB].endswith("Speech answered 503:\ufffd[2J try again")
    documents = run("poison", "list", "--json").lines
    assert [each["type"] for each in documents] == ["rejected", "job", "fileFailure"]


def test_list_of_one_job_shows_only_its_files(run: Run, given: Given) -> None:
    given.file("f1")
    given.file("f2", OTHER)
    given.message("x")
    assert [each["fileId"] for each in run("poison", "list", OTHER.upper(), "--json").lines] == ["f2"]
    nothing = run("poison", "list", str(uuid.uuid4()), "--json")
    assert (nothing.code, nothing.out) == (0, "")


def test_show_prints_a_rejected_message_a_listing_and_a_file_in_full(run: Run, given: Given) -> None:
    rejected = given.message('{"id":\n "x\x1b[2J"}')
    out = run("poison", "show", rejected.id).out
    assert "reason      it could not be accepted" in out
    assert out.endswith('  message:\n    {"id":\n     "x\ufffd[2J"}\n')
    failure = given.file("f1", raw="a/b.json.gz")
    given.job(failure=Failure(LISTING_GIVEN_UP, "503", "speech2cosmos"))
    given.file("f2")
    out = run("poison", "show", JOB).out
    assert f"Listing of job {JOB}: completedWithErrors" in out
    assert f"File f1 of job {JOB}" in out
    assert f"File f2 of job {JOB}" in out
    one = run("poison", "show", JOB, "F1").out
    assert "f2" not in one
    assert f"  message     {failure.queue_message}\n" in one
    assert "  raw         a/b.json.gz\n" in one
    (document,) = run("poison", "show", JOB, "f1", "--json").lines
    assert document == msgspec.to_builtins(failure)


@pytest.mark.parametrize("command", ["show", "requeue"])
def test_an_unknown_id_is_an_error_and_nothing_is_sent(run: Run, given: Given, command: str) -> None:
    given.file("f1")
    for arguments in (("rejected_" + "0" * 32,), (OTHER,), (JOB, "f2")):
        ran = run("poison", command, *arguments)
        assert (ran.code, ran.out) == (1, "")
    assert run("poison", command, "no-id").code == 2
    assert given.sent() == []


def test_requeue_sends_stored_messages_of_files_and_keeps_their_failures(run: Run, given: Given) -> None:
    given.job()
    failures = [given.file(f"f{number}", code=code) for number, code in enumerate(["GivenUp", "InvalidResult", "X"])]
    missing = run("poison", "requeue", JOB, "f1", "f9")
    assert (missing.code, missing.out, given.sent()) == (1, "", []), "none is sent if one does not exist"
    ran = run("poison", "requeue", JOB, "f1")
    assert (ran.code, ran.error) == (0, "")
    assert ran.out == f"sent to {RESULTS_QUEUE}: job {JOB} file f1 (InvalidResult)\n"
    assert given.sent() == [failures[1].queue_message]
    assert run("poison", "requeue", JOB).out.count("sent to") == 3
    assert given.sent() == sorted(str(each.queue_message) for each in failures)
    assert len(run("poison", "list", "--json").lines) == 3


@pytest.mark.parametrize(
    "text", [JOB, "please transcribe\tmy call", base64.b64encode(b"words").decode(), '{"id": "ü"}', " \n"]
)
def test_requeue_sends_a_rejected_message_to_its_queue_with_the_same_text(run: Run, given: Given, text: str) -> None:
    rejected = given.message(text)
    ran = run("poison", "requeue", rejected.id)
    assert (ran.code, ran.error) == (0, "")
    assert ran.out == f"sent to {JOBS_QUEUE}: {rejected.id} (GivenUp)\n"
    (sent,) = given.sent(JOBS_QUEUE)
    assert text_of(sent.encode()) == text
    assert given.app.jobs.rejected() == []


def test_a_truncated_or_empty_message_is_not_sent(run: Run, given: Given) -> None:
    for rejected, words in ((given.message("x" * 5000), "only the beginning"), (given.message(""), "nothing to send")):
        ran = run("poison", "requeue", rejected.id)
        assert (ran.code, ran.out) == (1, "")
        assert words in ran.error
    assert given.sent(JOBS_QUEUE) == []
    assert len(given.app.jobs.rejected()) == 2


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.FAILED, f"speech2cosmos replay {JOB}"), (Status.PENDING, "that tries it again by itself")],
)
def test_a_failure_of_an_earlier_run_is_not_sent_and_the_error_says_what_to_do(
    run: Run, given: Given, status: Status, words: str
) -> None:
    given.job(status=status, run=2)
    given.file("old")
    new = given.file("new", run=2)
    ran = run("poison", "requeue", JOB)
    assert ran.code == 1
    assert f"file old: was given up in run 1, and the job is in run 2: {words}" in ran.error
    assert given.sent() == [new.queue_message]


def test_requeue_all_sends_what_a_retry_may_help_and_reports_what_it_skips(run: Run, given: Given) -> None:
    given.job()
    stuck = Failure(LISTING_GIVEN_UP, "503", "speech2cosmos")
    given.job(OTHER, status=Status.EXPIRED, failure=stuck)
    sent = given.file("f1")
    given.file("f2", code="InvalidResult")
    given.file("f3", code="InvalidResult")
    message = given.message(JOB)
    stays = given.message("please transcribe", code="InvalidMessage")
    ran = run("poison", "requeue", "--all")
    assert (ran.code, ran.error) == (0, f"{READS_ALL}\n")
    assert ran.out.splitlines() == [
        "passed over 1 with code InvalidMessage: a retry alone does not help; name it to send it",
        "passed over 2 with code InvalidResult: a retry alone does not help; name it to send it",
        f"not sent: the listing of job {OTHER}: speech2cosmos replay {OTHER}",
        f"sent to {RESULTS_QUEUE}: job {JOB} file f1 (GivenUp)",
        f"sent to {JOBS_QUEUE}: {message.id} (GivenUp)",
    ]
    assert (given.sent(), given.sent(JOBS_QUEUE)) == ([sent.queue_message], [JOB])
    assert given.app.jobs.rejected() == [stays]


@pytest.mark.parametrize("arguments", [[], [JOB, "--all"]])
def test_requeue_needs_either_an_id_or_all(run: Run, arguments: list[str]) -> None:
    ran = run("poison", "requeue", *arguments)
    assert (ran.code, ran.out) == (2, "")
