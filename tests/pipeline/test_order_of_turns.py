"""The order in which the timer counts jobs. A finished job ends soon, however many others make no progress."""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.documents import utc
from shared.domain.job import FileCounts, Job, Status
from shared.errors import Throttled, Transient
from shared.pipeline.settle import OVERLAP, WAITING_LIMIT
from shared.pipeline.steps import SECONDS, Step
from tests.pipeline.polling import job_id
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, fetch_message, result

MANY = 10_000


def standing(world: World, number: int) -> Job:
    """Return a job in `ingesting` that makes no progress: its file never comes in."""
    early = utc(world.clock.now() - timedelta(milliseconds=number))
    return Job(
        id=job_id(number),
        status=Status.INGESTING,
        accepted_at=early,
        moved_at=early,
        files=FileCounts(expected=1),
    )


def looked_at(world: World) -> list[str]:
    """Return the ids of the jobs that were counted since the last call."""
    asked = list(world.transcripts.counted)
    world.transcripts.counted.clear()
    return asked


def finished(world: World) -> None:
    """Add a job that is listed and whose only file is in."""
    world.put_job({"a": result("one")})
    world.enqueue()
    world.tick()
    world.drain()


@pytest.mark.parametrize("slow", [0.0, 0.5])
def test_a_finished_job_ends_within_three_ticks_among_ten_thousand_that_make_no_progress(slow: float) -> None:
    world = World()
    for number in range(MANY):
        world.jobs.put(standing(world, number))
    world.clock.move(minutes=5)
    world.transcripts.seconds_a_count = slow
    for _ in range(3):
        world.tick()
        world.clock.move(minutes=1)
    finished(world)
    ticks = 0
    while world.job().status is not Status.COMPLETED:
        world.clock.move(minutes=1)
        world.tick()
        ticks += 1
    assert ticks <= 3


def test_jobs_without_progress_take_turns_and_none_has_a_second_turn_before_all_had_one() -> None:
    world = World()
    many = 2 * WAITING_LIMIT + 7
    for number in range(many):
        world.jobs.put(standing(world, number))
    world.clock.move(minutes=5)
    turns = []
    for _ in range(3):
        world.tick()
        turns.append(looked_at(world))
        world.clock.move(seconds=1)
    assert [len(turn) for turn in turns] == [WAITING_LIMIT, WAITING_LIMIT, 7]
    assert len({job for turn in turns for job in turn}) == many
    world.tick()
    assert looked_at(world) == turns[0], "the next round begins"


def test_jobs_that_a_tick_did_not_reach_come_first_in_the_next_one() -> None:
    world = World()
    for number in range(48):
        world.jobs.put(standing(world, number))
    world.clock.move(minutes=2)
    world.transcripts.seconds_a_count = SECONDS[Step.WAITING] / 3.5
    turns = []
    for _ in range(12):
        world.tick()
        turns.append(looked_at(world))
        world.clock.move(seconds=1)
    assert [len(turn) for turn in turns] == [4] * 12, "as many as the time of the step allows"
    assert len({job for turn in turns for job in turn}) == 48


@pytest.mark.parametrize("error", [Throttled("429"), Transient("503")])
def test_a_job_whose_tally_fails_or_is_throttled_is_counted_in_the_next_tick(error: Transient) -> None:
    world = World()
    for number in range(3):
        world.jobs.put(standing(world, number))
    world.clock.move(minutes=5)
    world.script.before("tally", lambda: None, fails(error))
    world.tick()
    before = looked_at(world)
    world.tick()
    assert len({*before, *looked_at(world)}) == 3


def test_jobs_that_moved_come_first_even_if_a_slow_clock_dates_the_movement_before_the_last_tick() -> None:
    world = World()
    for number in range(5):
        world.jobs.put(standing(world, number))
    world.clock.move(minutes=5)
    world.tick()
    looked_at(world)
    moved = job_id(0)
    world.jobs.moved(moved, 1, world.clock.now() - OVERLAP / 2)
    world.tick()
    assert looked_at(world)[0] == moved
    late = job_id(3)
    before_that_tick = world.clock.now() - OVERLAP / 2  # as written by a process with a slow clock or connection
    world.clock.move(minutes=1)
    world.jobs.moved(late, 1, before_that_tick)
    world.tick()
    assert looked_at(world)[:2] == sorted([moved, late])


def test_a_message_updates_moved_at_only_if_it_wrote_something() -> None:
    world = World()
    finished(world)
    world.jobs.put(msgspec.structs.replace(world.job(), status=Status.INGESTING, ended_at=None))
    world.clock.move(minutes=5)
    before = world.job().moved_at
    world.fetch(fetch_message("a"), 1)
    assert world.job().moved_at == before, "the file was in"
    world.fetch(fetch_message("nothing"), 1)
    assert world.job().moved_at == utc(world.clock.now()), "the file was given up"
    world.script.before("jobs.moved", fails(Transient("503")))
    assert world.fetch(fetch_message("nothing else"), 1) == []
    assert world.job(JOB).status is Status.INGESTING
