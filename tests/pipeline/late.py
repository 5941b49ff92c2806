"""Jobs whose files were given up, and the messages that their failures keep."""

from typing import Any

from shared.domain.job import Status
from shared.domain.messages import FetchFile, Work, decode_work
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.world import JOB, World, report_file, result

CONTENTS = {"a": result("one"), "b": result("two"), "report": report_file("Succeeded", "Succeeded")}


def given_up(*lost: str, world: World | None = None) -> World:
    """Return a world whose job ended after it gave up the files `lost`. Their contents are valid now."""
    world = world or World()
    world.put_job({name: body for name, body in CONTENTS.items() if name != "report"}, report=CONTENTS["report"])
    for name in lost:
        world.contents.blobs[f"{CONTENT}/{JOB}/{name}"] = b"[]"
    assert world.run().status is (Status.COMPLETED_WITH_ERRORS if lost else Status.COMPLETED)
    for name in lost:
        assert world.failure(name) is not None
        world.contents.blobs[f"{CONTENT}/{JOB}/{name}"] = CONTENTS[name]
    return world


def documents(world: World) -> dict[str, Any]:
    """Return everything that readers see, without the raw blobs: the archive holds invalid contents too."""
    return {name: value for name, value in world.state().items() if name != "raw"}


def kept_message(world: World, name: str) -> FetchFile:
    """Return the message that a file's failure keeps, to send it again."""
    failure = world.failure(name)
    assert failure is not None
    assert failure.queue_message is not None
    message: Work = decode_work(failure.queue_message.encode())
    assert isinstance(message, FetchFile)
    return message
