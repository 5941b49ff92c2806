"""local/host sends the same requests as the Functions host's own queue listener.

recorded.json holds that listener's requests (WebJobs 3.0.48, Storage.Queues 5.3.10) in the same cases. If the program
is there (QUEUE_LISTENER), a test runs the cases with it again, to check the recording.
"""

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from local.azurite import Azurite
from local.host.backoff import MINIMUM_SECONDS, SPREAD, Backoff
from tests.local.listener.cases import PLAIN, Facts
from tests.local.listener.listeners import HOST_LOCK, PROGRAM, Options, Start, official, start_local, start_official
from tests.local.listener.locks import LONG, SHORT, locks
from tests.local.listener.record import PLAYS, RECORDED
from tests.local.listener.stage import Stage

POLLS = "an empty queue, seconds between polls"
LOCKS = "seconds from one lock's end to the next"
WOKEN = "seconds from the copy in the poison queue to its receipt"
TIMER_SECONDS = 0.015
"""How much a timer may be early."""

SHORT_PLAYS = ("plain", "base64")

TIMES = {POLLS, LOCKS, WOKEN}
"""Steps that depend on the load of the machine. All others are compared exactly."""

recorded: dict[str, Facts] = json.loads(RECORDED.read_text())

Played = dict[tuple[Start, str], Future[Facts]]

needs_official = pytest.mark.skipif(
    official() is None,
    reason=f"{PROGRAM} names no program, and there is none beside the project: its recording is used",
)


@pytest.fixture(scope="module")
def played(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Run all cases at once, because a case mostly waits."""

    def play(start: Start, options: Options, cases: Callable[[Stage], Facts]) -> Facts:
        with Stage(azurite, start, options, tmp_path_factory.mktemp("listener")).open() as stage:
            return cases(stage)

    runs: list[tuple[Start, str]] = [(start_local, name) for name in SHORT_PLAYS]
    if official() is not None:
        runs += [(start_official, name) for name in SHORT_PLAYS]
    with ThreadPoolExecutor() as threads:
        under_way: Played = {(start, name): threads.submit(play, start, *PLAYS[name]) for start, name in runs}
        under_way[start_local, "locks"] = threads.submit(play, start_local, SHORT, locks)
        yield under_way


def steps(facts: Facts) -> Facts:
    return {name: fact for name, fact in facts.items() if name not in TIMES}


def shortest(polls: int, maximum: float) -> list[float]:
    """Return the shortest possible waits of an empty queue. Between two polls pass a wait and a request."""
    least = [MINIMUM_SECONDS, *(MINIMUM_SECONDS * (1 + (1 - SPREAD) * 2**doubled) for doubled in range(polls - 1))]
    return [min(seconds, maximum) for seconds in least]


@pytest.mark.parametrize("start", [start_local, pytest.param(start_official, marks=needs_official)])
@pytest.mark.parametrize("name", SHORT_PLAYS)
def test_each_case_takes_the_recorded_steps(played: Played, start: Start, name: str) -> None:
    assert steps(played[start, name].result()) == steps(recorded[name])


@pytest.mark.parametrize("start", [start_local, pytest.param(start_official, marks=needs_official)])
def test_an_empty_queue_is_not_polled_sooner_than_the_rule_says(played: Played, start: Start) -> None:
    polls = played[start, "plain"].result()[POLLS]
    for passed, least in zip(polls, shortest(len(polls), PLAIN.polling), strict=True):
        assert passed > least - TIMER_SECONDS


def test_locks_are_renewed_lost_and_left_as_recorded(played: Played) -> None:
    facts = played[start_local, "locks"].result()
    assert steps(facts) == steps(recorded["locks"])
    # Storage has whole seconds. How much later a message is fetched depends on the poll and the machine.
    for case, hidden in HIDDEN_FOR.items():
        assert all(seconds >= hidden(SHORT) - 1 for seconds in facts[LOCKS][case]), case
        assert len(facts[LOCKS][case]) == len(recorded["locks"][LOCKS][case])


HIDDEN_FOR: dict[str, Callable[[Options], int]] = {
    "fails": lambda options: options.visibility,
    "fails in the poison queue": lambda options: options.lock,
    "its holder is killed": lambda options: options.lock,
}


def test_the_recorded_times_follow_the_rules() -> None:
    for case, hidden in HIDDEN_FOR.items():
        for seconds in recorded["locks"][LOCKS][case]:
            assert hidden(LONG) - 1 <= seconds <= hidden(LONG) + LONG.polling + 2, case
    assert LONG.lock == HOST_LOCK
    assert recorded["locks"][WOKEN] < 1, "the poison queue's listener does not wait for its next poll"
    least = shortest(len(recorded["plain"][POLLS]), PLAIN.polling)
    for passed, shortest_wait in zip(recorded["plain"][POLLS], least, strict=True):
        longest = min(MINIMUM_SECONDS + (shortest_wait - MINIMUM_SECONDS) * (1 + SPREAD) / (1 - SPREAD), PLAIN.polling)
        assert shortest_wait - TIMER_SECONDS <= passed <= longest + 0.1


class Chance(random.Random):
    """A random source that returns a chosen end of the range."""

    def __init__(self, share: float) -> None:
        super().__init__(0)
        self._share = share

    def uniform(self, a: float, b: float) -> float:
        """Return the number at that share between `a` and `b`."""
        return a + (b - a) * self._share


@pytest.mark.parametrize(
    ("share", "waits"),
    [(0.0, [0.1, 0.18, 0.26, 0.42, 0.74, 1.38, 2.0, 2.0]), (1.0, [0.1, 0.22, 0.34, 0.58, 1.06, 2.0, 2.0, 2.0])],
)
def test_the_polling_interval_doubles_up_to_the_maximum_and_is_reset_by_a_message(
    share: float, waits: list[float]
) -> None:
    backoff = Backoff(2.0, Chance(share))
    assert [backoff.next_seconds() for _ in waits] == pytest.approx(waits)
    backoff.after_message()
    assert [backoff.next_seconds() for _ in waits] == pytest.approx(waits)
