"""Messages in any order, delivered any number of times, with faults at any step, give the same documents."""

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.documents import FAILURE_ID, HEAD_ID, Part, Transcript
from shared.domain.job import Status
from shared.domain.patience import Patience
from shared.errors import Speech2CosmosError, Throttled, Transient
from shared.pipeline.settle import TIDY_AFTER
from tests.pipeline.world import JOB, NONE_AT_ALL, World, large_result, report_file, result

FILES = {"a": result("hello", "world"), "b": large_result(), "c": b'{"no": "result"}', "d": result()}

SOME = settings(max_examples=30)


def begun(patience: Patience | None = None) -> World:
    """Return a world in which the job succeeded at Speech and the message that lists its files is sent."""
    world = World(patience=patience)
    world.speech.page = 2
    world.put_job(FILES, report=report_file(*["Succeeded"] * len(FILES), "Failed"))
    world.enqueue()
    world.tick()
    return world


def ended(world: World) -> World:
    """Run the timer until the job has ended."""
    for _ in range(10):
        world.drain()
        world.tick()
        if world.job().status not in {Status.PENDING, Status.INGESTING}:
            return world
        world.clock.move(minutes=30)
    raise AssertionError(f"the job is still {world.job().status}")


REFERENCE = ended(begun()).state()


@SOME
@given(st.data())
def test_messages_in_any_order_and_twice_give_the_same_documents(data: st.DataObject) -> None:
    world = begun()
    duplicates = 0
    while world.queue:
        place = data.draw(st.integers(0, len(world.queue) - 1), "which message is delivered")
        if duplicates < 6 and data.draw(st.booleans(), "and is not deleted"):
            world.queue.append(world.queue[place])
            duplicates += 1
        world.deliver(place)
    assert ended(world).state() == REFERENCE


@SOME
@given(st.data())
def test_faults_and_lost_answers_at_any_step_give_the_same_documents(data: st.DataObject) -> None:
    world = begun()
    faults = 4  # fewer than the deliveries of a message, so nothing is given up

    def chance(moment: str) -> Speech2CosmosError | None:
        nonlocal faults
        if not faults or not data.draw(st.integers(0, 7).map(lambda n: n == 0), moment):
            return None
        faults -= 1
        return data.draw(st.sampled_from([Transient("503"), Throttled("429", 1.0)]))

    world.script.chance = chance
    while world.queue:
        world.deliver(data.draw(st.integers(0, len(world.queue) - 1), "which message is delivered"))
    world.script.chance = lambda _: None
    assert ended(world).state() == REFERENCE


@SOME
@given(st.data())
def test_documents_deleted_by_hand_before_the_job_ends_are_written_again(data: st.DataObject) -> None:
    world = begun()
    while world.queue:
        world.deliver(data.draw(st.integers(0, len(world.queue) - 1), "which message is delivered"))
        partitions = world.transcripts.partitions
        there = [(key, name) for key, documents in partitions.items() for name in documents]
        for key, name in data.draw(st.lists(st.sampled_from(there), max_size=2, unique=True) if there else st.just([])):
            del partitions[key][name]
    assert ended(world).state() == REFERENCE


@SOME
@given(st.data())
def test_a_reprocess_of_given_up_files_leaves_no_failure_and_no_orphaned_part(data: st.DataObject) -> None:
    world = begun(NONE_AT_ALL)
    down = data.draw(st.sets(st.sampled_from(["open", "write", "commit", "archive.commit"]), min_size=1))
    world.script.chance = lambda moment: Transient("down") if moment.removeprefix("before ") in down else None
    while world.queue:
        world.deliver(data.draw(st.integers(0, len(world.queue) - 1), "which message is delivered"))
    world.script.chance = lambda _: None
    ended(world)
    assert world.failure("b") is not None
    world.run(reprocess=True)
    ended(world)
    world.clock.time += 2 * TIDY_AFTER
    world.tick()
    for file_id in ("a", "b", "d"):
        documents = world.file(file_id)
        head = documents[HEAD_ID]
        assert isinstance(head, Transcript)
        living = {name for name, each in documents.items() if isinstance(each, Part) and each.ttl != 3600}
        assert living == set(head.parts())
        assert FAILURE_ID not in documents
    assert world.job().status is Status.COMPLETED_WITH_ERRORS
    assert [failure.file_id for failure in world.job().files.failures] == ["c"]


def test_the_reference_run_has_three_files_in_and_one_failed() -> None:
    job = REFERENCE["jobs"][JOB]
    assert job["status"] == "completedWithErrors"
    assert job["files"]["expected"] == 4
    assert (job["files"]["ingested"], job["files"]["failed"]) == (3, 1)
    heads = {name for name in REFERENCE["files"] if name.endswith(f"/{HEAD_ID}")}
    assert heads == {f"{JOB}/{file_id}/{HEAD_ID}" for file_id in ("a", "b", "d")}
    assert len(REFERENCE["raw"]) == 5
