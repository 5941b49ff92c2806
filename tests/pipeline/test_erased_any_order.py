"""An erased recording stays erased, whatever arrives late and in whatever order; a reprocess brings it back."""

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from shared.domain.documents import HEAD_ID, Transcript, utc
from shared.domain.forgotten import ForgottenFile
from shared.domain.job import END_STATES, Status
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, Work, encode
from shared.errors import Speech2CosmosError, Throttled, Transient
from shared.pipeline.settle import TIDY_AFTER
from tests.pipeline.erasing import erase_file, erase_job, leftovers, report_of, speech_of, traces
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.world import ATTEMPTS, JOB, NONE_AT_ALL, World

NAMES = ("a", "b", "c")

SOME = settings(max_examples=60)

MOMENTS = ["open", "write", "archive.commit", "commit", "failure_run", "put_failure", "jobs.moved", "jobs.update"]
"""Effects of a delivery before which the recording may be erased."""


class Killed(BaseException):
    """The process is killed: nothing after this runs, not even a `finally`."""


class Late:
    """A world with messages that arrive late, again, or never, and processes that die."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self.draw = draw
        self.world = World(patience=NONE_AT_ALL)
        self.world.put_job({name: speech_of(name) for name in NAMES}, report=report_of(*NAMES))
        self.known: list[Work] = []
        self.faults = 3
        self.dead = False

    def begin(self) -> None:
        """Take the job to an end: with a file given up, or before any of its files was fetched."""
        world = self.world
        world.contents.blobs[f"{CONTENT}/{JOB}/c"] = b"[]"
        world.enqueue()
        self.known += world.tick()
        if self.draw(st.booleans(), label="it ends before its files are fetched"):
            world.deliver()
            self.known += [message for message, _ in world.queue]
            now = utc(world.clock.now())
            world.jobs.update(JOB, lambda job: msgspec.structs.replace(job, status=Status.EXPIRED, ended_at=now))
        while self.draw(st.booleans(), label="a message is delivered") and world.queue:
            self.known += [message for message, _ in world.queue]
            world.deliver()
        while world.job().status not in END_STATES:
            world.drain()
            self.known += world.tick()
        world.contents.blobs[f"{CONTENT}/{JOB}/c"] = speech_of("c")

    def chance(self, moment: str) -> Speech2CosmosError | None:
        """Let a request fail, or kill the process."""
        if self.dead:
            raise Killed
        if not self.faults or not self.draw(st.integers(0, 9).map(lambda n: n == 0), label=moment):
            return None
        self.faults -= 1
        fault: Speech2CosmosError | None = self.draw(st.sampled_from([Transient("503"), Throttled("429", 1.0), None]))
        if fault is None:
            self.dead = True
            raise Killed
        return fault

    def deliver(self, message: Work, attempt: int) -> None:
        """Deliver a message until it is done, or poison."""
        self.world.script.chance = self.chance
        while True:
            try:
                if attempt > ATTEMPTS:
                    self.world.poison(RESULTS_QUEUE, encode(message).encode())
                else:
                    self.world.send(self.world.fetch(message, attempt))
                break
            except (Speech2CosmosError, Killed):
                self.dead = False
                attempt += 1
        self.world.script.chance = lambda _: None

    def arrive(self) -> None:
        """Let something happen late."""
        happens = st.sampled_from(["message", "poison", "again", "queued", "tick", "wish", "a day"])
        match self.draw(happens, label="late"):
            case "message":
                self.deliver(
                    self.draw(st.sampled_from(self.known)), self.draw(st.integers(1, ATTEMPTS), label="attempt")
                )
            case "poison":
                self.deliver(self.draw(st.sampled_from(self.known)), ATTEMPTS + 1)
            case "again":
                self.world.queue += [(message, 1) for message, _ in self.world.queue]
            case "queued":
                while self.world.queue:
                    self.deliver(*self.world.queue.popleft())
            case "tick":
                self.known += self.world.tick()
            case "wish":
                self.wish()
            case "a day":
                self.world.clock.time += TIDY_AFTER

    def wish(self) -> None:
        """Enqueue the job. Nobody knows when the message of the poison queue was sent: after an erasure it is late."""
        match self.draw(st.sampled_from(["", "replay", "reprocess"]), label="enqueued"):
            case "reprocess":
                self.world.poison(JOBS_QUEUE, b'{"id": "%b", "reprocess": true}' % JOB.encode())
            case wish:
                self.world.enqueue(replay=bool(wish))

    def erased(self, erase: Callable[[], bool]) -> None:
        """Erase between two deliveries or during one, with late arrivals before and after."""
        gone: list[bool] = []

        def now() -> None:
            chance, self.world.script.chance = self.world.script.chance, lambda _: None
            gone.append(erase())
            self.world.script.chance = chance

        if self.draw(st.booleans(), label="during a delivery"):
            self.world.script.before(self.draw(st.sampled_from(MOMENTS), label="before"), now)
        for _ in range(self.draw(st.integers(0, 2), label="arrivals before")):
            self.arrive()
        for _ in range(3):
            if any(gone):
                break
            self.quiet()
            now()
        assert any(gone)
        for _ in range(self.draw(st.integers(1, 5), label="arrivals after")):
            self.arrive()
        self.quiet()

    def quiet(self) -> None:
        """Deliver all messages, and let the timer run until the job has ended."""
        for _ in range(20):
            self.world.drain()
            self.known += self.world.tick()
            if not self.world.queue and (JOB not in self.world.jobs.documents or self.world.job().status in END_STATES):
                return
            self.world.clock.move(minutes=30)
        raise AssertionError(f"the job is still {self.world.job()}")

    def comes_back(self) -> None:
        """Reprocess the job: all recordings are there again, and nothing is left of the erasure."""
        world = self.world
        world.clock.move(hours=1)
        world.accept(msgspec.json.encode({"id": JOB, "reprocess": True}), 1, world.clock.now())
        self.quiet()
        assert world.job().status is Status.COMPLETED_WITH_ERRORS, "audio failed at Speech"
        assert (world.job().files.ingested, world.job().forgotten_at) == (3, UNSET)
        for name in NAMES:
            head = world.file(name)[HEAD_ID]
            assert isinstance(head, Transcript)
            assert set(head.parts()) <= world.file(name).keys()
            assert head.raw in world.archive.blobs
            assert {f"{name}/{HEAD_ID}", head.raw} <= {*traces(world, name)}


@SOME
@given(st.data())
def test_nothing_that_is_late_brings_an_erased_job_back(data: st.DataObject) -> None:
    late = Late(data.draw)
    late.begin()
    late.erased(lambda: erase_job(late.world))
    assert {*late.world.jobs.tombstones} == {JOB}
    assert late.world.jobs.documents == {}
    for name in (*NAMES, "report"):
        assert traces(late.world, name) == []
        assert leftovers(late.world, name) == set()
    late.comes_back()


@SOME
@given(st.data())
def test_nothing_that_is_late_brings_an_erased_recording_of_a_job_back(data: st.DataObject) -> None:
    late = Late(data.draw)
    late.begin()
    there = [name for name in NAMES if late.world.file(name)]
    if not there:
        return
    name = data.draw(st.sampled_from(there), label="erased")
    late.erased(lambda: erase_file(late.world, name))
    assert traces(late.world, name) == []
    assert leftovers(late.world, name) == set()
    assert isinstance(late.world.file(name)[HEAD_ID], ForgottenFile)
    late.world.enqueue(replay=True)
    late.quiet()
    job = late.world.job()
    assert (job.status, job.files.expected, job.files.ingested) == (Status.COMPLETED_WITH_ERRORS, 3, 3)
    assert (job.failure, job.files.failures) == (None, [])
    assert traces(late.world, name) == []
    late.comes_back()
