"""Workers that meet: a small run is clean, and what somebody spoils meanwhile is found."""

from collections.abc import Iterator

import pytest

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.together import played, stage
from benchmarks.chaos.together.crew import Crew
from benchmarks.chaos.together.kinds import REPORT, A, Kind, at_once, report, result
from benchmarks.chaos.together.scene import Scene
from shared.domain.containers import TRANSCRIPTS

FILES = {A: result(1), REPORT: report()}

Stage = tuple[Bench, Crew]


@pytest.fixture(scope="module")
def stage_() -> Iterator[Stage]:
    with stage() as running:
        yield running


def _fetched(scene: Scene) -> None:
    at_once(scene, scene.listed())
    scene.settle()


def test_files_that_several_workers_fetch_at_once_are_there_once(stage_: Stage) -> None:
    row = played(*stage_, Kind("fetched by all", FILES, _fetched), [2, 4])
    assert row.clean, row.note
    assert row.cases == 2
    assert "0 reads" not in row.note


def test_a_part_that_is_deleted_and_one_that_nobody_wrote_are_found(stage_: Stage) -> None:
    running, crew = stage_
    container = running.app.database.get_container_client(TRANSCRIPTS.name)

    def spoiled(scene: Scene) -> None:
        _fetched(scene)
        if scene.workers == 1:
            return
        part = next(item for item in running.app.transcripts.items(scene.spec.id) if item["type"] == "turns")
        container.delete_item(part["id"], [part["jobId"], part["fileId"]])
        own = {key: value for key, value in part.items() if not key.startswith("_")}
        container.create_item({**own, "id": f"{part['revision']}_turns_0009"})

    row = played(running, crew, Kind("spoiled", FILES, spoiled), [2])
    assert (row.lost, row.duplicated) == (1, 1)
    assert "_turns_0000: is not there" in row.note


def test_a_head_that_is_written_before_its_parts_is_half_visible(stage_: Stage) -> None:
    running, crew = stage_
    container = running.app.database.get_container_client(TRANSCRIPTS.name)

    def early(scene: Scene) -> None:
        _fetched(scene)
        if scene.workers == 1:
            return
        items = {item["type"]: item for item in running.app.transcripts.items(scene.spec.id)}
        part = items["turns"]
        container.delete_item(part["id"], [part["jobId"], part["fileId"]])
        with running.reader([scene.spec]) as reader:
            running.until(lambda: reader.seen.half_visible, "a reader sees the hole", 30)
        container.create_item(part)

    row = played(running, crew, Kind("early", FILES, early), [2])
    assert row.half_visible > 0
    assert not row.clean
    assert (row.lost, row.duplicated) == (0, 0)
