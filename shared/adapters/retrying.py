"""The one retry policy inside an invocation; beyond it the queue retries."""

import random
from collections.abc import Callable

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
)
from tenacity.wait import wait_base, wait_random_exponential

from shared.errors import Conflict, Paused, Throttled, Transient
from shared.pipeline.signals import asked_again

ATTEMPTS = 4
TOLD_ATTEMPTS = 10
"""When a service says how long to wait it is merely busy. As many as Cosmos DB's own SDK makes."""

BUDGET_SECONDS = 20.0
"""No try begins later than this after the first: waiting costs money, and the queue's own retry is free.

So a call takes at most this and what its last try may take: for Speech and contents 65 s until the answer begins
(http.TIMEOUT_SECONDS), for Blob storage 65 s (blob.py), for Cosmos DB 35 s (cosmos/client.py). What the platform allows
an invocation, host.json says: `functionTimeout`.
"""


class _AsToldOrRandom(wait_base):
    """Waits as a service told us to, and up to twice that, else a random time that grows (0.2 s to 5 s)."""

    def __init__(self) -> None:
        self._random = wait_random_exponential(multiplier=0.2, max=5)

    def __call__(self, retry_state: RetryCallState) -> float:
        told = _told(retry_state)
        if told:
            # All who were refused at once were told the same.
            return told * random.uniform(1, 2)  # noqa: S311 - spreads requests, guards nothing
        return self._random(retry_state)


def _told(retry_state: RetryCallState) -> float:
    error = retry_state.outcome.exception() if retry_state.outcome else None
    return error.retry_after or 0.0 if isinstance(error, Throttled) else 0.0


def _worth_it(error: BaseException) -> bool:
    if isinstance(error, Throttled) and (error.retry_after or 0) > BUDGET_SECONDS / 2:
        return False
    return isinstance(error, Transient) and not isinstance(error, Conflict | Paused)


def _enough(retry_state: RetryCallState) -> bool:
    return retry_state.attempt_number >= (TOLD_ATTEMPTS if _told(retry_state) else ATTEMPTS)


def _telling(service: str) -> Callable[[RetryCallState], None]:
    def tell(retry_state: RetryCallState) -> None:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked_again(service, retry_state.attempt_number, retry_state.upcoming_sleep, error)

    return tell


def retrying(service: str) -> Retrying:
    """Return a policy: Transient is tried again a few times within seconds; the last error is raised as it is.

    Every retry is logged and counted as one of `service`.
    """
    late = stop_before_delay(BUDGET_SECONDS)

    return Retrying(
        retry=retry_if_exception(_worth_it),
        stop=lambda retry_state: _enough(retry_state) or late(retry_state),
        wait=_AsToldOrRandom(),
        before_sleep=_telling(service),
        reraise=True,
    )


RACE_ATTEMPTS = 10
"""How often a document is read and changed anew because somebody else was faster; then the queue has its turn."""


def racing(service: str) -> Retrying:
    """Return a policy for reading, changing and replacing a document: a Conflict is tried again after up to 0.5 s."""
    return Retrying(
        retry=retry_if_exception_type(Conflict),
        stop=stop_after_attempt(RACE_ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.05, max=0.5),
        before_sleep=_telling(service),
        reraise=True,
    )
