"""A tick without jobs sends two queries. A tick with a job sends all of them, whatever the job waits for."""

from collections.abc import Callable

import msgspec
import pytest

from shared.domain.documents import utc
from shared.domain.job import Job, Retry, RetryCode, Status
from shared.errors import Throttled, Transient
from tests.pipeline.polling import job_id
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, report_file, result

Add = Callable[[World], None]


def idle_world() -> World:
    """Return a world after a tick that found no job."""
    world = World()
    world.tick()
    world.clock.move(minutes=1)
    assert world.jobs.mark.idle
    return world


def put(world: World, status: Status, **changes: object) -> None:
    job = Job(id=job_id(1), status=status, accepted_at=utc(world.clock.now()))
    world.jobs.put(msgspec.structs.replace(job, **changes))


def new(world: World) -> None:
    world.enqueue()


def stray(world: World) -> None:
    put(world, Status.PENDING, poll_count=1)


def ingesting(world: World) -> None:
    put(world, Status.INGESTING, moved_at=utc(world.clock.now()))


def unmoved(world: World) -> None:
    put(world, Status.INGESTING)


def failed_with_a_report_to_list(world: World) -> None:
    now = utc(world.clock.now())
    put(world, Status.FAILED, ended_at=now, retry=Retry(now, now, RetryCode.REPORT_UNREAD, "no report"))


def ended_a_day_ago(world: World) -> None:
    put(world, Status.COMPLETED, ended_at=utc(world.clock.now()))
    world.clock.move(hours=25)


def test_a_tick_after_one_without_jobs_asks_only_whether_there_is_one() -> None:
    world = idle_world()
    before = world.script.counts()
    assert world.tick() == []
    assert world.script.counts() - before == {"jobs.any_to_do": 1}


def test_the_first_tick_sends_all_queries() -> None:
    world = World()
    world.tick()
    assert world.script.counts()["jobs.any_to_do"] == 0
    assert world.script.counts()["jobs.strays"] == 1


@pytest.mark.parametrize("add", [new, stray, ingesting, unmoved, failed_with_a_report_to_list, ended_a_day_ago])
def test_a_job_of_any_kind_ends_idleness(add: Add) -> None:
    world = idle_world()
    add(world)
    before = world.script.counts()
    world.tick()
    assert (world.script.counts() - before)["jobs.ingesting"] > 0
    assert not world.jobs.mark.idle


def test_a_job_that_ended_lately_or_was_tidied_does_not_end_idleness() -> None:
    world = idle_world()
    put(world, Status.COMPLETED, ended_at=utc(world.clock.now()))
    before = world.script.counts()
    world.tick()
    assert (world.script.counts() - before)["jobs.ingesting"] == 0


def test_ticks_of_a_job_ask_no_further_query_and_are_idle_after_it() -> None:
    world = World()
    world.put_job({"a": result("hello")}, report=report_file("Succeeded"))
    world.run()
    assert world.job(JOB).status is Status.COMPLETED
    assert world.script.counts()["jobs.any_to_do"] == 0
    world.tick()
    assert world.jobs.mark.idle


def test_a_pending_job_that_is_not_due_keeps_all_queries() -> None:
    world = World()
    world.put_job({})
    world.speech.jobs[JOB].statuses = ["Running"]
    world.enqueue()
    for _ in range(10):
        world.tick()
        assert not world.jobs.mark.idle
        world.clock.move(minutes=1)


def test_a_tick_goes_on_if_the_query_fails() -> None:
    world = idle_world()
    world.enqueue()
    world.script.before("jobs.any_to_do", fails(Transient("503")))
    before = world.script.counts()
    world.tick()
    assert (world.script.counts() - before)["jobs.ingesting"] > 0


def test_a_tick_ends_if_the_query_is_throttled() -> None:
    world = idle_world()
    world.enqueue()
    world.script.before("jobs.any_to_do", fails(Throttled("429", 1)))
    before = world.script.counts()
    assert world.tick() == []
    assert (world.script.counts() - before)["jobs.ingesting"] == 0


def test_a_tick_that_could_not_count_the_jobs_is_not_idle() -> None:
    world = World()
    world.script.before("jobs.ingesting", fails(Transient("503")))
    world.tick()
    assert not world.jobs.mark.idle
