"""A small run of `benchmarks/chaos/crash`, and proofs that it would find what it looks for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chaos.crash.deliverer import Delivery
from benchmarks.chaos.crash.life import Life, Place
from benchmarks.chaos.crash.plan import Plan, lives
from benchmarks.chaos.crash.scenario import differences, place, tell, through
from benchmarks.chaos.crash.stories import Story, stories
from benchmarks.chaos.crash.victim import Deliverer, Killed
from shared.domain.messages import JOBS_QUEUE

NO_ID, STILL_RUNNING = "no-id", "still running"


@pytest.fixture(scope="module")
def where() -> Iterator[Place]:
    with place() as started:
        yield started


def story(name: str) -> Story:
    """Return the story of that name."""
    return next(each for each in stories() if each.name == name)


def test_every_moment_of_every_invocation_has_its_kill() -> None:
    sizes = {"tick": [3], "files": [2, 2, 2, 5]}
    met = {
        (use_case, index, moment)
        for number in range(lives(sizes))
        for use_case, invocations in sizes.items()
        for index in range(len(invocations))
        if (moment := Plan(sizes, number).moment(use_case, index)) is not None
    }
    assert lives(sizes) == 10
    assert {moment for use_case, _, moment in met if use_case == "tick"} == set(range(6))
    assert {moment for use_case, index, moment in met if use_case == "files" and index < 3} == set(range(4))
    assert {moment for _, index, moment in met if index == 3} == set(range(10))


def test_the_plan_for_one_use_case_spares_the_others() -> None:
    plan = Plan({"tick": [3], "files": [2]}, 0, only="files")
    assert plan.moment("tick", 0) is None
    assert plan.moment("files", 0) == 0


def test_an_invocation_that_the_undisturbed_life_did_not_have_is_spared() -> None:
    assert Plan({"files": [2]}, 0).moment("files", 1) is None


def test_a_message_that_names_no_job_is_kept_once_whenever_somebody_dies(where: Place) -> None:
    found = through(where, story(NO_ID))
    assert set(found) == {"accept_job: a message", "record_poison_jobs: a message"}
    for each in found.values():
        (effects,) = each.sizes
        assert each.kills == 2 * effects
        # After the message was deleted there is nothing to deliver again.
        assert each.again == each.kills - 1
        assert (each.lost, each.duplicated, each.half_visible, each.words) == (0, 0, 0, [])


def test_what_is_missing_and_what_is_too_much_in_the_end_is_told(where: Place) -> None:
    whole = story(STILL_RUNNING)
    for spec, contents in whole.puts:
        where.bench.speech.put_job(spec, contents)

    def spoilt(life: Life) -> None:
        whole.tell(life)
        (job,) = life.specs
        file = job.files[0].id
        container = life.app.database.get_container_client("transcripts")
        part = next(each for each in life.app.transcripts.items(job.id, file) if each["type"] == "track")
        container.upsert_item({**part, "id": "another"})
        container.delete_item(part["id"], [job.id, file])

    _, expected, trouble = tell(where, whole, None)
    assert not trouble.words
    _, found, _ = tell(where, replace(whole, tell=spoilt), Plan({}, 0))
    verdict = differences(expected, found)
    assert (verdict.lost, verdict.duplicated) == (1, 1)


def test_a_message_that_nobody_takes_is_told(where: Place) -> None:
    def left(life: Life) -> None:
        life.send("no job")

    _, _, trouble = tell(where, Story("left", left), Plan({}, 0))
    where.queues[JOBS_QUEUE].clear_messages()
    assert trouble.lost == 1


def test_a_process_is_killed_where_it_was_told_and_its_request_goes_no_further(where: Place, tmp_path: Path) -> None:
    watch = where.watch
    for moment, acted in ((0, set[int]()), (1, {0}), (2, {0})):
        with Deliverer(where.context, where.bench.stack.settings, tmp_path / "log") as victim:
            watch.begin(victim.pid, moment)
            with pytest.raises(Killed):
                victim.deliver(Delivery("poll_jobs"))
            assert watch.killed
            assert watch.acted == acted
            assert len(watch.effects) == moment // 2 + 1
