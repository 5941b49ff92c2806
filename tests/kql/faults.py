"""A fault for each cause of an alert, made in the real use cases, so that the app logs its own lines."""

from collections.abc import Callable, Mapping

import pytest

from shared.domain.messages import JOBS_QUEUE
from shared.errors import InvalidMessage, Throttled, Transient
from tests.kql.telemetry import WatchedWorld
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, fetch_message, report_file, result

QUARTER_MINUTES = 15

Fault = Callable[[WatchedWorld], None]


def message_is_none(world: WatchedWorld) -> None:
    with pytest.raises(InvalidMessage):
        world.accept(b"nonsense")
    world.poison(JOBS_QUEUE, b"nonsense")


def file_fails_for_a_day(world: WatchedWorld) -> None:
    file_fails_five_times(world)
    world.clock.move(hours=24)
    world.tick()
    world.script.before("open", *(fails(Transient("503")) for _ in range(6)))
    world.drain()


def file_fails_five_times(world: WatchedWorld) -> None:
    """Let a file fail in its page and in five deliveries of its own message. The report is in before."""
    world.put_job({"a": result("hello")}, report=report_file("Succeeded"))
    world.enqueue()
    world.tick()
    world.script.before("open", lambda: None, *(fails(Transient("503")) for _ in range(6)))
    world.drain()


def file_is_no_result(world: WatchedWorld) -> None:
    world.put_job({"a": b"no result"})
    world.run()


def speech_never_ends(world: WatchedWorld, hours: int = 26) -> None:
    world.put_job({})
    world.speech.jobs[JOB].statuses = ["Running"]
    world.enqueue()
    world.tick()
    world.clock.move(hours=hours)
    world.tick()


def speech_gave_up(world: WatchedWorld) -> None:
    world.put_job({})
    world.speech.jobs[JOB].statuses = ["Failed"]
    world.enqueue()
    world.tick()


def speech_does_not_know_it(world: WatchedWorld) -> None:
    world.enqueue()
    world.tick()
    world.clock.move(minutes=11)
    world.tick()


def speech_cannot_be_asked_until_it_expires(world: WatchedWorld) -> None:
    world.enqueue()
    world.clock.move(hours=73)
    world.speech.broken[JOB] = Transient("503")
    world.tick()


def job_vanished_before_its_files_were_listed(world: WatchedWorld) -> None:
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()
    del world.speech.jobs[JOB]
    world.drain()


def speech_failed_at_some_sources(world: WatchedWorld) -> None:
    world.put_job({"a": result("hello")}, report=report_file("Succeeded", "Failed"))
    world.run()


def files_get_lost(world: WatchedWorld) -> None:
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()
    world.queue.clear()
    world.clock.move(minutes=31)
    world.tick()


def every_run_fails(world: WatchedWorld, quarters: int = 2) -> None:
    world.put_job({"a": result("hello")})
    each_minute(world, quarters, lambda: failed_run(world))


def failed_run(world: WatchedWorld) -> None:
    world.script.before("open", fails(Transient("403")))
    with pytest.raises(Transient):
        world.fetch(fetch_message("a"), 1)


def poll_is_refused(world: WatchedWorld, quarters: int = 2) -> None:
    world.put_job({})
    world.speech.jobs[JOB].statuses = ["Running"]
    world.enqueue()
    world.speech.broken[JOB] = Transient("401")
    each_minute(world, quarters, world.tick)


def throttled(world: WatchedWorld, quarters: int = 4) -> None:
    def once() -> None:
        world.script.before("open", fails(Throttled("429", 0.001)))
        world.fetch(fetch_message("a"), 1)

    world.put_job({"a": result("hello")})
    each_minute(world, quarters, once)


def poll_ends(world: WatchedWorld) -> None:
    each_minute(world, 1, world.tick)
    world.clock.move(minutes=16)


def each_minute(world: WatchedWorld, quarters: int, act: Callable[[], object]) -> None:
    """Repeat a fault each minute for some quarters of an hour, until a minute ago."""
    for _ in range(quarters * QUARTER_MINUTES - 1):
        act()
        world.clock.move(minutes=1)


FAULTS: Mapping[str, list[Fault]] = {
    "poison": [message_is_none],
    "given-up": [file_is_no_result, file_fails_for_a_day],
    "oldest-pending": [speech_never_ends],
    "ended-badly": [
        speech_gave_up,
        speech_does_not_know_it,
        speech_cannot_be_asked_until_it_expires,
        job_vanished_before_its_files_were_listed,
        speech_failed_at_some_sources,
        file_is_no_result,
    ],
    "stands-still": [files_get_lost],
    "failures of fetch_results": [every_run_fails],
    "poll-trouble": [poll_is_refused],
    "throttled": [throttled],
    "poll-missing": [poll_ends],
}
"""The faults of each cause of an alert."""
