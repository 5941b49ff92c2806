"""Many jobs, at Speech and in the app."""

from shared.domain.enqueued import Enqueued
from shared.domain.transitions import enqueue
from tests.pipeline.fake_speech import SpeechJob
from tests.pipeline.world import World


def job_id(number: int) -> str:
    """Return the id of one of many jobs."""
    return f"00000000-0000-4000-8000-{number:012}"


def accepted(world: World, *numbers: int) -> None:
    """Write the documents of newly accepted jobs."""
    for number in numbers:
        job = enqueue(None, Enqueued(job_id(number)), world.clock.now())
        assert job is not None
        world.jobs.put(job)


def waiting(world: World, many: int) -> None:
    """Make this many jobs that were accepted, were polled once, and still run at Speech."""
    world.speech.add(*(SpeechJob(job_id(number), ["Running"]) for number in range(many)))
    accepted(world, *range(many))
    while world.jobs.new(1):
        assert world.tick() == []
    world.clock.move(minutes=2)
    world.speech.requests.clear()


def finish(world: World, *numbers: int, status: str = "Succeeded") -> None:
    """End jobs at Speech now."""
    for number in numbers:
        error = {"code": "InvalidAudio", "message": "no audio"} if status == "Failed" else None
        world.speech.add(SpeechJob(job_id(number), [status], ended=world.clock.now(), error=error))


def polled(world: World) -> set[int]:
    """Run the poll and return the numbers of the jobs that it lists."""
    return {int(message.job_id[-12:]) for message in world.poll()}
