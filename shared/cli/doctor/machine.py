"""Checks of the machine on which the command runs."""

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from shared.adapters.service_time import time_at
from shared.cli.doctor.checks import Check, failed, passed, unknown, warned
from shared.errors import Speech2CosmosError

CLOCK = "machine: clock"

OLDEST = (3, 11)
"""The oldest Python of pyproject.toml's requires-python."""

REFUSED_FROM = timedelta(minutes=15)
"""Storage and Cosmos DB refuse requests whose date differs more than this (learn.microsoft.com, *Authorize with Shared
Key*; *Access control on Cosmos DB resources*)."""

_NOTICED_FROM = timedelta(seconds=60)
"""Ages that `doctor` tells would be wrong by as much."""

_SYNCHRONIZE = "synchronize this machine's clock (NTP)"


def python(version: str, running: tuple[int, int, int]) -> Iterator[Check]:
    """Yield whether this Python, of version `running`, can run the command. `version`: that of the command."""
    here = ".".join(map(str, running))
    words = f"speech2cosmos {version}, Python {here} on {sys.platform}"
    if running[:2] < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        yield warned("machine: version", words, f"install it with Python {oldest} or later")
    else:
        yield passed("machine: version", words)


def clock(addresses: Mapping[str, str], now: Callable[[], datetime]) -> Iterator[Check]:
    """Yield whether this machine's clock is right, by the first service that tells the time.

    `addresses`: URLs of services by their names.
    """
    for name, address in addresses.items():
        begun = now()
        try:
            told = time_at(address)
        except Speech2CosmosError:
            continue
        if told is not None:
            # A header has whole seconds, cut off: on average half a second before the answer.
            yield _skew(name, (told + timedelta(seconds=0.5)) - (begun + (now() - begun) / 2))
            return
    yield unknown(CLOCK, "no service told the time", _SYNCHRONIZE)


def _skew(name: str, skew: timedelta) -> Check:
    seconds = round(skew.total_seconds())
    words = f"{abs(seconds):,} s {'behind' if seconds > 0 else 'ahead of'} {name}"
    if abs(skew) >= REFUSED_FROM:
        limit = f"services refuse requests that differ by {REFUSED_FROM.seconds // 60} minutes"
        return failed(CLOCK, f"{words}: {limit}", _SYNCHRONIZE)
    if abs(skew) >= _NOTICED_FROM:
        return warned(CLOCK, f"{words}: all ages below are wrong by as much", _SYNCHRONIZE)
    return passed(CLOCK, words if abs(seconds) > 1 else f"as {name}")
