"""`forget` dies after any request, and the same command erases the rest."""

from collections.abc import Callable

import pytest

from local.faults import Answer, Exchange, Front, Rule
from shared.cli.reader import Reader
from shared.domain.documents import FileKey
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE
from tests.cli.conftest import Run
from tests.cli.erase.conftest import QUEUES, WORDS, Stored, refusal
from tests.cli.given import OTHER
from tests.waiting import eventually

ENOUGH = (1, 2)
"""Requests until the command dies. Only the discarding of uncommitted blocks needs two to get any further."""

DEAD = 400
"""Status of an answer that no client retries, so the command ends at this request as if it had been killed."""


def writes(exchange: Exchange) -> bool:
    """Return whether a request changes something. The probes of rights change nothing."""
    if exchange.service == "cosmos":
        headers = exchange.headers
        is_read = exchange.method == "GET" or headers.keys() & QUERIES
        return not is_read and "_rights" not in headers.get("x-ms-documentdb-partitionkey", "")
    if exchange.service == "queue":
        return exchange.method != "GET" or ("/messages" in exchange.target and "peekonly" not in exchange.target)
    return exchange.method != "GET" and "/_rights" not in exchange.target


QUERIES = {"x-ms-documentdb-isquery", "x-ms-cosmos-is-query-plan-request"}
"""A request with one of these headers is a query, or asks for the plan of one."""


class Dies:
    """Lets some requests of one kind through, counted over all services, and then none any more.

    `at`: whether a request is of this kind; by default writes are.
    """

    def __init__(self) -> None:
        self.left = 0
        self.at: Callable[[Exchange], bool] = writes

    def __call__(self, exchange: Exchange) -> bool:
        """Return whether a request is refused."""
        self.left -= self.at(exchange)
        return self.at(exchange) and self.left < 0


def assert_no_head_lacks_a_part(stored: Stored) -> None:
    """Assert that whoever reads now gets a whole recording or none."""
    reader = Reader(stored.given.app.database)
    for row in stored.documents():
        if row["type"] == "transcript":
            head = reader.head(FileKey(stored.job_id, row["fileId"]))
            assert len(list(reader.parts(FileKey(stored.job_id, row["fileId"]), head.parts()))) == len(head.parts())


@pytest.fixture
def dies(fronts: dict[str, Front]) -> Dies:
    """Put a fault layer between the command and all services."""
    dies = Dies()
    for service, front in fronts.items():
        front.rules.append(Rule(refusal(service, DEAD), when=dies))
    return dies


@pytest.fixture
def no_messages(stored: Stored) -> None:
    """Empty the queues: a message that was received by a command that died is invisible for some seconds."""
    for name in QUEUES:
        with stored.queue(name) as queue:
            queue.clear_messages()


@pytest.mark.usefixtures("no_messages")
def test_a_job_is_erased_by_commands_of_which_each_dies_after_one_request(run: Run, stored: Stored, dies: Dies) -> None:
    for turn in range(100):
        dies.left = ENOUGH[turn % 2]
        ran = run("forget", stored.job_id, "--speech", "--yes")
        if ran.code == 0:
            break
        assert "made up by the fault layer" in ran.error, f"turn {turn} ended otherwise"
        assert_no_head_lacks_a_part(stored)
    else:
        pytest.fail("there is always something left")
    assert turn > 8, "a job is erased by many requests"
    assert {row["type"] for row in stored.documents()} == {"forgotten"}
    assert stored.job()["type"] == "forgotten"
    assert stored.blobs() == []
    assert stored.given.app.speech.transcription(stored.job_id) is None
    assert [each.message for each in stored.given.app.jobs.rejected()] == [f'["{OTHER}","nonsense"]']
    assert WORDS not in stored.everything()


@pytest.mark.usefixtures("no_messages")
def test_a_file_is_erased_by_commands_of_which_each_dies_after_one_request(
    run: Run, stored: Stored, dies: Dies
) -> None:
    first, second, _ = stored.files
    before = {row["id"]: row for row in stored.documents(second)}
    for turn in range(100):
        dies.left = ENOUGH[turn % 2]
        ran = run("forget", stored.job_id, first, "--yes")
        if ran.code == 0:
            break
        assert "made up by the fault layer" in ran.error, f"turn {turn} ended otherwise"
        assert_no_head_lacks_a_part(stored)
    assert turn > 4
    assert WORDS not in stored.everything()
    assert {row["id"]: row for row in stored.documents(second)} == before
    assert len(stored.job()["report"]["failures"]) == 1


def test_what_is_left_is_named_and_the_same_command_erases_it(
    run: Run, stored: Stored, fronts: dict[str, Front]
) -> None:
    fronts["blob"].rules.append(Rule(Answer(202, body=b""), method="DELETE"))  # as if it had deleted
    ran = run("forget", stored.job_id, "--yes")
    assert (ran.code, "verified" in ran.out) == (3, False)
    assert f"of job {stored.job_id} is left: 7 raw results" in ran.error
    assert ran.advice == ("the same command in some minutes: it erases what is left",)
    fronts["blob"].rules.clear()
    ran = run("forget", stored.job_id, "--yes")
    assert (ran.code, stored.blobs()) == (0, [])
    assert "before, at" in ran.out


def test_a_message_that_a_dead_command_received_is_erased_by_the_next_one(run: Run, stored: Stored, dies: Dies) -> None:
    dies.at = lambda exchange: exchange.service == "queue" and exchange.method == "DELETE"
    assert len(stored.visible()[RESULTS_QUEUE]) == 3
    ran = run("forget", stored.job_id, "--yes")
    assert "made up by the fault layer" in ran.error
    dies.left = 100
    eventually(lambda: len(stored.visible()[f"{JOBS_QUEUE}-poison"]) == 1, lambda: str(stored.visible()))
    assert run("forget", stored.job_id, "--yes").code == 0
    assert stored.job_id not in str(stored.visible())
