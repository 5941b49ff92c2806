"""Killed processes lose nothing, and the scenario would see it if they did."""

from collections.abc import Iterator
from random import Random

import pytest

from benchmarks.chaos.bench import Bench, bench
from benchmarks.chaos.deliveries import Deliveries
from benchmarks.chaos.disturbed import disturbed
from benchmarks.chaos.kinds import WAIT_SECONDS, Kind, undisturbed
from benchmarks.chaos.processes import Sizes, host_killed
from local.faults import Exchange, FaultLayer, Moment
from shared.domain.containers import TRANSCRIPTS


@pytest.fixture(scope="module")
def running() -> Iterator[Bench]:
    with bench() as made:
        yield made


@pytest.fixture(scope="module")
def kinds(running: Bench) -> list[Kind]:
    return undisturbed(running, ("reference", "failed"))


def test_a_killed_host_loses_and_doubles_nothing(running: Bench, kinds: list[Kind]) -> None:
    row = host_killed(running, kinds, Sizes(copies=4, kills=2), Random(3))  # noqa: S311 - chance for a test
    assert row.clean, row.note
    assert (row.cases, row.half_visible) == (2, 0)


def test_the_verdict_counts_what_was_deleted_and_what_nobody_asked_for(running: Bench, kinds: list[Kind]) -> None:
    with disturbed(running, kinds[:1], 1) as load:
        load.send()
        load.finish()
        (_, spec) = load.copies[0]
        items = running.app.transcripts.items(spec.id)
        container = running.app.database.get_container_client(TRANSCRIPTS.name)
        gone = next(item for item in items if item["type"] == "turns")
        container.delete_item(gone["id"], [spec.id, gone["fileId"]])
        container.create_item({**gone, "id": "more"})
        running.until(lambda: load.seen.half_visible, "the reader sees it", WAIT_SECONDS)
    verdict = load.verdict(lambda state: state)
    assert (verdict.lost, verdict.duplicated) == (1, 1)
    assert spec.id in verdict.words[0]


def test_deliveries_after_the_first_are_counted_from_the_queues_answers() -> None:
    with FaultLayer() as layer:
        front = layer.front("queue", "http://127.0.0.1:9")
        deliveries = Deliveries(front)
        answer = b"<DequeueCount>1</DequeueCount><DequeueCount>3</DequeueCount>"
        for moment in Moment:
            assert front.watch is not None
            front.watch(Exchange("queue", 1, "GET", "/q/messages", {}, b"", answer), moment)
    assert (deliveries.first, deliveries.again) == (1, 1)
