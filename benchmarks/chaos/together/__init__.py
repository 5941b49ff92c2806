"""Two at once: workers, timers and runs that meet, while readers follow every head."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random

from benchmarks.chaos.bench import Bench, NotInTime, bench
from benchmarks.chaos.judge import State
from benchmarks.chaos.ledger import Row
from benchmarks.chaos.neutral import closest
from benchmarks.chaos.together.crew import MOST, Crew
from benchmarks.chaos.together.kinds import Kind, kinds
from benchmarks.chaos.together.scene import Files, Scene
from local.faults import Rule, Slow
from local.speech.spec import Settings

GROUP = "two at once"
READERS = 2

_MANY = 100_000
"""Requests that Speech allows: its limit is met elsewhere."""

_SHAKEN = ((0.005, 0.4), (0.04, 0.2), (0.25, 0.03))
"""How long an answer waits, in seconds, and how often."""

log = logging.getLogger(__name__)


@contextmanager
def stage(seed: int = 1) -> Iterator[tuple[Bench, Crew]]:
    """Start the services, without a functions host, and make the workers."""
    with bench({"LOCAL_FUNCTIONS_HOST": "off"}, seed=seed) as running:
        running.speech.configure(Settings(requests_per_window=_MANY))
        yield running, Crew(running.stack.settings, Random(seed))  # noqa: S311 - chance for tests, no secret


def run(*, workers: range = range(2, MOST + 1), seed: int = 1, only: str = "") -> Iterator[Row]:
    """Play every kind, or those whose words match `only`, with each number of workers."""
    with stage(seed) as (running, crew):
        for kind in kinds():
            if re.search(only, kind.fault):
                yield played(running, crew, kind, [number for _ in range(kind.times) for number in workers])


def played(running: Bench, crew: Crew, kind: Kind, rounds: list[int]) -> Row:
    """Play a kind undisturbed, then once with each number of workers in `rounds`, and compare."""
    expected = [_undisturbed(running, crew, kind, files) for files in kind.ends or (kind.begins,)]
    crew.again = crew.poisoned = 0
    lost = duplicated = half_visible = reads = left = 0
    words: list[str] = []
    begun = time.monotonic()
    for workers in rounds:
        _shake(running)
        with ExitStack() as reading:
            scene = Scene(running, crew, kind.begins, workers)
            readers = [reading.enter_context(running.reader([scene.spec])) for _ in range(READERS)]
            kind.play(scene)
        running.faults.clear()
        verdict = closest(expected, scene.state())
        seen = [each for reader in readers for each in reader.seen.words]
        lost, duplicated = lost + verdict.lost, duplicated + verdict.duplicated
        half_visible += sum(reader.seen.half_visible for reader in readers)
        reads += sum(reader.seen.reads for reader in readers)
        left += scene.left
        words += [f"{workers} workers: {each}" for each in (*verdict.words, *seen)]
    for each in words:
        log.error("%s: %s", kind.fault, each)
    log.info("%s: %.1f s", kind.fault, time.monotonic() - begun)
    note = f"{min(rounds)} to {max(rounds)} workers, {reads:,} reads; {crew.again} deliveries again"
    note += f", {left} parts left behind and retired a day later" if left else ""
    return Row(
        group=GROUP,
        fault=kind.fault,
        cases=len(rounds),
        lost=lost,
        duplicated=duplicated,
        half_visible=half_visible,
        repaired=crew.again + left,
        note=". ".join([note, *words[:3]]),
    )


def _undisturbed(running: Bench, crew: Crew, kind: Kind, files: Files) -> State:
    scene = Scene(running, crew, files, 1)
    kind.play(scene)
    found = scene.state()
    failed = any(document["type"] == "fileFailure" for document in found.documents.values())
    if failed == all(content.rstrip().endswith(b"}") for content in files.values()):
        raise NotInTime(f"{kind.fault}: undisturbed, the job ended as {found.job}")
    return found


def _shake(running: Bench) -> None:
    for service in ("speech", "cosmos", "blob"):
        running.faults.fronts[service].rules[:] = [Rule(Slow(seconds), chance=chance) for seconds, chance in _SHAKEN]
