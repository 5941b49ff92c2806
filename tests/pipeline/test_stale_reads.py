"""What a user asks for is not lost when a replica that lags behind answers: accept_job on stale reads."""

import pytest

from shared.domain.job import Job, Status
from shared.errors import Transient
from tests.pipeline.world import JOB, World, result

WISHES = ["reprocess", "replay"]


@pytest.fixture
def world() -> World:
    """Make a world with one completed job."""
    world = World()
    world.put_job({"a": result("hello")})
    assert world.run().status is Status.COMPLETED
    return world


def ask(world: World, wish: str) -> None:
    """Enqueue the job with `reprocess` or `replay`."""
    world.enqueue(reprocess=wish == "reprocess", replay=wish == "replay")


def stored(world: World) -> tuple[Job, int]:
    """Return the job's document and its ETag, for a replica to answer later."""
    return world.jobs.documents[JOB]


def assert_starts_over(world: World, wish: str) -> None:
    """Check that the job is in its second run, and that this run does what was asked for."""
    job = world.job()
    assert (job.status, job.run) == (Status.PENDING, 2)
    assert job.reprocess_from == (2 if wish == "reprocess" else 0)


@pytest.mark.parametrize("wish", WISHES)
def test_a_job_that_the_read_does_not_see_and_the_creation_meets_starts_over(world: World, wish: str) -> None:
    world.jobs.lagging.append(None)
    ask(world, wish)
    assert not world.jobs.lagging
    assert_starts_over(world, wish)


@pytest.mark.parametrize("wish", WISHES)
def test_a_job_that_two_reads_do_not_see_is_left_to_the_next_delivery(world: World, wish: str) -> None:
    world.jobs.lagging.extend([None, None])
    with pytest.raises(Transient, match=f"job {JOB} is there and cannot be read yet"):
        ask(world, wish)
    assert world.job().run == 1
    ask(world, wish)
    assert_starts_over(world, wish)


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("status", [Status.PENDING, Status.INGESTING])
def test_a_job_that_stale_reads_show_under_way_and_that_has_ended_starts_over(status: Status, wish: str) -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    if status is Status.INGESTING:
        world.tick()
    old = stored(world)
    assert old[0].status is status
    world.tick()
    world.drain()
    world.tick()
    assert world.job().status is Status.COMPLETED
    world.jobs.lagging.extend([old, old])
    ask(world, wish)
    assert not world.jobs.lagging
    assert_starts_over(world, wish)


@pytest.mark.parametrize("wish", WISHES)
def test_a_job_that_is_under_way_stays_as_it_is(wish: str) -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()
    before = world.job()
    ask(world, wish)
    assert world.job() == before


def test_an_id_alone_that_meets_a_completed_job_changes_nothing(world: World) -> None:
    before = stored(world)
    world.jobs.lagging.append(None)
    world.enqueue()
    assert stored(world) == before


@pytest.mark.parametrize("wish", WISHES)
def test_a_job_that_is_deleted_while_it_starts_over_is_created_by_the_next_delivery(world: World, wish: str) -> None:
    world.script.before("jobs.update", lambda: world.jobs.documents.pop(JOB))
    with pytest.raises(Transient):
        ask(world, wish)
    ask(world, wish)
    assert (world.job().status, world.job().run) == (Status.PENDING, 1)
