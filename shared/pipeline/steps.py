"""The steps of a tick: how long each may take, and what becomes of an error that ends one.

A tick has to fit into the minute until the next. Time is looked at between two requests, so a step can take longer by
what its last request takes. What a step did not reach comes first in the next tick.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import Paused, Throttled
from shared.pipeline.ports import Clock
from shared.pipeline.signals import Log, Signal, words_of

log = Log(__name__)


class Step(StrEnum):
    """What a tick does, one after the other. `PollJobs` has those up to WALK, `SettleJobs` the others."""

    GATHER = "looks up the pending jobs"
    STRAYS = "looks for jobs that no other query finds"
    GETS = "asks for jobs one by one"
    ENDED = "lists what ended"
    WALK = "looks for new jobs in the whole list"
    MOVED = "counts the jobs that moved"
    WAITING = "counts the jobs that did not move"
    AGAIN = "lists jobs again"
    TIDY = "tidies up after jobs that ended"
    REMEMBER = "remembers where it stopped"


SECONDS = {
    Step.STRAYS: 2,
    Step.GETS: 13,
    Step.ENDED: 5,
    Step.WALK: 5,
    Step.MOVED: 20,
    Step.WAITING: 7,
    Step.AGAIN: 4,
    Step.TIDY: 3,
}
"""Together less than a minute, the default of POLL_SCHEDULE."""


@dataclass(frozen=True)
class Deadline:
    """When a step has to stop."""

    clock: Clock
    at: datetime

    @classmethod
    def of(cls, step: Step, clock: Clock) -> "Deadline":
        """Return the deadline of a step that begins now."""
        return cls(clock, clock.now() + timedelta(seconds=SECONDS[step]))

    def over(self) -> bool:
        """Say whether the time is over."""
        return self.clock.now() >= self.at

    def stops(self, step: Step) -> bool:
        """Say whether the time is over, and log it."""
        if self.over():
            log.warning("tick: %s: time is up: the rest waits for the next tick", step, signal=Signal.TROUBLED)
            return True
        return False


@dataclass
class Outcome:
    """How a step ended. `throttled`: a service asked to slow down, so the others that ask it wait for the next tick."""

    throttled: bool = False


@contextmanager
def contained(step: Step) -> Iterator[Outcome]:
    """Let an error end the step and not the tick: what the other steps found has to be sent.

    Raises nothing: the error is logged, and the next tick tries again.
    """
    outcome = Outcome()
    try:
        yield outcome
    except Paused as error:
        outcome.throttled = True
        log.info("tick: %s: waits for the next tick: %s", step, error)
    except Throttled as error:
        outcome.throttled = True
        log.warning("tick: %s: throttled, until the next tick: %s", step, error, signal=Signal.THROTTLED)
    except Exception as error:  # noqa: BLE001 - a bulkhead: one step never stops another
        kind, words = type(error).__name__, words_of(error)
        log.error("tick: %s: %s: %s", step, kind, words, signal=Signal.FAILED, error=kind)
