"""The retry policy within an invocation. After it the queue retries the message."""

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
"""Attempts while a service says how long to wait, because it is then only busy. Cosmos DB's own SDK makes as many."""

BUDGET_SECONDS = 20.0
"""No attempt starts later than this after the first. Waiting costs money, and the queue's retry is free.

So a call takes at most this and the time of its last attempt: for Speech and contents 65 s until the answer begins
(http.TIMEOUT_SECONDS), for Blob storage 65 s (blob.py), for Cosmos DB 35 s (cosmos/client.py). An invocation may take
`functionTimeout` in host.json.
"""


class _AsToldOrRandom(wait_base):
    """Waits once to twice as long as the service asked, else with exponential backoff and jitter (up to 5 s)."""

    def __init__(self) -> None:
        self._random = wait_random_exponential(multiplier=0.2, max=5)

    def __call__(self, retry_state: RetryCallState) -> float:
        told = _told(retry_state)
        if told:
            # Jitter, because all clients that were refused together were told the same time.
            return told * random.uniform(1, 2)  # noqa: S311 - jitter, not a secret
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
    """Return a policy that retries Transient errors a few times within seconds, and then raises the last one.

    Every retry is logged and counted under `service`.
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
"""Attempts to read, change and replace a document while other writers are faster. After them the queue retries."""


def racing(service: str) -> Retrying:
    """Return a policy for optimistic concurrency, which retries a Conflict after up to 0.5 s."""
    return Retrying(
        retry=retry_if_exception_type(Conflict),
        stop=stop_after_attempt(RACE_ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.05, max=0.5),
        before_sleep=_telling(service),
        reraise=True,
    )
