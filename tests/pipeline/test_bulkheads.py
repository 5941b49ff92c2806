"""An unexpected exception ends the turn of one job. It is logged without its text, and stops no other job."""

import json

import pytest

from shared.domain.documents import utc
from shared.domain.job import Status
from shared.domain.messages import RESULTS_QUEUE, encode
from shared.errors import ServiceRefused, Throttled, Unreadable
from shared.pipeline.pending import UNFORESEEN
from tests.pipeline.fake_speech import SpeechJob
from tests.pipeline.polling import accepted, finish, job_id, polled, waiting
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, list_message, result

QUERY = "sig=secret"


def breaks() -> None:
    raise KeyError(QUERY)


@pytest.mark.parametrize("many", [3, 20])
@pytest.mark.parametrize("effect", ["speech.get", "speech.list", "jobs.update"])
def test_an_unexpected_error_in_the_poll_stops_no_other_job(
    effect: str, many: int, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    waiting(world, many)
    finish(world, *range(3))
    world.script.before(effect, breaks)
    found = polled(world)
    world.clock.move(hours=2)
    assert found | polled(world) == {0, 1, 2}
    happens = (effect, many) != ("speech.list", 3)
    assert ("unexpected KeyError at " in caplog.text) == happens
    assert QUERY not in caplog.text


def test_an_unexpected_error_in_the_poll_is_recorded_in_its_job_without_the_errors_text() -> None:
    world = World()
    accepted(world, 0)
    world.script.before("speech.get", breaks)
    polled(world)
    failure = world.job(job_id(0)).failure
    assert failure is not None
    assert failure.code == UNFORESEEN
    assert QUERY not in failure.message


@pytest.mark.parametrize("effect", ["tally", "leftovers", "jobs.update", "jobs.ingesting"])
def test_an_unexpected_error_while_jobs_are_settled_stops_no_other_job(
    effect: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    for number in range(3):
        world.put_job({"a": result("one")}, job_id=job_id(number))
        world.enqueue(job_id(number))
    world.tick()
    world.drain()
    world.script.before(effect, breaks)
    list(world.settle())
    ended = [world.job(job_id(number)).status for number in range(3)].count(Status.INGESTING)
    assert ended == (3 if effect == "jobs.ingesting" else 1)
    assert "unexpected KeyError at " in caplog.text
    assert QUERY not in caplog.text
    list(world.settle())
    assert [world.job(job_id(number)).status for number in range(3)].count(Status.INGESTING) == 0


def test_an_unexpected_error_in_one_entry_of_an_array_stops_no_other_entry_and_the_message_is_retried() -> None:
    world = World()
    body = json.dumps([job_id(number) for number in range(3)]).encode()
    world.script.before("jobs.create", lambda: None, breaks)
    with pytest.raises(KeyError):
        world.accept(body)
    assert set(world.jobs.documents) == {job_id(0), job_id(2)}
    assert world.accept(body, 2) is None
    assert set(world.jobs.documents) == {job_id(0), job_id(1), job_id(2)}


def test_an_entry_that_failed_is_not_lost_when_a_later_one_is_throttled() -> None:
    world = World()
    body = json.dumps([job_id(number) for number in range(3)]).encode()
    world.script.before("jobs.create", breaks, fails(Throttled("429", 1)))
    with pytest.raises(KeyError):
        world.accept(body)
    assert world.accept(body, 2) is None
    assert len(world.jobs.documents) == 3


@pytest.mark.parametrize("error", [Unreadable("document x"), ServiceRefused("413")])
def test_a_poison_message_that_cannot_be_recorded_in_its_job_is_stored_as_rejected(error: Exception) -> None:
    world = World()
    world.speech.add(SpeechJob(JOB))
    world.enqueue()
    world.tick()
    message = encode(list_message())

    def refuses() -> None:
        raise error

    world.script.before("jobs.update", refuses)
    assert world.poison(RESULTS_QUEUE, message.encode())
    (rejected,) = world.jobs.rejected.values()
    assert (rejected.queue, rejected.message, rejected.code) == (RESULTS_QUEUE, message, "NotRecorded")
    assert str(error) in rejected.reason


def test_an_overdue_job_expires_even_if_speech_throttles_or_its_request_fails() -> None:
    world = World()
    accepted(world, 0, 1)
    world.clock.move(hours=73)
    world.speech.broken[job_id(0)] = Throttled("429")
    polled(world)
    assert world.job(job_id(0)).status is Status.EXPIRED
    world.script.before("speech.get", breaks)
    polled(world)
    assert (world.job(job_id(1)).status, world.job(job_id(1)).ended_at) == (Status.EXPIRED, utc(world.clock.now()))
