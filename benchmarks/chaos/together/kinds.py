"""What meets: each kind is played with one worker, undisturbed, and then with two to eight at once."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from benchmarks.chaos.together.crew import ticking
from benchmarks.chaos.together.scene import Files, Scene
from local.samples.catalog import DATA
from local.samples.generate import GeneratedResult
from shared.domain.messages import FetchFile

REPORT = "report.json"
A, B = "a.json", "b.json"

_MENDED_SECONDS = 0.02


@cache
def result(seed: int) -> bytes:
    """Return a small made-up result."""
    return b"".join(GeneratedResult(hours=0.02, speakers=2, display_words=True, seed=seed, indent=0))


@cache
def several_batches(seed: int) -> bytes:
    """Return a result of so many speakers that its parts are more than one batch has room for."""
    return b"".join(GeneratedResult(hours=0.6, speakers=500, words=False, alternatives=1, seed=seed, indent=0))


def report() -> bytes:
    """Return the report on Microsoft's page."""
    return (DATA / "reference-report.json").read_bytes()


@dataclass(frozen=True)
class Kind:
    """One way to meet. `play` is given the scene; `ends`: the contents whose undisturbed ends are all right."""

    fault: str
    begins: Files
    play: Callable[[Scene], None]
    ends: tuple[Files, ...] = ()
    """Empty: those that it begins with."""

    times: int = 1
    """How often it is played with each number of workers; more for what takes little."""


def at_once(scene: Scene, messages: list[FetchFile]) -> None:
    """Let all workers handle each of the messages, one after the other."""
    for message in messages:
        scene.crew.handle([message] * scene.workers, scene.workers)


def _accepted(scene: Scene) -> None:
    scene.crew.at_once([scene.crew.accepting(scene.body)] * scene.workers)
    scene.settle()
    body = b'{"id": "%s", "reprocess": true}' % scene.body
    scene.crew.at_once([scene.crew.accepting(body)] * scene.workers)
    scene.settle()


def _listed(scene: Scene) -> None:
    scene.crew.at_once([scene.crew.accepting(scene.body)])
    scene.crew.handle(scene.work() * scene.workers, scene.workers)
    scene.settle()


def _fetched(scene: Scene) -> None:
    at_once(scene, scene.listed())
    scene.settle()


def _ticked(scene: Scene) -> None:
    scene.crew.at_once([scene.crew.accepting(scene.body)])
    timers = min(2, scene.workers)
    scene.crew.handle(scene.crew.at_once([ticking] * timers), scene.workers)
    scene.settle(timers)


def _counted(scene: Scene) -> None:
    messages = scene.listed()
    if scene.workers == 1:
        at_once(scene, messages)
    else:
        scene.while_settling(lambda: scene.crew.handle(messages * 2, scene.workers))
    scene.settle()


def _given_up(scene: Scene) -> None:
    for message in scene.listed():
        fetchers = max(1, scene.workers // 2)
        poison = [scene.crew.poison(message)] * (scene.workers - fetchers)
        scene.crew.at_once([*[scene.crew.fetching(message)] * fetchers, *poison])
    scene.settle()


def _reprocessed(scene: Scene) -> None:
    first = scene.listed()
    # The job ends without a file, which is given up; its message comes in again while all is written anew.
    late, rest = first[0], first[1:]
    scene.crew.at_once([scene.crew.poison(late)])
    at_once(scene, rest)
    scene.settle()
    scene.crew.at_once([scene.crew.accepting(b'{"id": "%s", "reprocess": true}' % scene.body)])
    second = {message.file_id: message for message in scene.files(scene.work())}
    if scene.workers > 1:
        olds = scene.workers // 2
        tasks = [scene.crew.fetching(late)] * olds
        scene.crew.at_once([*tasks, *[scene.crew.fetching(second[late.file_id])] * (scene.workers - olds)])
    for message in second.values():
        scene.crew.handle([message] * scene.workers, scene.workers)
    scene.settle()


def _changed_between(scene: Scene) -> None:
    messages = scene.listed()
    if scene.workers > 1:
        for seed in (2, 1, 2):
            scene.dying(messages[0])
            scene.put({A: several_batches(seed)})
    at_once(scene, messages)
    scene.settle()


def _changed_during(scene: Scene) -> None:
    """Write everything anew while the contents change to others and back, several times."""
    at_once(scene, scene.listed())
    scene.settle()
    scene.crew.at_once([scene.crew.accepting(b'{"id": "%s", "reprocess": true}' % scene.body)])
    messages = scene.files(scene.work())
    if scene.workers == 1:
        at_once(scene, messages)
    else:
        with_changes(scene, lambda: at_once(scene, messages))
    scene.settle()


def with_changes(scene: Scene, act: Callable[[], None]) -> None:
    """Act while the contents of a.json change between two forms."""
    stop = threading.Event()

    def change() -> None:
        seed = 2
        while not stop.wait(0.05):
            scene.put({A: several_batches(seed)})
            seed = 3 - seed

    changing = threading.Thread(target=change)
    changing.start()
    try:
        act()
    finally:
        stop.set()
        changing.join()


def _mended(scene: Scene) -> None:
    """Put right a file that cannot be read, while it is being given up."""
    messages = scene.listed()

    def mend() -> None:
        time.sleep(_MENDED_SECONDS * scene.workers)  # another moment each time
        scene.put({A: several_batches(1)})

    if scene.workers == 1:
        at_once(scene, messages)
    else:
        mending = threading.Thread(target=mend)
        mending.start()
        at_once(scene, messages)
        mending.join()
    scene.settle()


def kinds() -> tuple[Kind, ...]:
    """Return all kinds."""
    small = {A: result(1), B: result(2), REPORT: report()}
    one, two = {A: several_batches(1)}, {A: several_batches(2)}
    broken = {A: several_batches(1)[:-4000]}
    return (
        Kind("the same id accepted by all, and the same id with reprocess", {A: result(1)}, _accepted, times=2),
        Kind("a job's files listed by all, two pages", small, _listed, times=2),
        Kind("files and report of a job fetched by all", small, _fetched, times=2),
        Kind("a file of several batches fetched by all", one, _fetched),
        Kind("a file that can never be read fetched by all", broken, _fetched),
        Kind("the timer fires twice, and each message that it sends is handled by all", small, _ticked, times=2),
        Kind("the timer counts while all files come in, twice each", small, _counted, times=2),
        Kind("files given up and fetched", {A: several_batches(1), REPORT: report()}, _given_up),
        Kind(
            "reprocess while messages of the first run come in", {A: several_batches(1), REPORT: report()}, _reprocessed
        ),
        Kind(
            "workers die before the head, and the blob changes there and back between deliveries",
            one,
            _changed_between,
            (two,),
        ),
        Kind("the blob changes there and back while all write it anew", one, _changed_during, (one, two)),
        Kind("a file that cannot be read is put right while all fetch it", broken, _mended, (broken, one)),
    )
