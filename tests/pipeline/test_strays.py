"""Strays: jobs that no query of the timer finds. The timer searches for them, and they stop no other job."""

import msgspec
import pytest

from shared.domain.documents import utc
from shared.domain.job import Job, Status
from shared.domain.messages import ListJobFiles
from shared.domain.polling import STRAYS_LIMIT
from shared.errors import ServiceRefused, Speech2CosmosError, Throttled, Transient
from tests.pipeline.fake_speech import SpeechJob
from tests.pipeline.polling import job_id
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, result


def strays(world: World, count: int, status: Status = Status.PENDING) -> list[str]:
    """Add jobs that succeeded at Speech and lack the times that queries sort by; return their ids."""
    ids = [job_id(number) for number in range(count)]
    for each in ids:
        world.speech.add(SpeechJob(each))
        world.jobs.put(Job(id=each, status=status, accepted_at=utc(world.clock.now()), poll_count=1))
    return ids


def test_pending_strays_are_polled_and_ingesting_ones_get_a_moved_at() -> None:
    world = World()
    ids = strays(world, 2)
    assert [message.job_id for message in world.poll()] == ids
    assert {world.job(each).status for each in ids} == {Status.INGESTING}
    for each in ids:
        world.jobs.put(msgspec.structs.replace(world.job(each), moved_at=None))
    world.clock.move(minutes=30)
    assert list(world.poll()) == []
    assert {world.job(each).moved_at for each in ids} == {utc(world.clock.now())}


def test_a_stray_that_still_runs_at_speech_gets_a_time_for_its_next_poll() -> None:
    world = World()
    (stray,) = strays(world, 1)
    world.speech.add(SpeechJob(stray, ["Running", "Succeeded"]))
    assert list(world.poll()) == []
    assert world.job(stray).next_poll_at is not None
    world.clock.move(minutes=10)
    assert [message.job_id for message in world.poll()] == [stray]


def test_the_search_is_repeated_each_tick_until_no_stray_is_left() -> None:
    world = World()
    strays(world, 2 * STRAYS_LIMIT + 1)
    found = []
    for _ in range(4):
        found.append(len(list(world.poll())))
        world.clock.move(minutes=1)
    assert found == [STRAYS_LIMIT, STRAYS_LIMIT, 1, 0]
    assert world.script.counts()["jobs.strays"] == 3


def test_a_search_dated_in_the_future_is_ignored() -> None:
    world = World()
    world.jobs.mark = msgspec.structs.replace(world.jobs.mark, searched_at="2099-01-01T00:00:00Z")
    assert len(strays(world, 1)) == len(list(world.poll()))


@pytest.mark.parametrize("error", [Transient("503"), Throttled("429"), ServiceRefused("400")])
@pytest.mark.parametrize("effect", ["jobs.strays", "jobs.moved"])
def test_an_error_in_the_search_for_strays_stops_no_other_job(effect: str, error: Speech2CosmosError) -> None:
    world = World()
    ids = strays(world, 2, Status.INGESTING)
    world.put_job({"a": result("one")})
    world.enqueue()
    world.script.before(effect, fails(error))
    assert world.tick() == [ListJobFiles(JOB, 1)]
    world.clock.move(minutes=31)
    world.tick()
    assert all(world.job(each).moved_at for each in ids)


@pytest.mark.parametrize("error", [Transient("503"), Throttled("429")])
def test_a_search_that_failed_is_repeated_only_after_thirty_minutes(error: Speech2CosmosError) -> None:
    world = World()
    strays(world, 1)
    world.script.before("jobs.strays", fails(error))
    sent = []
    for _ in range(31):
        sent.append(len(list(world.poll())))
        world.clock.move(minutes=1)
    assert sent == [0] * 30 + [1]
    assert world.script.counts()["jobs.strays"] == 2
