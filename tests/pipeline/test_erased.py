"""Each way in which something late meets an erased recording."""

import msgspec
import pytest

from shared.domain.documents import FAILURE_ID, HEAD_ID, FileKey, ReportPart, Transcript, utc
from shared.domain.forgotten import ForgottenFile
from shared.domain.job import Status
from shared.domain.messages import RESULTS_QUEUE, FetchPage, PageFile, encode
from shared.domain.speech_api import KIND_REPORT, KIND_TRANSCRIPTION
from shared.errors import Throttled, Transient
from shared.pipeline.settle import TIDY_AFTER
from tests.pipeline.erasing import erase_file, erase_job, leftovers, report_of, speech_of, traces
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.script import fails
from tests.pipeline.world import ATTEMPTS, JOB, World, fetch_message, list_message

PAGE = FetchPage(JOB, 1, [PageFile(name, KIND_TRANSCRIPTION, f"{name}.json") for name in ("a", "b")])
REPORT = fetch_message("report", kind=KIND_REPORT)


@pytest.fixture
def world() -> World:
    world = World()
    world.put_job({name: speech_of(name) for name in ("a", "b")}, report=report_of("a", "b"))
    return world


@pytest.fixture
def done(world: World) -> World:
    """Return a world whose job has ended, with all its files in."""
    assert world.run().status is Status.COMPLETED_WITH_ERRORS
    world.contents.opened.clear()
    return world


@pytest.fixture
def unread(world: World) -> World:
    """Return a world whose job ended before any of its files was fetched."""
    world.enqueue()
    world.tick()
    world.queue.clear()
    now = utc(world.clock.now())
    world.jobs.update(JOB, lambda job: msgspec.structs.replace(job, status=Status.EXPIRED, ended_at=now))
    return world


def gone(world: World, *names: str) -> bool:
    """Return whether nothing is left of these files."""
    return not any(traces(world, name) or leftovers(world, name) for name in names)


def leave_behind(world: World, name: str) -> None:
    """Let a delivery die after it has written all but the head: a part, the raw result, a failure."""
    documents, blobs = dict(world.transcripts.partitions[FileKey(JOB, name)]), dict(world.archive.blobs)
    assert erase_file(world, name)
    left = {part: each for part, each in documents.items() if part != HEAD_ID}
    assert left
    world.transcripts.partitions[FileKey(JOB, name)].update(left)
    world.archive.blobs.update({blob: body for blob, body in blobs.items() if f"/{name}/" in blob})


def test_a_late_message_of_an_erased_file_fetches_nothing_and_removes_what_a_dead_delivery_left(done: World) -> None:
    leave_behind(done, "a")
    assert done.fetch(fetch_message("a"), 1) == []
    assert (gone(done, "a"), gone(done, "b"), done.contents.opened) == (True, False, [])


def test_a_page_passes_over_an_erased_file_and_removes_what_a_dead_delivery_left(done: World) -> None:
    leave_behind(done, "a")
    del done.transcripts.partitions[FileKey(JOB, "b")]
    assert done.fetch(PAGE, 1) == []
    assert (gone(done, "a"), done.contents.opened) == (True, [f"{CONTENT}/{JOB}/b"])


@pytest.mark.parametrize("moment", ["archive.commit", "commit"])
def test_a_fetch_that_is_running_at_the_erasure_removes_its_parts_and_its_raw_result(done: World, moment: str) -> None:
    done.enqueue(reprocess=True)
    done.tick()
    now = utc(done.clock.now())
    done.jobs.update(JOB, lambda job: msgspec.structs.replace(job, status=Status.EXPIRED, ended_at=now))
    done.script.before(moment, lambda: erase_file(done, "a"))
    assert done.fetch(fetch_message("a", run=2, reprocess_from=2), 1) == []
    assert gone(done, "a")
    assert isinstance(done.file("a")[HEAD_ID], ForgottenFile)


def test_a_late_file_that_cannot_be_read_leaves_no_failure_beside_its_tombstone(world: World) -> None:
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = speech_of("a")[:-1]
    world.run()
    assert FAILURE_ID in world.file("a")
    world.script.before("archive.commit", lambda: erase_file(world, "a"))
    world.fetch(fetch_message("a"), 1)
    assert gone(world, "a")


def test_a_late_page_of_an_erased_job_fetches_nothing(done: World) -> None:
    erase_job(done)
    del done.transcripts.partitions[FileKey(JOB, "b")]  # nothing was known of it at the erasure
    assert done.fetch(PAGE, 1) == []
    assert (gone(done, "a", "b"), done.contents.opened) == (True, [])


def test_the_late_list_and_report_of_an_erased_job_are_no_longer_wanted(done: World) -> None:
    erase_job(done)
    requests = done.speech.requests.copy()
    assert done.fetch(list_message(), 1) == []
    assert done.fetch(REPORT, 1) == []
    assert (done.speech.requests, gone(done, "report")) == (requests, True)


@pytest.mark.parametrize("message", [PAGE, fetch_message("a"), REPORT], ids=["page", "file", "report"])
@pytest.mark.parametrize("moment", ["write", "archive.commit", "commit", "failure_run", "jobs.update", "jobs.moved"])
def test_files_of_which_nothing_was_known_are_erased_again_after_a_late_delivery(
    unread: World, message: FetchPage, moment: str
) -> None:
    unread.script.before(moment, lambda: erase_job(unread))
    unread.fetch(message, 1)
    erase_job(unread)
    assert JOB in unread.jobs.tombstones
    assert gone(unread, "a", "b", "report")


