"""Parts that are deleted while a job runs are found missing before it ends, and are written again."""

import logging

import msgspec
import pytest
from msgspec import UNSET

from shared.domain.documents import HEAD_ID, FileKey, Part, Transcript
from shared.domain.job import NO_RUN, ReportSummary, Status
from shared.domain.messages import ListJobFiles
from shared.errors import Throttled, Transient
from shared.pipeline.settle import TIDY_AFTER
from tests.domain.reading import encoded
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, fetch_message, large_result, report_file, result

KEY = FileKey(JOB, "a")
REPORT = FileKey(JOB, "report")
AGAIN = [ListJobFiles(JOB, 1)]


def fetched() -> World:
    """Return a world whose job has all its files in and has not ended yet."""
    world = World()
    world.put_job({"a": large_result(), "b": result("two")}, report=report_file("Succeeded", "Succeeded"))
    world.enqueue()
    world.tick()
    world.drain()
    return world


@pytest.fixture
def world() -> World:
    return fetched()


def undisturbed() -> World:
    """Return the same world after its job ended with nothing deleted."""
    world = fetched()
    world.tick()
    assert world.job().status is Status.COMPLETED
    return world


def head(world: World) -> Transcript:
    """Return the head of file `a`."""
    found = world.file("a")[HEAD_ID]
    assert isinstance(found, Transcript)
    return found


def delete(world: World, key: FileKey, *names: str) -> None:
    """Delete documents by hand."""
    for name in names:
        del world.transcripts.partitions[key][name]


def report(world: World) -> ReportSummary:
    """Return the report's summary in the job's document."""
    found = world.job().report
    assert found is not None
    return found


@pytest.mark.parametrize("which", ["the first", "the last", "all"])
def test_a_missing_part_keeps_the_job_from_ending_and_is_written_again(
    world: World, which: str, caplog: pytest.LogCaptureFixture
) -> None:
    parts = head(world).parts()
    delete(world, KEY, *{"the first": parts[:1], "the last": parts[-1:], "all": parts}[which])
    with caplog.at_level(logging.WARNING):
        assert world.tick() == AGAIN
    number = len(parts) if which == "all" else 1
    assert f"job {JOB} file a: {number} parts are missing: they will be written again" in caplog.text
    assert (world.job().status, head(world).run) == (Status.INGESTING, NO_RUN)
    world.script.log.clear()
    world.drain()
    assert world.script.counts()["open"] == 1, "the other file and the report are in"
    world.tick()
    assert world.state() == undisturbed().state()


def test_a_retired_part_that_the_head_names_is_written_again_without_ttl(world: World) -> None:
    (last,) = head(world).parts()[-1:]
    world.transcripts.retire(KEY, {last: str(world.transcripts.partitions[KEY][last].etag)})
    assert world.file("a")[last].ttl is not UNSET
    assert world.tick() == AGAIN
    world.drain()
    world.tick()
    assert world.state() == undisturbed().state()


def test_a_missing_part_of_the_report_is_written_again(world: World) -> None:
    delete(world, REPORT, *report(world).parts)
    assert world.tick() == AGAIN
    assert (world.job().status, report(world).run) == (Status.INGESTING, NO_RUN)
    world.drain()
    world.tick()
    assert world.state() == undisturbed().state()


def test_a_broken_file_and_a_broken_report_are_repaired_in_one_pass(world: World) -> None:
    delete(world, REPORT, *report(world).parts)
    delete(world, KEY, head(world).parts()[0])
    assert world.tick() == AGAIN
    world.drain()
    assert world.tick() == []
    assert world.state() == undisturbed().state()


def test_an_orphaned_part_does_not_count_as_the_missing_one(world: World) -> None:
    part = world.file("a")[head(world).parts()[0]]
    assert isinstance(part, Part)
    orphan = msgspec.structs.replace(part, id="dead_part_0000", revision="dead")
    world.transcripts.write(KEY, [encoded(orphan)])
    delete(world, KEY, part.id)
    assert world.tick() == AGAIN


