"""The one retry policy inside an invocation; beyond it the queue retries."""

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_after_delay
from tenacity.wait import wait_base, wait_random_exponential

from shared.errors import Conflict, Throttled, Transient

ATTEMPTS = 4
BUDGET_SECONDS = 20.0
"""Beyond it an invocation only costs money by waiting: the queue's own retry is free."""


class _AsToldOrRandom(wait_base):
    """Waits as a service told us to, else a random time that grows (0.2 s to 5 s)."""

    def __init__(self) -> None:
        self._random = wait_random_exponential(multiplier=0.2, max=5)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        if isinstance(error, Throttled) and error.retry_after is not None:
            return error.retry_after
        return self._random(retry_state)


def _worth_it(error: BaseException) -> bool:
    if isinstance(error, Throttled) and (error.retry_after or 0) > BUDGET_SECONDS / 2:
        return False
    return isinstance(error, Transient) and not isinstance(error, Conflict)


def retrying() -> Retrying:
    """Return a policy: Transient is tried again a few times within seconds; the last error is raised as it is."""
    return Retrying(
        retry=retry_if_exception(_worth_it),
        stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(BUDGET_SECONDS),
        wait=_AsToldOrRandom(),
        reraise=True,
    )
