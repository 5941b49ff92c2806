"""Scenarios that log a signal: faults, retries and repairs of one job."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.documents import HEAD_ID, FileKey
from shared.domain.messages import RESULTS_QUEUE, encode
from shared.errors import Conflict, ServiceRefused, Throttled, Transient
from shared.pipeline.ports import Refused
from shared.pipeline.settle import TIDY_AFTER
from shared.pipeline.signals import Signal
from tests.pipeline.script import fails
from tests.pipeline.world import ATTEMPTS, JOB, World, fetch_message, large_result, list_message, result

BROKEN = large_result()[:-1] + b"!"


Scenario = Callable[[World], object]


def raising(error: type[Exception], use_case: Callable[[], object]) -> None:
    """Run a use case that ends with an error."""
    with pytest.raises(error):
        use_case()


def new_link(world: World) -> None:
    def refuse() -> None:
        raise Refused("403")

    world.script.before("open", refuse)
    world.fetch(fetch_message("a"), 1)


def file_fails(world: World) -> None:
    world.script.before("open", fails(Transient("503")))
    raising(Transient, lambda: world.fetch(fetch_message("a"), 3))


def another_head(world: World) -> None:
    world.script.before("commit", fails(Conflict("412")))
    raising(Conflict, lambda: world.fetch(fetch_message("a"), 3))


def file_meets_a_bug(world: World) -> None:
    def bug() -> None:
        raise KeyError("secret")

    world.script.before("open", bug)
    raising(KeyError, lambda: world.fetch(fetch_message("a"), 3))


def file_is_throttled(world: World) -> None:
    world.script.before("open", fails(Throttled("429", 2.0)))
    assert world.fetch(fetch_message("a"), 3) == [fetch_message("a")]


def listing_fails(world: World) -> None:
    world.enqueue()
    world.tick()
    world.script.before("speech.files", fails(Transient("503")))
    raising(Transient, lambda: world.fetch(list_message(), 3))


def listing_is_refused(world: World) -> None:
    world.enqueue()
    world.tick()
    world.script.before("speech.files", fails(ServiceRefused("400")))
    world.fetch(list_message(), 3)


def accepting_fails(world: World) -> None:
    world.script.before("jobs.get", fails(Transient("503")))
    raising(Transient, lambda: world.accept(JOB.encode(), 3))


def accepting_is_throttled(world: World) -> None:
    world.script.before("jobs.get", fails(Throttled("429")))
    assert world.accept(JOB.encode(), 3) == JOB


def poison_fails(world: World) -> None:
    world.script.before("put_failure", fails(Transient("503")))
    raising(Transient, lambda: world.poison(RESULTS_QUEUE, encode(fetch_message("a")).encode(), 3))


def poison_is_throttled(world: World) -> None:
    world.script.before("put_failure", fails(Throttled("429")))
    assert not world.poison(RESULTS_QUEUE, encode(fetch_message("a")).encode(), 3)


def given_up_at_once(world: World) -> None:
    world.put_job({"a": BROKEN})
    world.fetch(fetch_message("a"), 3)


def given_up_by_poison(world: World) -> None:
    world.poison(RESULTS_QUEUE, encode(fetch_message("a")).encode(), 3)


def comes_in_late(world: World) -> None:
    given_up_by_poison(world)
    world.fetch(fetch_message("a"), 1)


def poll_of_a_job_fails(world: World) -> None:
    world.enqueue()
    world.speech.broken[JOB] = Transient("503")
    world.tick()


def job_fails_at_speech(world: World) -> None:
    world.enqueue()
    world.speech.jobs[JOB].statuses = ["Failed"]
    world.tick()


def makes_no_progress(world: World) -> None:
    world.enqueue()
    world.tick()
    world.queue.clear()
    world.clock.move(minutes=31)
    world.tick()


def part_is_deleted(world: World) -> None:
    world.enqueue()
    world.tick()
    world.drain()
    delete_part(world)
    world.tick()


def part_is_deleted_after_the_end(world: World) -> None:
    world.run()
    delete_part(world)
    world.clock.time += TIDY_AFTER + timedelta(minutes=1)
    world.tick()


def delete_part(world: World) -> None:
    """Delete one of a file's documents by hand, not its head."""
    parts = world.transcripts.partitions[FileKey(JOB, "a")]
    del parts[next(name for name in parts if name != HEAD_ID)]


def worker_crashes(world: World) -> None:
    world.put_job({"a": large_result("died")})
    world.script.before("commit", fails(Transient("killed")))
    raising(Transient, lambda: world.fetch(fetch_message("a"), 1))
    world.put_job({"a": result("one")})
    world.run()
    world.clock.time += TIDY_AFTER + timedelta(minutes=1)
    world.tick()


def tally_fails(world: World) -> None:
    world.enqueue()
    world.tick()
    world.drain()
    world.script.before("tally", fails(Transient("503")))
    world.tick()


SCENARIOS: list[tuple[Scenario, Signal, str | None, dict[str, Any]]] = [
    (new_link, Signal.RETRY, "a", {"service": "Content", "attempt": 1}),
    (file_fails, Signal.FAILED, "a", {"attempt": 3, "error": "Transient"}),
    (another_head, Signal.FAILED, "a", {"attempt": 3, "error": "Conflict"}),
    (file_meets_a_bug, Signal.FAILED, "a", {"attempt": 3, "error": "KeyError"}),
    (file_is_throttled, Signal.THROTTLED, "a", {"wait": 2.0}),
    (listing_fails, Signal.FAILED, None, {"attempt": 3, "error": "Transient"}),
    (listing_is_refused, Signal.TROUBLED, None, {"error": "ServiceRefused"}),
    (accepting_fails, Signal.FAILED, None, {"attempt": 3}),
    (accepting_is_throttled, Signal.THROTTLED, None, {"wait": 5.0}),
    (poison_fails, Signal.FAILED, "a", {"attempt": 3}),
    (poison_is_throttled, Signal.THROTTLED, "a", {}),
    (given_up_at_once, Signal.GIVEN_UP, "a", {"attempt": 3, "error": "InvalidResult"}),
    (given_up_by_poison, Signal.GIVEN_UP, "a", {"attempt": ATTEMPTS, "error": "GivenUp"}),
    (comes_in_late, Signal.REPAIRED, "a", {}),
    (poll_of_a_job_fails, Signal.FAILED, None, {"error": "Transient"}),
    (job_fails_at_speech, Signal.TROUBLED, None, {}),
    (makes_no_progress, Signal.REPAIRED, None, {}),
    (part_is_deleted, Signal.REPAIRED, "a", {}),
    (part_is_deleted_after_the_end, Signal.TROUBLED, "a", {}),
    (worker_crashes, Signal.REPAIRED, "a", {}),
    (tally_fails, Signal.FAILED, None, {"error": "Transient"}),
]
