"""How an unsuccessful delivery ends: throttling costs no attempt, and a failure is logged before it is raised."""

from collections.abc import Callable
from typing import TypeVar

from shared.errors import Paused, Throttled
from shared.pipeline.ports import Clock
from shared.pipeline.signals import Log, Signal, whose, words_of

log = Log(__name__)

_T = TypeVar("_T")

THROTTLED_SECONDS = 5.0
"""How long a throttled invocation waits if the service named no time."""

THROTTLED_LIMIT_SECONDS = 60.0
"""The longest wait of an invocation. The message is sent again, and may wait again."""


def delivered(clock: Clock, attempt: int, use_case: Callable[[], _T], anew: _T) -> _T:
    """Return what the use case returns. After throttling, wait and return `anew`, so that the message is sent again.

    Raises what the use case raises, after logging it with the number of the attempt.
    """
    try:
        return use_case()
    except Throttled as error:
        wait_as_told(clock, error)
        return anew
    except Exception as error:
        kind = type(error).__name__
        log.warning(
            "%s: attempt %d failed: %s: %s",
            *(whose(), attempt, kind, words_of(error)),
            signal=Signal.FAILED,
            attempt=attempt,
            error=kind,
        )
        raise


def unless_throttled(clock: Clock, attempt: int, use_case: Callable[[], object]) -> bool:
    """Run the use case as `delivered` does. Return False after throttling, else True."""

    def done() -> bool:
        use_case()
        return True

    return delivered(clock, attempt, done, anew=False)


def wait_as_told(clock: Clock, error: Throttled) -> None:
    """Log that the message is sent again, and wait as long as the service asked, up to THROTTLED_LIMIT_SECONDS."""
    seconds = min(error.retry_after or THROTTLED_SECONDS, THROTTLED_LIMIT_SECONDS)
    if isinstance(error, Paused):
        log.info("%s: sent again after %.1f s: %s", whose(), seconds, error)
    else:
        log.warning(
            "%s: throttled, sent again after %.1f s: %s", whose(), seconds, error, signal=Signal.THROTTLED, wait=seconds
        )
    clock.sleep(seconds)
