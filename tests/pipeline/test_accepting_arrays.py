"""A message may name several jobs. Each is accepted once and in order, however often the message is delivered."""

import json

import pytest

from shared.domain.job import Status
from shared.errors import Throttled, Transient
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, result

IDS = [JOB.replace("1", f"{number:x}") for number in range(2, 16)]


def passes() -> None:
    """Do nothing."""


def test_every_job_of_an_array_is_created() -> None:
    world = World()
    url = f"https://westus.api.cognitive.microsoft.com/speechtotext/transcriptions/{IDS[2]}"
    body = [IDS[0], {"id": IDS[1]}, {"self": url, "status": "NotStarted"}, url.replace(IDS[2], IDS[3])]
    assert world.accept(json.dumps(body).encode()) is None
    assert list(world.jobs.documents) == IDS[:4]
    hosts = [world.job(job).enqueued_host for job in IDS[:4]]
    assert hosts == [None, None, "westus.api.cognitive.microsoft.com", "westus.api.cognitive.microsoft.com"]


def test_an_array_of_500_jobs_is_accepted() -> None:
    world = World()
    ids = [f"{number:08x}{JOB[8:]}" for number in range(500)]
    assert world.accept(json.dumps(ids).encode()) is None
    assert list(world.jobs.documents) == ids


@pytest.mark.parametrize("died_after", range(4))
def test_a_redelivered_array_does_not_change_the_jobs_that_were_already_accepted(died_after: int) -> None:
    world = World()
    body = json.dumps(IDS[:4]).encode()
    world.script.before("jobs.create", *[passes] * died_after, fails(Transient("the store is away")))
    with pytest.raises(Transient):
        world.accept(body, 1)
    assert list(world.jobs.documents) == IDS[:died_after]
    world.clock.move(minutes=5)
    before = {job: world.job(job) for job in IDS[:died_after]}
    assert world.accept(body, 2) is None
    assert list(world.jobs.documents) == IDS[:4]
    assert {job: world.job(job) for job in before} == before
    assert all(world.job(job).run == 1 for job in IDS[:4])


def test_after_throttling_only_the_remaining_entries_are_sent_again_unchanged() -> None:
    world = World()
    world.script.before("jobs.create", passes, passes, fails(Throttled("429", retry_after=3)))
    entries = [f'"{IDS[0]}"', f'{{"id": "{IDS[1]}"}}', f'{{"id":"{IDS[2]}","reprocess":true}}', f'"{IDS[3]}"']
    left = world.accept(f"[{', '.join(entries)}]".encode())
    assert left == f"[{entries[2]},{entries[3]}]"
    assert world.clock.slept == [3]
    assert list(world.jobs.documents) == IDS[:2]
    assert world.accept(left.encode()) is None
    assert list(world.jobs.documents) == IDS[:4]


def test_an_id_that_stands_twice_in_an_array_makes_one_job() -> None:
    world = World()
    assert world.accept(json.dumps([JOB, JOB.upper(), {"id": JOB, "reprocess": True}]).encode()) is None
    assert (world.job().run, world.job().reprocess_from) == (1, 0)


@pytest.mark.parametrize("order", [1, -1])
def test_if_an_array_names_a_completed_job_twice_the_entry_with_reprocess_wins(order: int) -> None:
    world = World()
    world.put_job({"a": result("hello")})
    assert world.run().status is Status.COMPLETED
    world.accept(json.dumps([JOB, {"id": JOB, "reprocess": True}][::order]).encode())
    assert (world.job().status, world.job().run, world.job().reprocess_from) == (Status.PENDING, 2, 2)


def test_a_reprocess_in_an_array_is_done_once_even_if_the_job_ends_between_two_deliveries() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.run()
    world.clock.move(minutes=1)
    body, sent_at = json.dumps([{"id": JOB, "reprocess": True}, IDS[0]]).encode(), world.clock.now()
    world.script.before("jobs.create", fails(Transient("the store is away")))
    with pytest.raises(Transient):
        world.accept(body, 1, sent_at)
    world.clock.move(minutes=1)
    world.tick()
    world.drain()
    world.tick()
    assert (world.job().status, world.job().run) == (Status.COMPLETED, 2)
    assert world.accept(body, 2, sent_at) is None
    assert (world.job().run, world.job(IDS[0]).run) == (2, 1)
