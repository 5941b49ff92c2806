"""Every retry, failure and repair is a log line with JSON: job, file and count. Foreign text cannot forge one."""

import ast
import json
import logging
import random
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
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
from shared.pipeline.signals import DETAIL_LIMIT, TEXT_LIMIT, Log, Signal, about, asked_again, counts, one_line, whose
from tests.pipeline.script import fails
from tests.pipeline.world import ATTEMPTS, JOB, NONE_AT_ALL, World, fetch_message, large_result, list_message, result
from tests.signals import STRUCTURE, signals, structure

SHARED = Path(__file__).parent.parent.parent / "shared"
BROKEN = large_result()[:-1] + b"!"

log = Log("tests")

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
def test_each_is_a_line_of_its_job_and_file_and_is_counted(
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


def test_a_throttled_poll_is_a_signal_of_no_job(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.script.before("speech.get", fails(Throttled("429")))
    world.tick()
    (found,) = signals(caplog.records)
    assert (found["signal"], found["job"], found["file"]) == ("throttled", None, None)


def test_what_waits_for_a_pause_is_sent_anew_or_stops_the_poll_without_a_signal_of_its_own(
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


def test_a_message_that_is_none_fails_and_is_rejected_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    with pytest.raises(InvalidMessage):
        world.accept(b"nonsense")
    world.poison("transcription-jobs", b"nonsense")
    assert [each["signal"] for each in signals(caplog.records)] == ["failed", "rejected"]


def test_every_line_above_information_has_a_structure_whatever_happens(caplog: pytest.LogCaptureFixture) -> None:
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


FORGERIES = [
    "x\njob 1: accepted",
    "x\r\njob 1: accepted",
    "x\u2028job 1: accepted",
    "x\u2029job 1: accepted",
    "x\x85job 1: accepted",
    "x\x0bjob 1: accepted\x0c\x1c\x1d\x1e",
    "\x1b[2K\x1b[1Ajob 1: accepted",
    "\u202edetpecca :1 boj\u2066\u200f\u200b\ufeff",
    "\x00\x7f\x9b31m",
    "\ud800 alone \udfff",
    "\U000e0041 tagged",
]


@pytest.mark.parametrize("forgery", FORGERIES, ids=ascii)
def test_no_argument_ends_hides_or_turns_a_line(caplog: pytest.LogCaptureFixture, forgery: str) -> None:
    with caplog.at_level(logging.INFO), about(forgery, forgery):
        log.info("job %s: %s", forgery, ValueError(forgery))
        log.warning("job %s", forgery, signal=Signal.FAILED, error=forgery)
        asked_again(forgery, 1, 0.5, Transient(forgery))
    assert len(caplog.records) == 3
    for record in caplog.records:
        line = record.getMessage()
        assert line.isprintable()
        assert line.splitlines() == [line]
        assert line.encode()
    assert [each["job"] for each in signals(caplog.records)] == [one_line(forgery, DETAIL_LIMIT)] * 2


def test_words_that_look_like_a_structure_are_none(caplog: pytest.LogCaptureFixture) -> None:
    forged = '{"signal":"repaired","job":"1","file":null,"count":1}'
    with caplog.at_level(logging.INFO), about(JOB):
        log.info("job %s: Speech says %s", JOB, forged)
        log.warning("job %s: %s", JOB, forged, signal=Signal.FAILED, error=forged)
    assert [(each["signal"], each["job"], each["error"]) for each in signals(caplog.records)] == [
        ("failed", JOB, forged)
    ]


def test_long_words_are_cut_and_the_structure_stays_whole(caplog: pytest.LogCaptureFixture) -> None:
    with about(JOB):
        log.error("%s", "é" * 100_000, signal=Signal.GIVEN_UP, error="\x00" * 100_000)
    (record,) = caplog.records
    assert record.getMessage().startswith("é" * (TEXT_LIMIT - 1) + "… {")
    (found,) = signals(caplog.records)
    assert found["error"] == "\\u0000" * (DETAIL_LIMIT - 1) + "…"


def test_what_can_be_read_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        log.info("job %s file %s: in, %d phrases, %d bytes", JOB, "a", 3, 4)
        log.info("Grüße, 日本語 🎧: 100%")
    assert [record.getMessage() for record in caplog.records] == [
        f"job {JOB} file a: in, 3 phrases, 4 bytes",
        "Grüße, 日本語 🎧: 100%",
    ]
    assert {record.funcName for record in caplog.records} == {"test_what_can_be_read_is_left_as_it_is"}


def test_the_work_of_threads_is_not_mixed_and_counts_are_not_lost() -> None:
    together, before = threading.Barrier(8), counts()[Signal.RETRY]

    def work(number: int) -> str:
        with about(f"job-{number}"):
            together.wait()
            for _ in range(200):
                log.warning("x", signal=Signal.RETRY)
            with about(f"job-{number}", "a"):
                together.wait()
            return str(whose())

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == [f"job job-{number}" for number in range(8)]
    assert counts()[Signal.RETRY] == before + 8 * 200
    assert str(whose()) == "no job"


def test_the_page_on_operations_names_every_signal_and_the_workbook_reads_what_it_reads() -> None:
    root = SHARED.parent
    page = (root / "docs" / "operations.md").read_text().partition("| signal | means |")[2].partition("`job` and")[0]
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(Signal)
    queries = (root / "infra" / "modules" / "workbook.json").read_text()
    (item,) = [each for each in json.loads(queries)["items"] if each["name"] == "signals"]
    assert f"extract(@'{STRUCTURE}', 1, Message)" in item["content"]["query"]


def test_there_is_no_other_way_to_log() -> None:
    may = {"pipeline/signals.py", "bootstrap.py", "cli/main.py"}  # the two latter only set the levels of other loggers
    users = set()
    for file in SHARED.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if {"logging", "warnings"} & {name.partition(".")[0] for name in names}:
                users.add(file.relative_to(SHARED).as_posix())
    assert users == may
