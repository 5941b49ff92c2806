"""A blob changes and changes back while workers replace each other's heads. Parts that the head names stay."""

from collections.abc import Callable

import pytest
from msgspec import UNSET

from shared.domain.documents import HEAD_ID, Transcript
from shared.errors import Conflict, Transient
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.world import JOB, World, fetch_message, large_result, report_file

URL = f"{CONTENT}/{JOB}/a"


@pytest.fixture
def world() -> World:
    """Make a world whose file `a` was written by run 1."""
    world = World()
    world.put_job({"a": large_result("old")})
    world.run()
    return world


def _head(world: World) -> Transcript:
    head = world.file("a")[HEAD_ID]
    assert isinstance(head, Transcript)
    return head


def changed_back(world: World, name: str, first: bytes, kind: str) -> Callable[[], None]:
    """Return the action of another worker: the blob has its first content again, and is ingested in run 3."""

    def another_worker() -> None:
        world.contents.blobs[f"{CONTENT}/{JOB}/{name}"] = first
        world.fetch(fetch_message(name, kind=kind, run=3, reprocess_from=3), 1)

    return another_worker


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("effect", ["open", "write", "parts", "commit", "retire"])
def test_if_a_blob_changes_back_while_its_head_is_replaced_the_parts_of_the_final_head_are_not_retired(
    world: World, effect: str, moment: str
) -> None:
    old, first = world.contents.blobs[URL], _head(world).revision
    world.contents.blobs[URL] = large_result("new")
    at: Callable[..., None] = getattr(world.script, moment)
    at(effect, changed_back(world, "a", old, "Transcription"))
    try:
        world.fetch(fetch_message("a", run=2, reprocess_from=2), 1)
    except Conflict:
        world.fetch(fetch_message("a", run=2, reprocess_from=2), 2)
    assert (_head(world).run, _head(world).revision) == (3, first)
    assert {world.file("a")[name].ttl for name in _head(world).parts()} == {UNSET}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("effect", ["open", "write", "parts", "jobs.update", "retire"])
def test_if_a_report_changes_back_while_it_is_replaced_its_parts_are_not_retired(effect: str, moment: str) -> None:
    world = World()
    old = report_file("Succeeded")
    world.put_job({}, report=old)
    world.run()
    world.contents.blobs[f"{CONTENT}/{JOB}/report"] = report_file("Failed")
    at: Callable[..., None] = getattr(world.script, moment)
    message = fetch_message("report", kind="TranscriptionReport", run=2, reprocess_from=2)
    at(effect, changed_back(world, "report", old, message.kind))
    try:
        world.fetch(message, 1)
    except Transient:
        world.fetch(message, 2)
    report = world.job().report
    assert report is not None
    assert report.run == 3
    documents = world.file("report")
    assert {documents[name].ttl for name in report.parts} == {UNSET}


@pytest.mark.parametrize("effect", ["open", "write", "jobs.update"])
def test_when_two_workers_write_a_report_at_once_the_slower_one_retries(effect: str) -> None:
    world = World()
    old, new = report_file("Succeeded"), report_file("Failed")
    world.put_job({}, report=old)
    world.run()
    message = fetch_message("report", kind="TranscriptionReport", run=2, reprocess_from=2)

    def faster() -> None:
        world.contents.blobs[f"{CONTENT}/{JOB}/report"] = new
        world.fetch(message, 1)

    world.script.before(effect, faster)
    with pytest.raises(Transient, match="another report was named"):
        world.fetch(message, 1)
    world.fetch(message, 2)
    report = world.job().report
    assert report is not None
    assert report.failed_transcriptions_count == 1
    documents = world.file("report")
    assert {documents[name].ttl for name in report.parts} == {UNSET}
