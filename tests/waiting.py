"""Waiting for what another process or thread does."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 180.0
"""After this time a test fails. No test asserts speed with it, so it is long enough for a busy machine."""


def eventually(read: Callable[[], T], describe: Callable[[], str] = lambda: "") -> T:
    """Return the first true value of `read()`. Fails with `describe()` after PATIENCE_SECONDS."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := read()):
        assert time.monotonic() < deadline, f"nothing within {PATIENCE_SECONDS:.0f} s: {describe()}"
        time.sleep(0.03)
    return value
