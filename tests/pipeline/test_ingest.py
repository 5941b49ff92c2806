"""Writing one file: its revisions, the parts that they replace, and two workers at once."""

from collections.abc import Callable

import pytest
from msgspec import UNSET

from shared.domain.documents import HEAD_ID, FileDocument, FileKey, Transcript
from shared.domain.split import SplitOptions
from shared.errors import Conflict, Transient
from shared.pipeline.opening import Trace
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.fake_transcripts import RETIRED_SECONDS
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, fetch_message, large_result, report_file

URL = f"{CONTENT}/{JOB}/a"


@pytest.fixture
def world() -> World:
    """Make a world whose file `a` was written by run 1."""
    world = World()
    world.put_job({"a": large_result("old")})
    world.run()
    return world


def test_a_file_that_is_in_costs_two_reads_and_is_not_fetched_again(world: World) -> None:
    world.script.log.clear()
    requests = world.speech.requests.copy()
    assert world.fetch(fetch_message("a"), 1) == []
    assert world.script.log == ["head", "failure_run"]
    assert world.speech.requests == requests


def test_reprocessing_a_changed_blob_writes_a_new_revision_and_retires_the_old_parts(world: World) -> None:
    before = world.file("a")
    world.contents.blobs[URL] = large_result("new")
    world.run(reprocess=True)
    after = world.file("a")
    old, new = _head(before), _head(after)
    assert old.revision != new.revision
    assert {name for name, document in after.items() if document.ttl is not UNSET} == set(old.parts())
    assert {after[name].ttl for name in old.parts()} == {RETIRED_SECONDS}
    assert after.keys() == {*old.parts(), *new.parts(), HEAD_ID}
    assert new.run == 2


def test_reprocessing_the_same_blob_gives_the_same_ids_and_retires_nothing(world: World) -> None:
    before = world.file("a")
    world.clock.move(hours=1)
    world.run(reprocess=True)
    after = world.file("a")
    assert _head(after).run == 2
    assert {name: after[name] for name in _head(after).parts()} == {n: before[n] for n in _head(before).parts()}
    assert "retire" not in world.script.log


def test_other_split_options_give_another_revision_of_the_same_blob(world: World) -> None:
    ingest = world.ingest_with(SplitOptions(all_words=True))
    before = _head(world.file("a"))
    ingest.transcript(fetch_message("a", run=2, reprocess_from=2), Trace())
    assert _head(world.file("a")).revision != before.revision


@pytest.mark.parametrize("effect", ["head", "speech.file", "open", "write", "archive.commit", "commit"])
def test_two_workers_at_once_on_the_same_message_write_the_same_documents(effect: str) -> None:
    alone, world = World(), World()
    for each in (alone, world):
        each.put_job({"a": large_result()})
    alone.fetch(fetch_message("a"), 1)
    second = fetch_message("a")
    world.script.before(effect, lambda: world.fetch(second, 1))
    try:
        world.fetch(second, 1)
    except Conflict:
        world.fetch(second, 2)
    assert world.state() == alone.state()


@pytest.mark.parametrize("effect", ["open", "write", "archive.commit", "commit"])
def test_two_workers_at_once_on_a_changed_blob_retire_no_part_of_the_final_head(world: World, effect: str) -> None:
    world.contents.blobs[URL] = large_result("new")
    message = fetch_message("a", run=2, reprocess_from=2)
    world.script.before(effect, lambda: world.fetch(message, 1))
    try:
        world.fetch(message, 1)
    except Conflict:
        world.fetch(message, 2)
    documents = world.file("a")
    assert {documents[name].ttl for name in _head(documents).parts()} == {UNSET}


def test_a_reader_never_sees_a_head_before_all_its_parts_exist() -> None:
    world = World()
    world.put_job({"a": large_result("old")})
    heads = set()

    def look() -> None:
        documents = world.file("a")
        if HEAD_ID in documents:
            assert set(_head(documents).parts()) <= documents.keys()
            heads.add(_head(documents).revision)

    for effect in ("write", "commit", "archive.commit", "retire", "failure_run"):
        world.script.before(effect, *[look] * 10)
        world.script.after(effect, *[look] * 10)
    world.fetch(fetch_message("a"), 1)
    world.contents.blobs[URL] = large_result("new")
    world.fetch(fetch_message("a", run=2, reprocess_from=2), 1)
    assert len(heads) == 2


@pytest.mark.parametrize("effect", ["write", "archive.commit", "commit", "failure_run"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_file_redelivered_after_a_crash_at_any_step_gives_the_same_documents(effect: str, moment: str) -> None:
    alone, world = World(), World()
    for each in (alone, world):
        each.put_job({"a": large_result()})
    alone.fetch(fetch_message("a"), 1)
    at: Callable[..., None] = getattr(world.script, moment)
    at(effect, fails(Transient("killed")))
    with pytest.raises(Transient):
        world.fetch(fetch_message("a"), 1)
    world.fetch(fetch_message("a"), 2)
    assert world.state() == alone.state()


def test_a_message_of_an_earlier_run_does_not_replace_the_head_of_a_later_run(world: World) -> None:
    world.contents.blobs[URL] = large_result("new")
    world.run(reprocess=True)
    before = world.file("a")
    world.fetch(fetch_message("a"), 1)
    assert world.file("a") == before


def test_a_new_report_is_named_by_the_job_and_the_parts_of_the_old_one_are_retired() -> None:
    world = World()
    world.put_job({}, report=report_file("Failed"))
    first = world.run().report
    world.contents.blobs[f"{CONTENT}/{JOB}/report"] = report_file("Failed", "Failed")
    second = world.run(reprocess=True).report
    assert first is not None
    assert second is not None
    assert (second.run, second.failed_transcriptions_count) == (2, 2)
    documents = world.file("report")
    assert {name: documents[name].ttl for name in first.parts} == dict.fromkeys(first.parts, RETIRED_SECONDS)
    assert {name: documents[name].ttl for name in second.parts} == dict.fromkeys(second.parts, UNSET)


def test_a_report_of_an_earlier_run_does_not_replace_that_of_a_later_run() -> None:
    world = World()
    world.put_job({}, report=report_file("Succeeded"))
    world.enqueue()
    message = fetch_message("report", kind="TranscriptionReport")

    def later_run() -> None:
        world.contents.blobs[f"{CONTENT}/{JOB}/report"] = report_file("Failed")
        world.ingest.report(fetch_message("report", kind=message.kind, run=2, reprocess_from=2), Trace())

    world.script.before("jobs.update", later_run)
    world.fetch(message, 1)
    report = world.job().report
    assert report is not None
    assert report.run == 2
    assert {world.file("report")[name].ttl for name in report.parts} == {UNSET}


def test_a_report_whose_job_a_stale_read_does_not_show_is_retried() -> None:
    world = World()
    with pytest.raises(Transient, match=JOB):
        world.ingest.report(fetch_message("report", kind="TranscriptionReport"), Trace())
    with pytest.raises(Transient, match=JOB):
        world.fetch(fetch_message("report", kind="TranscriptionReport"), 1)
    assert world.transcripts.failure_run(FileKey(JOB, "report")) is None


def _head(documents: dict[str, FileDocument]) -> Transcript:
    head = documents[HEAD_ID]
    assert isinstance(head, Transcript)
    return head
