"""Two to eight workers at once on one job: the same messages, two timers, two runs, files that change meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from random import Random

import pytest

from local.faults import Rule, Slow
from local.stack import OWN_HOST
from shared.domain.messages import Work
from tests.chaos.bench import NO_LIMIT, Bench, started
from tests.chaos.crew import MOST, Crew, Scene, ticking
from tests.chaos.judge import State, closest
from tests.chaos.kinds import Kind, of_files, result, several_batches
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

SHAKEN = ((0.005, 0.4), (0.04, 0.2), (0.25, 0.03))
"""How long answers wait, in seconds, and how many of them."""

SMALL = of_files("small", result(1), result(2))
ONE, TWO = (of_files("batches", several_batches(seed)) for seed in (1, 2))
BROKEN = Kind("batches", {**ONE.files, "contenturl_0.json": several_batches(1)[:-4000]})

Play = Callable[[Scene], None]
Stage = tuple[Bench, Crew]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Give the services, without a functions host, and the workers."""
    with started({OWN_HOST: "off"}) as running:
        running.speech.configure(NO_LIMIT)
        yield running, Crew(running.stack.settings, Random(1))  # noqa: S311 - chance for tests, no secret


def accepted(scene: Scene) -> None:
    scene.accept(by=scene.workers)
    scene.settle()
    scene.accept(by=scene.workers, reprocess=True)
    scene.settle()


def listed(scene: Scene) -> None:
    scene.accept()
    scene.crew.handle(scene.work() * scene.workers, scene.workers)
    scene.settle()


def fetched(scene: Scene) -> None:
    scene.accept()
    scene.fetch(scene.listed())
    scene.settle()


def two_timers(scene: Scene) -> None:
    scene.accept()
    timers = min(2, scene.workers)
    scene.crew.handle(scene.crew.at_once([ticking] * timers), scene.workers)
    scene.settle(timers)


def counted(scene: Scene) -> None:
    scene.accept()
    messages = scene.listed()
    sent: list[Work] = []
    with scene.meanwhile(lambda _: sent.extend(scene.crew.timer.settle_jobs()), 0.01):
        scene.crew.handle(messages * min(2, scene.workers), scene.workers)
    scene.crew.handle(sent, scene.workers)
    scene.settle()


def given_up(scene: Scene) -> None:
    scene.accept()
    for message in scene.listed():
        fetchers = max(1, scene.workers // 2)
        poison = [scene.crew.poison(message)] * (scene.workers - fetchers)
        scene.crew.at_once([*[scene.crew.fetching(message)] * fetchers, *poison])
    scene.settle()


def reprocessed(scene: Scene) -> None:
    scene.accept()
    first = scene.listed()
    scene.fetch(first)
    scene.settle()
    scene.accept(reprocess=True)
    second = scene.listed()
    if scene.workers > 1:
        olds = [scene.crew.fetching(first[0])] * (scene.workers // 2)
        scene.crew.at_once([*olds, *[scene.crew.fetching(second[0])] * (scene.workers - len(olds))])
    scene.fetch(second)
    scene.settle()


def changed_between(scene: Scene) -> None:
    scene.accept()
    messages = scene.listed()
    if scene.workers > 1:
        for kind in (TWO, ONE, TWO):
            scene.dying(messages[0])
            scene.put(kind)
    scene.fetch(messages)
    scene.settle()


def changed_during(scene: Scene) -> None:
    fetched(scene)
    scene.accept(reprocess=True)
    messages = scene.listed()
    with scene.meanwhile(lambda number: scene.put((TWO, ONE)[number % 2]), 0.05):
        scene.fetch(messages)
    scene.settle()


def mended(scene: Scene) -> None:
    scene.accept()
    messages = scene.listed()

    def once(number: int) -> None:
        if number == 0:
            scene.put(ONE)

    with scene.meanwhile(once, 0.02 * scene.workers):
        scene.fetch(messages)
    scene.settle()


MEETINGS: dict[str, tuple[Kind, Play, tuple[Kind, ...]]] = {
    "accept the same job, and the same job with reprocess": (SMALL, accepted, (SMALL,)),
    "list the files of a job, on two pages": (SMALL, listed, (SMALL,)),
    "fetch files and report of a job": (SMALL, fetched, (SMALL,)),
    "fetch a file of several batches": (ONE, fetched, (ONE,)),
    "fetch a file that cannot be read": (BROKEN, fetched, (BROKEN,)),
    "are two timers, and handle what these send": (SMALL, two_timers, (SMALL,)),
    "fetch while a timer counts": (SMALL, counted, (SMALL,)),
    "fetch files and give them up": (SMALL, given_up, (SMALL,)),
    "fetch for two runs of a job": (SMALL, reprocessed, (SMALL,)),
    "fetch what others died over while it changed to and fro": (ONE, changed_between, (ONE, TWO)),
    "fetch while the file changes to and fro": (ONE, changed_during, (ONE, TWO)),
    "fetch a file that is put right meanwhile": (BROKEN, mended, (ONE, BROKEN)),
}
"""The job that a meeting begins with, the meeting, and the jobs whose undisturbed ends are all right."""


@pytest.mark.parametrize("meeting", MEETINGS)
def test_two_to_eight_workers(stage: Stage, row: Row, meeting: str) -> None:
    bench, crew = stage
    kind, play, ends = MEETINGS[meeting]
    expected = [alone(bench, crew, end, play) for end in ends]
    reads = 0
    for workers in range(2, MOST + 1):
        for service in ("speech", "cosmos", "blob"):
            rules = [Rule(Slow(seconds), chance=chance) for seconds, chance in SHAKEN]
            bench.faults.fronts[service].rules[:] = rules
        with ExitStack() as reading:
            scene = Scene(bench, crew, kind, workers)
            reader = reading.enter_context(bench.reader([scene.spec]))
            play(scene)
        bench.faults.clear()
        row.cases += 1
        verdict = closest(expected, scene.state())
        reads += reader.seen.reads
        row.judge(verdict.named(f"{workers} workers"))
        row.half_visible += reader.seen.half_visible
        row.problems += reader.seen.words
    row.notes.append(f"{reads:,} reads meanwhile")


def alone(bench: Bench, crew: Crew, kind: Kind, play: Play) -> State:
    """Let one worker do all by itself; return what is stored then."""
    scene = Scene(bench, crew, kind, 1)
    play(scene)
    return scene.state()
