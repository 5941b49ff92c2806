"""The message of a page of files, and a world whose job has one."""

from shared.domain.documents import HEAD_ID
from shared.domain.messages import FetchFile, FetchPage, PageFile, Work
from shared.domain.speech_api import KIND_REPORT, KIND_TRANSCRIPTION
from shared.pipeline.ports import Refused
from tests.pipeline.world import JOB, World, report_file, result

FILES = ("a", "b", "c", "d", "e")


def page_of(*file_ids: str, run: int = 1, reprocess_from: int = 0, page: str | None = None) -> FetchPage:
    """Return the message of some files of JOB; `report` is its report."""
    kinds = [KIND_REPORT if file_id == "report" else KIND_TRANSCRIPTION for file_id in file_ids]
    files = [PageFile(each, kind, f"{each}.json") for each, kind in zip(file_ids, kinds, strict=True)]
    return FetchPage(JOB, run, files, reprocess_from, page)


def polled_job() -> World:
    """Return a world with a job of five files and a report. The poll found that it ended; it is not listed yet."""
    world = World()
    world.put_job({name: result(f"hello {name}") for name in FILES}, report=report_file(*["Succeeded"] * 5))
    world.enqueue()
    world.tick()
    world.queue.clear()
    world.speech.requests.clear()
    world.script.log.clear()
    return world


def are_in(world: World) -> str:
    """Return the ids of the files that are in, joined."""
    return "".join(name for name in FILES if HEAD_ID in world.file(name))


def fails_with_refused() -> None:
    """Refuse a link, as storage does when its signature has expired."""
    raise Refused("403")


def file_of(message: Work) -> str:
    """Return the id of the only file of a message."""
    assert isinstance(message, FetchFile)
    return message.file_id
