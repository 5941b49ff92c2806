"""Outages longer than all deliveries of a message: afterwards everything comes in, and nobody has to act."""

import pytest

from shared.domain.documents import HEAD_ID
from shared.domain.job import Status
from shared.domain.patience import Patience
from shared.errors import Denied, NotFound, Transient
from tests.pipeline.outages import SPEECH, Platform, broken, wait
from tests.pipeline.script import fails
from tests.pipeline.world import World, result

FILES = {"a": result("one"), "b": result("two"), "c": result("three")}

COSMOS = {
    *(
        "jobs.get",
        "jobs.create",
        "jobs.update",
        "jobs.ingesting",
        "head",
        "write",
        "commit",
        "failure_run",
        "put_failure",
    ),
    *("clear_failure", "tally", "leftovers", "parts", "retire"),
}
OUTAGES = {
    "Speech": (SPEECH, Transient("503")),
    "Speech's key was rotated": (SPEECH, Denied("401")),
    "where result files lie": ({"open"}, Transient("503")),
    "the archive": ({"archive.commit"}, Transient("503")),
    "Cosmos DB": (COSMOS, Transient("no connection")),
    "a role in Cosmos DB": (COSMOS, Denied("403")),
}


def succeeded(time_to_live_hours: int | None = None) -> World:
    """Return a world whose job of FILES succeeded and was polled. Speech keeps it for these hours, or for ever."""
    world = World()
    job = world.put_job(FILES)
    if time_to_live_hours is not None:
        job.properties["timeToLiveHours"] = time_to_live_hours
        job.ended = world.clock.now()
    world.enqueue()
    world.tick()
    return world


def wait_until_ended(platform: Platform, minutes: int) -> int:
    """Run the platform until the job is no longer `ingesting`. Return the last minute."""
    return next(each for each in platform.minutes(minutes) if platform.world.job().status is not Status.INGESTING)


@pytest.mark.parametrize("before", [0, 1, 2], ids=["before the list", "after the list", "after a file"])
@pytest.mark.parametrize("which", OUTAGES)
def test_all_files_are_in_75_minutes_after_an_outage_of_twelve_hours(which: str, before: int) -> None:
    world = succeeded()
    for _ in range(before):
        world.deliver()
    effects, error = OUTAGES[which]
    broken(world, effects, error)
    platform = Platform(world)
    for _ in platform.minutes(12 * 60):
        assert world.job().status is Status.INGESTING or before == 2
    world.script.chance = lambda _: None
    for _ in platform.minutes(75):
        if world.job().status is Status.COMPLETED:
            break
    job = world.job()
    assert (job.status, job.failure, job.retry) == (Status.COMPLETED, None, None)
    assert (job.files.ingested, job.files.failed) == (3, 0)
    assert all(HEAD_ID in world.file(name) for name in FILES)
    assert platform.poison == []


def test_during_an_outage_the_job_keeps_its_start_and_reason_and_is_listed_at_most_25_times() -> None:
    world = succeeded()
    broken(world, {"open"}, Transient("the store answers 503"))
    begun = world.clock.now()
    wait(world, 12 * 60)
    retry = world.job().retry
    assert retry is not None
    assert (retry.code, retry.message) == ("FetchFailed", "the store answers 503")
    assert begun.isoformat() < retry.since < begun.replace(hour=begun.hour + 1).isoformat()
    assert world.speech.requests["files"] < 2 * 25, "each listing requests a list and a page"


def test_files_that_fail_for_24_hours_are_given_up_and_the_job_ends() -> None:
    world = succeeded()
    broken(world, {"open"}, Transient("the store answers 503"))
    wait_until_ended(Platform(world), 26 * 60)
    assert world.clock.now().day == 3
    failures = [world.failure(name) for name in (*FILES, "report")]
    assert {failure and (failure.code, failure.message) for failure in failures} == {
        ("GivenUp", "the store answers 503")
    }
    assert world.job().status is Status.COMPLETED_WITH_ERRORS


def test_files_are_retried_no_longer_than_speech_keeps_the_job() -> None:
    world = succeeded(time_to_live_hours=6)
    world.deliver()
    broken(world, {"open"}, Transient("503"))
    minute = wait_until_ended(Platform(world), 12 * 60)
    assert 6 * 60 <= minute < 8 * 60
    failure = world.job().failure
    assert failure is not None
    assert (world.job().status, failure.code) == (Status.COMPLETED_WITH_ERRORS, "TimeToLiveEnded")
    assert "its time to live" in failure.message


def test_a_job_that_speech_deletes_during_its_outage_ends_as_not_found_with_that_reason() -> None:
    world = succeeded(time_to_live_hours=6)
    broken(world, SPEECH, Transient("503"))
    platform = Platform(world)
    for _ in platform.minutes(5 * 60):
        assert world.job().status is Status.INGESTING
    world.script.chance = lambda moment: NotFound("404") if moment in {f"before {each}" for each in SPEECH} else None
    world.clock.move(hours=1)
    wait_until_ended(platform, 90)
    failure = world.job().failure
    assert (world.job().status, failure and failure.code) == (Status.NOT_FOUND, "TimeToLiveEnded")


@pytest.mark.parametrize("patience", [Patience(), Patience(give_up_hours=0)], ids=["patient", "at once"])
def test_a_job_whose_files_can_never_be_counted_expires(patience: Patience) -> None:
    world = World(patience=patience)
    world.put_job(FILES)
    world.enqueue()
    world.tick()
    world.queue.clear()
    world.script.chance = lambda moment: Transient("odd") if moment == "before tally" else None
    for _ in range(30 * 60):
        world.clock.move(minutes=1)
        world.tick()
        world.queue.clear()
        if world.job().status is not Status.INGESTING:
            break
    assert world.job().status is Status.EXPIRED


def test_an_invalid_file_is_given_up_at_once_while_others_are_retried() -> None:
    world = World()
    world.put_job({"bad": b"[]", "good": result("one")})
    world.enqueue()
    world.tick()
    world.script.before("write", *[fails(Transient("503"))] * 12)
    wait_until_ended(Platform(world), 60)
    assert world.job().status is Status.COMPLETED_WITH_ERRORS
    assert (world.job().files.ingested, world.job().files.failed) == (1, 1)