def test_a_broken_file_that_can_no_longer_be_fetched_fails_and_keeps_its_remaining_parts(world: World) -> None:
    first, *others = head(world).parts()
    delete(world, KEY, first)
    del world.contents.blobs[f"{CONTENT}/{JOB}/a"]
    world.tick()
    world.drain()
    assert world.tick() == []
    job = world.job()
    assert (job.status, job.files.ingested, job.files.failed) == (Status.COMPLETED_WITH_ERRORS, 1, 1)
    assert [failure.file_id for failure in job.files.failures] == ["a"]
    assert head(world).run == NO_RUN
    assert {*others, HEAD_ID} < world.file("a").keys()
    world.clock.time += 2 * TIDY_AFTER
    world.tick()
    assert {each.ttl for each in world.file("a").values()} == {UNSET}, "a head names them, so they are not orphaned"


def test_a_broken_report_that_can_no_longer_be_fetched_fails(world: World) -> None:
    delete(world, REPORT, *report(world).parts)
    del world.contents.blobs[f"{CONTENT}/{JOB}/report"]
    world.tick()
    world.drain()
    world.tick()
    assert world.job().status is Status.COMPLETED_WITH_ERRORS
    assert world.failure("report") is not None


def test_a_broken_file_whose_blob_changed_is_written_as_a_new_revision(world: World) -> None:
    first, *others = head(world).parts()
    delete(world, KEY, first)
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = large_result("new")
    world.tick()
    world.drain()
    assert world.tick() == []
    assert world.job().status is Status.COMPLETED
    documents = world.file("a")
    assert {documents[name].ttl for name in head(world).parts()} == {UNSET}
    assert {documents[name].ttl for name in others} == {3600}


def test_a_head_replaced_after_it_was_found_broken_stays_in(world: World, caplog: pytest.LogCaptureFixture) -> None:
    delete(world, KEY, head(world).parts()[0])
    message = fetch_message("a", reprocess_from=1)

    def another_worker() -> None:
        stored = world.transcripts.head(KEY)
        assert stored is not None
        world.transcripts.discount(KEY, stored.etag)
        world.fetch(message, 1)

    world.script.after("leftovers", another_worker)
    with caplog.at_level(logging.INFO):
        world.tick()
    assert f"job {JOB} file a: another delivery wrote it again first" in caplog.text
    assert head(world).run == 1
    world.drain()
    world.tick()
    assert world.state() == undisturbed().state()


def test_a_report_named_after_the_tally_is_checked_before_the_job_ends() -> None:
    world = World()
    world.put_job({"a": result("one")}, report=report_file("Succeeded"))
    world.enqueue()
    world.tick()
    world.deliver()
    world.fetch(fetch_message("a"), 1)

    def report_without_its_parts() -> None:
        world.fetch(fetch_message("report", kind="TranscriptionReport"), 1)
        delete(world, REPORT, *report(world).parts)

    world.script.after("tally", report_without_its_parts)
    assert world.tick() == []
    assert world.job().status is Status.INGESTING
    assert world.tick() == AGAIN


def test_a_report_replaced_after_it_was_found_broken_stays_in(world: World) -> None:
    delete(world, REPORT, *report(world).parts)

    def another_report() -> None:
        named = msgspec.structs.replace(report(world), revision="new")
        world.jobs.put(msgspec.structs.replace(world.job(), report=named))

    world.script.after("leftovers", another_report)
    assert world.tick() == AGAIN
    assert (report(world).revision, report(world).run) == ("new", 1)


def test_a_timer_that_crashes_before_it_lists_again_only_delays_the_repair(world: World) -> None:
    delete(world, KEY, head(world).parts()[0])
    world.script.before("jobs.update", fails(Transient("killed")))
    assert world.tick() == []
    assert head(world).run == NO_RUN
    world.tick()
    world.clock.move(minutes=30)
    assert world.tick() == AGAIN
    world.drain()
    world.tick()
    assert world.state() == undisturbed().state()


@pytest.mark.parametrize("error", [Transient("503"), Throttled("429")])
@pytest.mark.parametrize("effect", ["leftovers", "discount"])
def test_a_job_whose_parts_cannot_be_checked_does_not_end(world: World, effect: str, error: Transient) -> None:
    delete(world, KEY, head(world).parts()[0])
    world.script.before(effect, fails(error))
    assert world.tick() == []
    assert world.job().status is Status.INGESTING
    assert world.tick() == AGAIN


def test_a_complete_job_costs_one_check_of_its_parts(world: World) -> None:
    world.tick()
    world.tick()
    assert world.script.counts()["leftovers"] == 1
