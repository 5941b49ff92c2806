"""accept_job on stale reads: a request to reprocess or replay a job is not lost."""

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
    """Return the job's document and its ETag, for a later stale read."""
    return world.jobs.documents[JOB]


def assert_starts_over(world: World, wish: str) -> None:
    """Check that the job is in its second run, and that this run reprocesses or replays as requested."""
    job = world.job()
    assert (job.status, job.run) == (Status.PENDING, 2)
    assert job.reprocess_from == (2 if wish == "reprocess" else 0)


@pytest.mark.parametrize("wish", WISHES)
def test_a_job_missing_from_a_stale_read_starts_over_after_its_creation_conflicts(world: World, wish: str) -> None:
    world.jobs.lagging.append(None)
    ask(world, wish)
    assert not world.jobs.lagging
    assert_starts_over(world, wish)


@pytest.mark.parametrize("wish", WISHES)
def test_a_job_missing_from_two_stale_reads_is_retried_at_the_next_delivery(world: World, wish: str) -> None:
    world.jobs.lagging.extend([None, None])
    with pytest.raises(Transient, match=f"job {JOB} is there and cannot be read yet"):
        ask(world, wish)
    assert world.job().run == 1
    ask(world, wish)
    assert_starts_over(world, wish)


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("status", [Status.PENDING, Status.INGESTING])
def test_an_ended_job_that_stale_reads_show_as_under_way_starts_over(status: Status, wish: str) -> None:
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


def test_a_plain_id_does_not_change_a_completed_job_that_a_stale_read_misses(world: World) -> None:
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