@pytest.mark.parametrize("message", [PAGE, fetch_message("a")], ids=["page", "file"])
def test_a_delivery_that_dies_after_it_wrote_a_head_is_looked_after_by_the_next_one(
    unread: World, message: FetchPage
) -> None:
    erase_job(unread)
    dead = False

    def chance(moment: str) -> Transient | None:
        nonlocal dead
        dead = dead or moment == "after commit"
        return Transient("killed") if dead else None

    unread.script.chance = chance
    with pytest.raises(Transient):
        unread.fetch(message, 1)
    unread.script.chance = lambda _: None
    assert leftovers(unread, "a")
    unread.fetch(message, 2)
    assert gone(unread, "a", "b")


def test_a_file_that_is_throttled_after_its_head_was_written_is_erased_with_its_job(unread: World) -> None:
    erase_job(unread)
    unread.script.before("failure_run", fails(Throttled("429", 1.0)))
    assert unread.fetch(fetch_message("a"), 1) == [fetch_message("a")]
    assert gone(unread, "a")


def test_the_last_delivery_and_the_poison_of_an_erased_job_give_nothing_up(unread: World) -> None:
    erase_job(unread)
    unread.script.before("open", fails(Transient("503")))
    unread.fetch(fetch_message("a"), ATTEMPTS)
    for message in (PAGE, fetch_message("a"), REPORT, list_message()):
        assert unread.poison(RESULTS_QUEUE, encode(message).encode())
    assert (unread.jobs.rejected, gone(unread, "a", "b", "report")) == ({}, True)
    assert "put_failure" not in unread.script.log


def test_poison_erases_the_head_that_a_dying_delivery_wrote(unread: World) -> None:
    unread.fetch(fetch_message("a"), 1)
    key = FileKey(JOB, "a")
    written = dict(unread.transcripts.partitions[key])
    erase_job(unread)
    unread.transcripts.partitions[key] = written
    assert unread.poison(RESULTS_QUEUE, encode(fetch_message("a")).encode())
    assert gone(unread, "a")


def test_a_report_that_comes_after_an_erasure_has_only_the_rows_of_sources_that_failed(world: World) -> None:
    world.contents.blobs[f"{CONTENT}/{JOB}/report"] = b"[]"
    world.run()
    assert world.failure("report") is not None
    erase_file(world, "a")
    world.contents.blobs[f"{CONTENT}/{JOB}/report"] = report_of("a", "b")
    job = world.run(replay=True)
    assert job.report is not None
    assert (job.report.successful_transcriptions_count, job.report.raw) == (2, None)
    assert [row.source for row in job.report.failures] == ["https://audio.example/source-of-nobody.wav"]
    (part,) = world.file("report").values()
    assert isinstance(part, ReportPart)
    assert part.details == job.report.failures
    assert (gone(world, "a"), job.status, job.files.ingested) == (True, Status.COMPLETED_WITH_ERRORS, 2)


def test_a_report_that_is_being_written_at_an_erasure_is_written_anew_without_its_rows(world: World) -> None:
    world.contents.blobs[f"{CONTENT}/{JOB}/report"] = b"[]"
    world.run()
    world.contents.blobs[f"{CONTENT}/{JOB}/report"] = report_of("a", "b")
    world.script.before("write", lambda: erase_file(world, "a"))
    with pytest.raises(Transient):
        world.fetch(REPORT, 1)
    world.fetch(REPORT, 2)
    assert gone(world, "a")
    assert world.job().report is not None


def test_a_late_message_of_an_earlier_run_does_not_disturb_the_reprocess_that_brings_a_file_back(done: World) -> None:
    erase_file(done, "a")
    done.clock.move(hours=1)
    done.accept(msgspec.json.encode({"id": JOB, "reprocess": True}), 1, done.clock.now())
    done.tick()
    done.script.before("commit", lambda: done.fetch(fetch_message("a"), 1))
    done.drain()
    done.tick()
    head = done.file("a")[HEAD_ID]
    assert isinstance(head, Transcript)
    assert head.raw in done.archive.blobs
    assert set(head.parts()) == done.file("a").keys() - {HEAD_ID}


def test_what_a_lost_message_left_of_an_erased_file_is_retired_when_its_job_is_tidied(done: World) -> None:
    leave_behind(done, "a")
    assert done.job().tidied_at is None
    done.clock.time += TIDY_AFTER
    done.tick()
    (part,) = (each for name, each in done.file("a").items() if name != HEAD_ID)
    assert part.ttl == 3600
    assert done.job().tidied_at is not None


def test_enqueueing_an_erased_job_changes_nothing_and_says_so(done: World, caplog: pytest.LogCaptureFixture) -> None:
    erase_job(done)
    before = done.jobs.tombstones[JOB][0]
    with caplog.at_level("INFO"):
        done.enqueue()
        done.enqueue(replay=True)
        done.enqueue(reprocess=True)  # nobody knows when it was sent
    assert done.jobs.tombstones[JOB][0] == before
    assert [record.message for record in caplog.records] == [
        f"job {JOB}: enqueued again while forgotten: nothing to do"
    ] * 3
