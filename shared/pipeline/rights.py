"""Tests each permission of the app at the first tick after a start, so that a missing role is noticed at once.

Only the app can use its identity, so no other tool can test this.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.errors import Denied, NotFound, Speech2CosmosError
from shared.pipeline.ports import Right
from shared.pipeline.signals import Log, Signal

log = Log(__name__)

DEADLINE_SECONDS = 20.0
"""Longest time that the first poll waits for the results, even if a service is slow."""


@dataclass
class CheckRights:
    """Use case of the timer before its first poll. It logs one line for each permission."""

    rights: Sequence[Right]
    seconds: float = DEADLINE_SECONDS
    _done: bool = field(default=False, init=False)

    def __call__(self) -> None:
        """Test all permissions concurrently and log the results. Only the first call does this. Raises nothing."""
        if self._done:
            return
        self._done = True
        answers: dict[int, Exception | None] = {}

        def attempt(number: int, right: Right) -> None:
            try:
                right.attempt()
            except Exception as error:  # noqa: BLE001 - the error is the test's result, and is logged
                answers[number] = error
            else:
                answers[number] = None

        # Daemon threads, because a thread whose service never answers must not keep the process alive.
        threads = [threading.Thread(target=attempt, args=each, daemon=True) for each in enumerate(self.rights)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + self.seconds
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for number, right in enumerate(self.rights):
            if number in answers:
                _tell(right, answers[number])
            else:
                _tell_unknown(right, f"no answer within {self.seconds:.0f} s")


def _tell(right: Right, error: Exception | None) -> None:
    match error:
        case None:
            log.info("right: %s: ok", right.name, signal=Signal.RIGHT, right=right.name, result="ok")
        case Denied():
            log.warning(
                "right: %s: missing: it takes %s, which %s names: %s",
                *(right.name, right.needs, right.setting, error),
                signal=Signal.RIGHT,
                right=right.name,
                result="missing",
                needs=right.needs,
                setting=right.setting,
            )
        case NotFound():
            log.warning(
                "right: %s: not there: see %s: %s",
                *(right.name, right.setting, error),
                signal=Signal.RIGHT,
                right=right.name,
                result="notThere",
                needs=right.needs,
                setting=right.setting,
            )
        case Speech2CosmosError():
            _tell_unknown(right, str(error))
        case _:
            # The text of a foreign error may contain a secret.
            _tell_unknown(right, type(error).__name__)


def _tell_unknown(right: Right, reason: str) -> None:
    log.warning(
        "right: %s: not known: %s",
        *(right.name, reason),
        signal=Signal.RIGHT,
        right=right.name,
        result="inconclusive",
        needs=right.needs,
        setting=right.setting,
    )
