"""The steps of a tick: how long each may take, and how its errors are contained.

A tick has to end within a minute, before the next one. The time is checked between requests, so a step may take longer
by its last request. Jobs that a step did not reach come first in the next tick.
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
    """The steps of a tick, in order. `Tick` does the first, `PollJobs` those up to STRAYS, `SettleJobs` the others."""

    LOOK = "looks whether there is a job"
    GATHER = "looks up the pending jobs"
    GETS = "asks for jobs one by one"
    ENDED = "lists what ended"
    WALK = "looks for new jobs in the whole list"
    STRAYS = "looks for jobs that no other query finds"
    MOVED = "counts the jobs that moved"
    WAITING = "counts the jobs that did not move"
    AGAIN = "lists jobs again"
    TIDY = "tidies up after jobs that ended"
    REMEMBER = "remembers where it stopped"


SECONDS = {
    Step.GETS: 13,
    Step.ENDED: 5,
    Step.WALK: 5,
    Step.STRAYS: 2,
    Step.MOVED: 20,
    Step.WAITING: 7,
    Step.AGAIN: 4,
    Step.TIDY: 3,
}
"""Time limits of steps. Together they are less than a minute, the default interval of POLL_SCHEDULE."""


@dataclass(frozen=True)
class Deadline:
    """The time at which a step has to stop."""

    clock: Clock
    at: datetime

    @classmethod
    def of(cls, step: Step, clock: Clock) -> "Deadline":
        """Return the deadline of a step that starts now."""
        return cls(clock, clock.now() + timedelta(seconds=SECONDS[step]))

    def over(self) -> bool:
        """Return whether the time is over."""
        return self.clock.now() >= self.at

    def stops(self, step: Step) -> bool:
        """Return whether the time is over. If it is, log that."""
        if self.over():
            log.warning("tick: %s: time is up: the rest waits for the next tick", step, signal=Signal.TROUBLED)
            return True
        return False


@dataclass
class Outcome:
    """How a step ended. `throttled`: a service asked to slow down, so later steps wait for the next tick."""

    throttled: bool = False


@contextmanager
def contained(step: Step) -> Iterator[Outcome]:
    """Log an error of the step and raise nothing, because the messages of the other steps have to be sent.

    The next tick tries again.
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
