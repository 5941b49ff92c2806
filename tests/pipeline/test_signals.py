"""Every retry, failure and repair logs a line that carries JSON with its job, file and count."""

import logging
import random
from typing import Any

import pytest

from shared.errors import Conflict, InvalidMessage, NotFound, Paused, Speech2CosmosError, Throttled, Transient
from shared.pipeline.signals import Signal, counts
from tests.pipeline.scenarios import BROKEN, SCENARIOS, Scenario
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, NONE_AT_ALL, World, list_message, result
from tests.signals import signals, structure


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
