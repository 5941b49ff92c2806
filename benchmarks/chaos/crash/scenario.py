"""Runs all stories, undisturbed and with every kill, and says what became of them."""

import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context

from azure.cosmos import CosmosClient

from benchmarks.chaos.bench import QUEUES, bench
from benchmarks.chaos.crash.life import Place, Told, life
from benchmarks.chaos.crash.looking import landed
from benchmarks.chaos.crash.plan import Plan, lives
from benchmarks.chaos.crash.stories import Story, stories
from benchmarks.chaos.crash.victim import Watch, forkserver
from benchmarks.chaos.judge import State, Verdict, compare
from benchmarks.chaos.ledger import Row
from local.speech import Settings
from local.stack import OWN_HOST

log = logging.getLogger(__name__)

WORKERS = 3
"""Processes, each of which takes one story after the other, with a stack of its own. They mostly wait."""

_SHOWN_WORDS = 3

_UNLIMITED = Settings(requests_per_window=10**9)


class NotWellUndisturbed(Exception):
    """A story did not go well although nobody was killed."""


@dataclass
class Found:
    """What was found of one use case. `sizes`: the numbers of effects of its invocations in undisturbed lives."""

    kills: int = 0
    lost: int = 0
    duplicated: int = 0
    half_visible: int = 0
    again: int = 0
    sizes: set[int] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    stories: set[str] = field(default_factory=set)

    def add(self, other: "Found") -> None:
        """Count what was found elsewhere too."""
        self.kills += other.kills
        self.lost += other.lost
        self.duplicated += other.duplicated
        self.half_visible += other.half_visible
        self.again += other.again
        self.sizes |= other.sizes
        self.words += other.words
        self.stories |= other.stories


Tally = dict[str, Found]
"""By use case."""


def run(names: Iterable[str] | None = None, workers: int = WORKERS) -> Iterator[Row]:
    """Go through the stories of these names (None: all) and yield a row for each use case."""
    chosen = [story.name for story in stories() if names is None or story.name in names]
    total: Tally = defaultdict(Found)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for tally in pool.map(_go_through, chosen):
            for use_case, found in tally.items():
                total[use_case.partition(",")[0]].add(found)
    for use_case in sorted(total):
        yield _row(use_case, total[use_case])


def _row(use_case: str, found: Found) -> Row:
    effects = f"{min(found.sizes)} to {max(found.sizes)}" if len(found.sizes) > 1 else f"{max(found.sizes)}"
    many = len(found.stories)
    note = f"{effects} effects each; {many} kinds of jobs" if many > 1 else f"{effects} effects each"
    return Row(
        group="crash",
        fault=f"killed before and after each effect of {use_case}",
        cases=found.kills,
        lost=found.lost,
        duplicated=found.duplicated,
        half_visible=found.half_visible,
        repaired=found.again,
        note=". ".join([note, *sorted(set(found.words))[:_SHOWN_WORDS]]),
    )


def _go_through(name: str) -> Tally:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    (story,) = (each for each in stories() if each.name == name)
    with place() as where:
        return through(where, story)


@contextmanager
def place() -> Iterator[Place]:
    """Start a stack without a host, for lives to go on in."""
    with ExitStack() as cleanup:
        stack = cleanup.enter_context(bench({OWN_HOST: "off"}))
        stack.speech.configure(_UNLIMITED)
        direct = stack.stack.direct
        queues = {name: cleanup.enter_context(stack.queue(name)) for name in QUEUES}
        cosmos = CosmosClient(direct["COSMOS_ENDPOINT"], direct["COSMOS_KEY"])
        yield Place(stack, forkserver(), Watch(stack.faults.fronts.values()), queues, cosmos)


def through(where: Place, story: Story) -> Tally:
    """Let a story be told once undisturbed, and then as often as all its kills take."""
    for spec, contents in story.puts:
        where.bench.speech.put_job(spec, contents)
    undisturbed, expected, trouble = tell(where, story, None)
    if trouble.words:
        raise NotWellUndisturbed(f"{story.name}: {trouble.words}")
    sizes = {
        use_case: [len(each) for each in made.values()]
        for use_case, made in undisturbed.effects.items()
        if use_case not in story.told_before
    }
    tally: Tally = {use_case: Found(sizes=set(each), stories={story.name}) for use_case, each in sizes.items()}
    for number in range(lives(sizes)):
        _live(where, story, Plan(sizes, number), expected, tally)
    return tally


def _live(where: Place, story: Story, plan: Plan, expected: Sequence[State], tally: Tally) -> None:
    """Kill in all use cases; if something is wrong after that, in one at a time, to say which it is."""
    told, stored, verdict = tell(where, story, plan)
    verdict += differences(expected, stored)
    if verdict.words:
        log.error("%s, life %d, %s: %s", story.name, plan.life, dict(told.kills), verdict.words)
        blamed = [use_case for use_case in told.kills if _is_to_blame(where, story, plan, use_case, expected, tally)]
        if not blamed:
            _blame(tally[next(iter(told.kills))], story.name, verdict)
    for use_case, kills in told.kills.items():
        found = tally[use_case]
        found.kills += kills
        found.again += told.again[use_case]
        found.half_visible += told.half_visible[use_case]


def _is_to_blame(  # noqa: PLR0913, PLR0917 - all that a life needs, and whom it is for
    where: Place, story: Story, plan: Plan, use_case: str, expected: Sequence[State], tally: Tally
) -> bool:
    _, stored, verdict = tell(where, story, replace(plan, only=use_case))
    verdict += differences(expected, stored)
    if verdict.words:
        log.error("%s, life %d, only %s: %s", story.name, plan.life, use_case, verdict.words)
        _blame(tally[use_case], f"{story.name}, {use_case}", verdict)
    return bool(verdict.words)


def _blame(found: Found, whose: str, verdict: Verdict) -> None:
    found.lost += verdict.lost
    found.duplicated += verdict.duplicated
    found.words.append(f"{whose}: {verdict.words[0]}")


def tell(where: Place, story: Story, plan: Plan | None) -> tuple[Told, list[State], Verdict]:
    """Let a story be told in a life; return what happened, what is stored, and what went wrong on the way."""
    with life(where, story.settings, plan) as lived:
        story.tell(lived)
        stored = landed(where.bench, lived.app, lived.specs)
        trouble = Verdict(words=list(lived.told.words))
        if left := lived.left_in_queues():
            trouble += Verdict(lost=left, words=[f"{left} messages are left in the queues"])
        return lived.told, stored, trouble


def differences(expected: Sequence[State], found: Sequence[State]) -> Verdict:
    """Compare the states of all jobs of two lives."""
    verdict = Verdict()
    for one, other in zip(expected, found, strict=True):
        verdict += compare(one, other)
    return verdict
