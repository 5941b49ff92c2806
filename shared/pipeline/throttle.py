"""Throttling is no failed try: the invocation waits as it was told, its message is sent anew, and it ends well."""

import logging
from collections.abc import Callable

from shared.errors import Throttled
from shared.pipeline.ports import Clock

log = logging.getLogger(__name__)

THROTTLED_SECONDS = 5.0
"""How long a throttled invocation waits when it was not told how long."""

THROTTLED_LIMIT_SECONDS = 60.0
"""It never waits longer than this, told or not: the message is sent anew and will wait again."""


def unless_throttled(clock: Clock, what: str, use_case: Callable[[], None]) -> bool:
    """Run the use case and return True; after throttling, wait and return False: the message is to be sent anew."""
    try:
        use_case()
    except Throttled as error:
        wait_as_told(clock, what, error)
        return False
    return True


def wait_as_told(clock: Clock, what: str, error: Throttled) -> None:
    """Wait for as long as the service said, within THROTTLED_LIMIT_SECONDS."""
    seconds = min(error.retry_after or THROTTLED_SECONDS, THROTTLED_LIMIT_SECONDS)
    log.warning("%s: throttled, sent anew after %.1f s: %s", what, seconds, error)
    clock.sleep(seconds)
