"""Every retry, failure and repair logs a line that carries JSON with its job, file and count."""

import logging
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.documents import HEAD_ID
from shared.domain.messages import RESULTS_QUEUE, encode
from shared.domain.split import FileKey
from shared.errors import (
    Conflict,
    InvalidMessage,
    NotFound,
    Paused,
    ServiceRefused,
    Speech2CosmosError,
    Throttled,
    Transient,
)
from shared.pipeline.ports import Refused
from shared.pipeline.settle import TIDY_AFTER
from shared.pipeline.signals import Signal, counts
from tests.pipeline.script import fails
from tests.pipeline.world import ATTEMPTS, JOB, NONE_AT_ALL, World, fetch_message, large_result, list_message, result
from tests.signals import signals, structure

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


def comes_in_after_all(world: World) -> None:
    given_up_by_poison(world)
    world.fetch(fetch_message("a"), 1)


def job_cannot_be_asked_for(world: World) -> None:
    world.enqueue()
    world.speech.broken[JOB] = Transient("503")
    world.tick()


def speech_gave_up(world: World) -> None:
    world.enqueue()
    world.speech.jobs[JOB].statuses = ["Failed"]
    world.tick()


def stands_still(world: World) -> None:
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


def run_dies(world: World) -> None:
    world.put_job({"a": large_result("died")})
    world.script.before("commit", fails(Transient("killed")))
    raising(Transient, lambda: world.fetch(fetch_message("a"), 1))
    world.put_job({"a": result("one")})
    world.run()
    world.clock.time += TIDY_AFTER + timedelta(minutes=1)
    world.tick()


def cannot_be_counted(world: World) -> None:
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
    (comes_in_after_all, Signal.REPAIRED, "a", {}),
    (job_cannot_be_asked_for, Signal.FAILED, None, {"error": "Transient"}),
    (speech_gave_up, Signal.TROUBLED, None, {}),
    (stands_still, Signal.REPAIRED, None, {}),
    (part_is_deleted, Signal.REPAIRED, "a", {}),
    (part_is_deleted_after_the_end, Signal.TROUBLED, "a", {}),
    (run_dies, Signal.REPAIRED, "a", {}),
    (cannot_be_counted, Signal.FAILED, None, {"error": "Transient"}),
]


@pytest.mark.parametrize(
    ("scenario", "signal", "file", "details"), SCENARIOS, ids=lambda each: getattr(each, "__name__", None)
)
def test_each_event_logs_a_signal_with_its_job_file_and_count(
    caplog: pytest.LogCaptureFixture, scenario: Scenario, signal: Signal, file: str | None, details: dict[str, Any]
) -> None:
    world = World()
    world.put_job({"a": result("hello")})
    before = counts()
    scenario(world)
    found = [each for each in signals(caplog.records) if each["signal"] == signal]
    assert len(found) >= 1
    for number, each in enumerate(found, 1):
        assert (each["job"], each["file"]) == (JOB, file)
        assert each["count"] == before[signal] + number
    assert details.items() <= found[-1].items()
    assert counts()[signal] == before[signal] + len(found)
    assert "secret" not in caplog.text


def test_the_signal_of_a_throttled_poll_names_no_job(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.script.before("speech.get", fails(Throttled("429")))
    world.tick()
    (found,) = signals(caplog.records)
    assert (found["signal"], found["job"], found["file"]) == ("throttled", None, None)


def test_waiting_for_the_end_of_a_pause_logs_no_signal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    caplog.clear()
    world.script.before("speech.get", fails(Paused("in 75 s", 75.0)))
    assert world.tick() == []
    assert world.tick() == [list_message()]
    world.script.before("speech.files", fails(Paused("in 75 s", 75.0)))
    assert world.fetch(list_message(), 5) == [list_message()]
    assert world.clock.slept == [60.0]
    assert Signal.THROTTLED not in {each["signal"] for each in signals(caplog.records)}


def test_an_invalid_message_logs_failed_and_then_rejected(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    with pytest.raises(InvalidMessage):
        world.accept(b"nonsense")
    world.poison("transcription-jobs", b"nonsense")
    assert [each["signal"] for each in signals(caplog.records)] == ["failed", "rejected"]


def test_every_line_above_info_carries_json_whatever_fails(caplog: pytest.LogCaptureFixture) -> None:
    world = World(patience=NONE_AT_ALL)
    world.put_job({"a": result("hello"), "b": BROKEN})
    errors: list[Speech2CosmosError] = [Transient("503"), Throttled("429"), Conflict("412"), NotFound("404")]
    draw = random.Random(4)  # noqa: S311 - the same faults every time
    world.script.chance = lambda _: draw.choice(errors) if draw.random() < 0.05 else None
    with caplog.at_level(logging.INFO):
        for _ in range(60):
            try:
                world.clock.move(hours=1)
                world.run(reprocess=True)
            except (Speech2CosmosError, KeyError):
                continue  # the platform would deliver it again
    loud = [record for record in caplog.records if record.levelno > logging.INFO]
    assert len(loud) > 50
    for record in loud:
        found = structure(record.getMessage())
        assert found is not None
        assert found.keys() >= {"signal", "job", "file", "count"}
    quiet = [record for record in caplog.records if record.levelno <= logging.INFO]
    assert {each["signal"] for each in signals(quiet)} == {
        *(Signal.ACCEPTED, Signal.PENDING, Signal.WRITTEN, Signal.ENDED)
    }
