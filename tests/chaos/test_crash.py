"""Processes killed (SIGKILL) just before each of their writes, while messages are delivered again.

Each life of a story kills every invocation once, before its n-th write to any service; the lives go through all n.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from azure.cosmos import CosmosClient
from msgspec.structs import replace

from local.speech import JobError
from local.stack import OWN_HOST
from shared.domain.documents import HEAD_ID, utc
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE, FetchFile, ListJobFiles, decode_work
from tests.chaos.bench import NO_LIMIT, QUEUES, started
from tests.chaos.dying import Watch, forkserver
from tests.chaos.judge import Verdict, compare
from tests.chaos.kinds import Kind, of_files, result, samples
from tests.chaos.lives import TICKS, Life, Place, life
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

MOST_LIVES = 400
"""More would mean that an invocation never ends."""

FOR_EVER = 1e9
TWO = of_files("two files", result(1), result(2))
CHANGED = of_files("two files", result(3), result(4))
NO_RESULTS = Kind(
    "no results", {**TWO.files, "contenturl_1.json": result(2, 0.7)[:-3000], "report.json": b'{"details"'}
)
"""A result file that ends in the middle of a phrase, after its first parts were written; a report that is cut short."""
FAILED = Kind("failed", {}, {"status": "Failed", "error": JobError(code="InvalidAudio", message="No audio.")})


@dataclass(frozen=True)
class Story:
    """`tell` lets a life go through it."""

    tell: Callable[[Life], None]
    settings: Mapping[str, str] = field(default_factory=dict)


def whole(kind: Kind) -> Story:
    """Return the story of a job from its message to its end."""

    def tell(life: Life) -> None:
        life.begin(kind)
        life.finish()

    return Story(tell)


def _unknown(life: Life) -> None:
    life.send(life.stranger().id)
    life.finish()


def _no_message(life: Life) -> None:
    life.send("please transcribe my call")
    life.send('{"do": "dance"}', RESULTS_QUEUE)
    life.send("00000000-0000-4000-8000-200000000000", JOBS_QUEUE + POISON_SUFFIX)
    life.finish()


def _expired(life: Life) -> None:
    life.change(life.begin(TWO, run_seconds=FOR_EVER), accepted_at=utc(datetime.now(UTC) - timedelta(days=30)))
    life.tick()


def _several(life: Life) -> None:
    running = [life.begin(kind, run_seconds=FOR_EVER) for kind in (TWO, CHANGED, FAILED)]
    life.send(life.stranger().id)
    life.deliver()
    life.tick()
    for job in running:
        life.place.bench.speech.put_job(replace(job, run_seconds=0.0))
    life.stage = "ended"
    life.finish()


def _reprocessed(life: Life, changed: Kind = CHANGED) -> None:
    job = life.begin(TWO)
    life.finish()
    life.place.bench.put(changed, id=job.id)
    life.stage = "written anew"
    life.send(json.dumps({"id": job.id, "reprocess": True}))
    life.deliver()
    life.finish()


def _reprocessed_badly(life: Life) -> None:
    _reprocessed(life, NO_RESULTS)


def _given_up(life: Life) -> None:
    """Give all work on files up; they come in when what is recorded of them is sent again."""
    job = life.begin(TWO)
    life.divert = lambda text: not isinstance(decode_work(text.encode()), ListJobFiles)
    life.finish()
    life.divert = lambda _: False
    life.stage = "after all"
    for item in life.app.transcripts.items(job.id):
        if item["type"] == "fileFailure":
            life.send(item["queueMessage"], RESULTS_QUEUE)
    life.deliver()
    life.finish()


def _unlistable(life: Life) -> None:
    life.begin(TWO)
    life.tick()
    life.divert = lambda text: not isinstance(decode_work(text.encode()), FetchFile)
    life.deliver()
    life.divert = lambda _: False
    life.stage = "again"
    life.pass_time()
    life.finish()


def _mended(life: Life) -> None:
    """Delete a part of a file and one of the report before the job has ended."""
    job = life.begin(TWO)
    for _ in range(TICKS):
        life.tick()
        life.deliver()
        if len({item["fileId"] for item in life.app.transcripts.items(job.id)}) == len(job.files):
            break
        life.pass_time()  # the timer died before its message was sent, and finds that nothing moved
    for file in (job.files[0], job.files[-1]):
        part = next(each for each in life.app.transcripts.items(job.id, file.id) if each["id"] != HEAD_ID)
        life.app.database.get_container_client("transcripts").delete_item(part["id"], [job.id, file.id])
        life.deleted.add(f"{job.id}/{file.id}/{part['id']}")
    life.stage = "mended"
    life.finish()


def _tidied(life: Life) -> None:
    job = life.begin(TWO)
    life.finish()
    life.change(job, ended_at=utc(datetime.now(UTC) - timedelta(days=2)))
    life.stage = "tidied"
    life.tick()


STORIES = {
    "a job": whole(TWO),
    "a job with failed sources": whole(samples()["partly-failed"]),
    "a job that Speech failed": whole(FAILED),
    "a job whose files are no results": whole(NO_RESULTS),
    "a job that Speech does not know": Story(_unknown),
    "messages that nobody understands": Story(_no_message),
    "a job that expires": Story(_expired),
    "several jobs, asked for one by one": Story(_several),
    "several jobs, asked for by a list": Story(_several, {"POLL_GET_LIMIT": "1"}),
    "a job that is written anew": Story(_reprocessed),
    "a job that is written anew without results": Story(_reprocessed_badly),
    "files that are given up and come in after all": Story(_given_up, {"GIVE_UP_HOURS": "0"}),
    "a list that is given up and tried again": Story(_unlistable),
    "a job with parts that went missing": Story(_mended),
    "a job that is tidied up": Story(_tidied),
}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with ExitStack() as cleanup:
        bench = cleanup.enter_context(started({OWN_HOST: "off"}))
        bench.speech.configure(NO_LIMIT)
        direct = bench.stack.direct
        queues = {name: cleanup.enter_context(bench.queue(name)) for name in QUEUES}
        cosmos = CosmosClient(direct["COSMOS_ENDPOINT"], direct["COSMOS_KEY"])
        yield Place(bench, forkserver(), Watch(bench.faults.fronts.values()), queues, cosmos)


@pytest.mark.parametrize("story", STORIES)
def test_killed_before_every_write_of(place: Place, row: Row, story: str) -> None:
    told = STORIES[story]
    with life(place, told.settings, None) as undisturbed:
        told.tell(undisturbed)
        expected = undisturbed.stored()
    assert undisturbed.problems == []
    for write in range(MOST_LIVES):
        with life(place, told.settings, write) as lived:
            told.tell(lived)
            found = lived.stored()
        verdict = Verdict(len(lived.problems), 0, lived.problems)
        for one, other in zip(expected, found, strict=True):
            verdict += compare(one, other)
        row.judge(verdict.named(f"killed before write {write}: {dict(lived.kills)}"))
        row.half_visible += len(lived.missing)
        row.problems += lived.missing
        row.cases += lived.kills.total()
        if not lived.kills:
            break
    row.notes.append(f"{write} lives of {len(undisturbed.specs)} jobs")
    row.expect(write < MOST_LIVES - 1, "an invocation has no end")
