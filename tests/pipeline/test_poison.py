"""Messages of the poison queues are recorded with their reason, or their job is listed again."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from shared.domain.documents import HEAD_ID
from shared.domain.job import Status
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, decode_work, encode
from shared.errors import InvalidMessage, ServiceRefused, Transient
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, fetch_message, list_message, report_file, result

OTHER = JOB.replace("1", "9")
FETCH = encode(fetch_message("a")).encode()


@pytest.fixture
def world() -> World:
    """Make a job of one file, found by the poll."""
    world = World()
    world.put_job({"a": result("one")}, report=report_file("Succeeded"))
    world.enqueue()
    world.tick()
    return world


def test_an_invalid_message_becomes_one_rejected_document_however_often_it_is_delivered() -> None:
    world = World()
    for _ in range(3):
        world.poison(JOBS_QUEUE, b"please transcribe my call")
    (rejected,) = world.jobs.rejected.values()
    assert rejected.id.startswith("rejected_")
    assert rejected.message == "please transcribe my call"
    assert (rejected.queue, rejected.code) == (JOBS_QUEUE, "InvalidMessage")
    assert "neither a transcription id" in rejected.reason


def test_a_rejected_message_is_stored_whole_up_to_64_kib() -> None:
    world = World()
    whole = "x" + "é" * 32_767
    world.poison(JOBS_QUEUE, whole.encode())
    assert [each.message for each in world.jobs.rejected.values()] == [whole]
    world = World()
    world.poison(JOBS_QUEUE, b"\xff" * 60_000)  # escaped it is four times as long
    (rejected,) = world.jobs.rejected.values()
    assert rejected.message == "\\xff" * 16_384


def test_one_invalid_entry_rejects_the_whole_array_and_is_stored_with_its_index() -> None:
    world = World()
    body = json.dumps([JOB, {"id": JOB, "reproces": True}, 5]).encode()
    with pytest.raises(InvalidMessage):
        world.accept(body)
    assert world.jobs.documents == {}
    world.poison(JOBS_QUEUE, body)
    (rejected,) = world.jobs.rejected.values()
    assert rejected.message == body.decode()
    assert (rejected.entry_index, json.loads(rejected.entry or "")) == (1, {"id": JOB, "reproces": True})
    assert rejected.reason.startswith("entry 1 of the array, counted from 0: ")


def test_jobs_in_the_poison_queue_are_accepted_once_cosmos_db_is_back() -> None:
    world = World()
    body = json.dumps([JOB, OTHER]).encode()
    world.script.before("jobs.get", *[fails(Transient("no connection"))] * 70)
    for _ in range(70):  # every ten minutes for nearly twelve hours
        with pytest.raises(Transient):
            world.poison(JOBS_QUEUE, body)
    assert world.poison(JOBS_QUEUE, body)
    assert world.jobs.documents.keys() == {JOB, OTHER}
    assert not world.jobs.rejected


def test_a_job_that_cosmos_db_refuses_is_stored_as_rejected_with_its_message() -> None:
    world = World()
    world.script.before("jobs.create", fails(ServiceRefused("Cosmos DB answered 400: no")))
    world.poison(JOBS_QUEUE, JOB.encode())
    (rejected,) = world.jobs.rejected.values()
    assert (rejected.code, rejected.message, rejected.reason) == ("ServiceRefused", JOB, "Cosmos DB answered 400: no")


def test_an_unexpected_error_is_logged_and_leaves_the_message_in_the_poison_queue(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()

    def odd() -> None:
        raise RuntimeError("odd")

    world.script.before("jobs.get", odd)
    with pytest.raises(RuntimeError, match="odd"):
        world.poison(JOBS_QUEUE, JOB.encode())
    assert "attempt 1 failed: RuntimeError: unexpected RuntimeError at " in caplog.text
    assert f"{Path(__file__).name}:{odd.__code__.co_firstlineno + 1}" in caplog.text
    assert world.poison(JOBS_QUEUE, JOB.encode())


@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b'{"do": "dance"}', base64.b64encode(b"nonsense")])
def test_any_bytes_in_a_poison_queue_are_stored_as_rejected(body: bytes) -> None:
    world = World()
    for queue in (JOBS_QUEUE, RESULTS_QUEUE):
        world.poison(queue, body)
    assert len(world.jobs.rejected) == 2
    assert all(rejected.reason for rejected in world.jobs.rejected.values())


def test_the_jobs_queue_is_the_one_that_the_settings_name() -> None:
    world = World()
    poison = replace(world.poison, jobs_queue="team-jobs")
    poison("team-jobs", JOB.encode())
    poison(JOBS_QUEUE, JOB.encode())
    assert world.jobs.documents.keys() == {JOB}
    (foreign,) = world.jobs.rejected.values()
    assert (foreign.queue, foreign.code) == (JOBS_QUEUE, "InvalidMessage")


def test_a_file_whose_deliveries_all_crashed_is_listed_again_and_comes_in(world: World) -> None:
    world.queue.clear()
    world.poison(RESULTS_QUEUE, FETCH)
    assert world.failure("a") is None
    retry = world.job().retry
    assert retry is not None
    assert (retry.code, "killed" in retry.message) == ("FetchFailed", True)
    world.clock.move(minutes=1)
    assert world.tick() == [list_message()]
    world.drain()
    world.tick()
    assert (world.job().status, world.job().retry) == (Status.COMPLETED, None)


def test_a_file_whose_deliveries_crash_for_24_hours_is_given_up_and_can_be_sent_again(world: World) -> None:
    world.poison(RESULTS_QUEUE, FETCH)
    world.clock.move(hours=24)
    world.poison(RESULTS_QUEUE, FETCH)
    failure = world.failure("a")
    assert failure is not None
    assert (failure.code, failure.attempts) == ("GivenUp", 5)
    assert "killed" in failure.message
    assert failure.queue_message is not None
    assert decode_work(failure.queue_message.encode()) == fetch_message("a")


def test_the_message_of_a_recorded_failure_is_not_overwritten(world: World) -> None:
    world.clock.move(hours=1)
    world.poison(RESULTS_QUEUE, FETCH)
    world.clock.move(hours=24)
    world.script.before("open", fails(Transient("the store answered 503")))
    world.fetch(fetch_message("a"), 5)
    world.poison(RESULTS_QUEUE, FETCH)
    failure = world.failure("a")
    assert failure is not None
    assert failure.message == "the store answered 503"


def test_a_failure_of_an_earlier_run_is_replaced_by_that_of_a_later_run(world: World) -> None:
    world.poison(RESULTS_QUEUE, FETCH)
    world.clock.move(hours=24)
    world.poison(RESULTS_QUEUE, FETCH)
    world.poison(RESULTS_QUEUE, encode(fetch_message("a", run=2)).encode())
    failure = world.failure("a")
    assert failure is not None
    assert failure.run == 2


def test_a_file_that_is_in_gets_no_failure_from_a_late_poison_message(world: World) -> None:
    world.fetch(fetch_message("a"), 1)
    world.poison(RESULTS_QUEUE, FETCH)
    assert world.failure("a") is None
    assert "put_failure" not in world.script.log, "none is written, not even briefly"
    assert HEAD_ID in world.file("a")


def test_a_failure_written_while_its_file_comes_in_is_deleted(world: World) -> None:
    world.poison(RESULTS_QUEUE, FETCH)
    world.clock.move(hours=24)
    world.script.before("put_failure", lambda: world.fetch(fetch_message("a"), 1))
    world.poison(RESULTS_QUEUE, FETCH)
    assert world.failure("a") is None


def test_a_listing_in_the_poison_queue_is_recorded_only_in_the_job_of_its_run(world: World) -> None:
    world.poison(RESULTS_QUEUE, encode(list_message(run=7)).encode())
    assert world.job().retry is None
    world.poison(RESULTS_QUEUE, encode(list_message()).encode())
    retry = world.job().retry
    assert retry is not None
    assert retry.code == "ListingFailed"
    world.clock.move(hours=24)
    world.poison(RESULTS_QUEUE, encode(list_message()).encode())
    failure = world.job().failure
    assert failure is not None
    assert (failure.code, world.job().status) == ("ListingGivenUp", Status.EXPIRED)


def test_a_listing_in_the_poison_queue_does_not_change_a_completed_job(world: World) -> None:
    world.drain()
    world.tick()
    world.poison(RESULTS_QUEUE, encode(list_message()).encode())
    assert world.job().status is Status.COMPLETED
    assert world.job().failure is None
