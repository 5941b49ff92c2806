"""Lists of Speech that are longer than one tick reads continue in the next tick. No ended job is missed."""

from datetime import timedelta

import pytest

from shared.domain.documents import utc
from shared.domain.job import Status
from shared.domain.polling import LISTS_A_TICK, NEW_GETS
from shared.errors import ServiceRefused, Transient
from shared.pipeline.lists import PAGE_TRIES
from tests.pipeline.fake_speech import ROOT, SpeechJob
from tests.pipeline.polling import accepted, finish, job_id, polled, waiting
from tests.pipeline.script import fails
from tests.pipeline.world import World

OTHERS = 50_000
PAGES = OTHERS // 100


def crowded(*, others: int = OTHERS) -> World:
    """Return a world whose Speech resource has many other transcriptions, which ended long ago."""
    world = World()
    long_ago = world.clock.now() - timedelta(days=20)
    world.speech.add(*(SpeechJob(job_id(1_000_000 + number), ended=long_ago) for number in range(others)))
    return world


def ended_long_ago(world: World, *numbers: int) -> None:
    """Add jobs at the end of Speech's list that ended long before they are accepted."""
    long_ago = world.clock.now() - timedelta(days=10)
    world.speech.add(*(SpeechJob(job_id(number), ended=long_ago) for number in numbers))
    accepted(world, *numbers)


def test_a_tick_sends_at_most_ten_lists_and_a_hundred_requests_for_new_jobs_among_fifty_thousand_others() -> None:
    world = crowded()
    ended_long_ago(world, *range(1050))
    found: set[int] = set()
    pages: list[int] = []
    while len(found) < 1050:
        world.speech.requests.clear()
        found |= polled(world)
        assert world.speech.requests["list"] <= LISTS_A_TICK
        assert world.speech.requests["get"] <= NEW_GETS
        world.clock.move(minutes=1)
        pages.append(world.jobs.mark.all.pages if world.jobs.mark.all else 0)
    assert pages == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 0], "the walk goes on while more than a hundred are new"


def test_walking_the_list_finds_new_jobs_sooner_than_single_requests() -> None:
    world = crowded(others=500)
    ended_long_ago(world, *range(900))
    assert len(polled(world)) == NEW_GETS + 400, "those on the first ten pages, behind the 500 others"
    assert polled(world) >= set(range(600, 900))


def test_a_job_accepted_behind_the_walk_gets_a_request_of_its_own() -> None:
    world = crowded(others=2000)
    ended_long_ago(world, *range(300))
    polled(world)
    assert world.jobs.mark.all is not None
    early = 1_000_007  # on the first page
    accepted(world, early)
    found = set()
    for _ in range(6):
        world.clock.move(minutes=1)
        found |= polled(world)
    assert early in found


@pytest.mark.parametrize("trouble", ["circle", "no page", "refused", "fails", "fails for long"])
def test_a_walk_that_cannot_continue_starts_again_and_finds_every_job(trouble: str) -> None:
    world = crowded(others=1500)
    ended_long_ago(world, *range(500))
    match trouble:
        case "circle":
            world.speech.links["skip=400"] = f"{ROOT}?skip=200"
        case "no page":
            world.speech.links["skip=400"] = f"{ROOT}?api-version=2025-10-15"
        case "refused":
            world.script.before("speech.list", *[lambda: None] * 4, fails(ServiceRefused("400: too old")))
        case "fails":
            world.script.before("speech.list", *[lambda: None] * 4, fails(Transient("503")))
        case _:
            world.script.before("speech.list", *[lambda: None] * 4, *[fails(Transient("503"))] * PAGE_TRIES)
    found: set[int] = set()
    for _ in range(6):
        world.speech.requests.clear()
        found |= polled(world)
        assert world.speech.requests["list"] <= LISTS_A_TICK
        world.clock.move(minutes=1)
    assert found == set(range(500))


def test_a_long_filtered_list_continues_in_the_next_tick_and_misses_no_job_that_ends_meanwhile() -> None:
    world = World()
    waiting(world, 1600)
    world.clock.move(hours=2)
    finish(world, *range(1500))
    began = utc(world.clock.now())
    world.speech.requests.clear()
    found = polled(world)
    assert len(found) == 100 * LISTS_A_TICK
    assert world.speech.requests["list"] == LISTS_A_TICK
    world.clock.move(minutes=1)
    finish(world, *range(1500, 1550))
    found |= polled(world)
    assert world.jobs.mark.watermark == began
    for _ in range(2):  # the ten minutes for clock skew include the first 1,500 once more
        world.clock.move(minutes=1)
        found |= polled(world)
    assert found >= set(range(1550))
    assert world.jobs.mark.ended is None


@pytest.mark.parametrize("first", [True, False])
def test_if_a_page_of_the_filtered_list_is_refused_the_due_jobs_are_requested_one_by_one(*, first: bool) -> None:
    world = World()
    waiting(world, 400)
    finish(world, *range(300))
    before = world.jobs.mark.watermark
    world.script.before("speech.list", *[lambda: None] * (0 if first else 2), fails(ServiceRefused("400")))
    found = polled(world)
    assert len(found) >= 100
    assert (world.jobs.mark.ended, world.jobs.mark.watermark) == (None, before)
    for _ in range(3):
        world.clock.move(minutes=1)
        found |= polled(world)
    assert found == set(range(300))


def test_a_filtered_list_that_loops_does_not_move_the_watermark_and_every_job_is_found() -> None:
    world = World()
    waiting(world, 500)
    finish(world, *range(400))
    world.speech.links["skip=100"] = f"{ROOT}?skip=0"
    before = world.jobs.mark.watermark
    found = polled(world)
    assert found >= set(range(200))
    assert world.jobs.mark.watermark == before
    world.speech.links.clear()
    for _ in range(2):
        world.clock.move(minutes=1)
        found |= polled(world)
    assert found == set(range(400))


def test_an_invalid_entry_of_the_list_is_skipped_with_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    waiting(world, 20)
    finish(world, *range(5))
    world.speech.odd = {job_id(0): {"self": None}, job_id(1): "text", job_id(2): None}
    assert polled(world) == {3, 4}
    assert sum("passed over an entry" in line.message for line in caplog.records) == 3


def test_the_walk_does_not_write_jobs_that_are_not_new() -> None:
    world = World()
    waiting(world, 50)
    ended_long_ago(world, *range(1000, 1150))
    before = {name: etag for name, (_, etag) in world.jobs.documents.items() if int(name[-12:]) < 50}
    polled(world)
    after = {name: etag for name, (_, etag) in world.jobs.documents.items() if int(name[-12:]) < 50}
    assert before == after
    assert world.job(job_id(1149)).status is Status.INGESTING
