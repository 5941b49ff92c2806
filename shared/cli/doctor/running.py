"""Runs probes side by side, each with a deadline. What a probe raises becomes a check."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb

from shared.cli.advice import advice_for
from shared.cli.doctor.checks import Check, failed, skipped, unknown
from shared.domain.redaction import redacted
from shared.errors import ServiceRefused, Speech2CosmosError, Throttled

SECONDS = 60.0
"""Longest time of a probe. A service that is down is tried for about half of it (adapters/retrying.py)."""

_SILENT = "see whether the address is right and this network reaches it; then the same command again"
_REFUSED = "mend what the other checks of this service name; otherwise the same command with --verbose"


@dataclass(frozen=True)
class Probe:
    """Some checks of one service. `run` yields them. `name`: that of the check if `run` raises or takes too long.

    `needs`: names of checks that have to pass before; otherwise the probe is skipped. `signs_in`: whether silence is a
    failure of the service; of other probes it proves nothing.
    """

    name: str
    run: Callable[[], Iterable[Check]]
    needs: Sequence[str] = ()
    seconds: float = SECONDS
    signs_in: bool = False


@dataclass
class _Running:
    probe: Probe
    found: list[Check] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> None:
        try:
            for check in self.probe.run():
                self.found.append(check)
        except Exception as error:  # noqa: BLE001 - one check must not stop the others, and its error is its result
            self.found.append(check_of(self.probe.name, error))
        finally:
            self.ended.set()

    def checks(self, until: float) -> list[Check]:
        if self.ended.wait(max(0.0, until - time.monotonic())):
            return self.found
        found, silent = list(self.found), self.probe.signs_in and not self.found
        words = f"no answer within {self.probe.seconds:.0f} s"
        return [*found, (failed if silent else unknown)(self.probe.name, words, _SILENT)]


def run_probes(
    probes: Sequence[Probe], passed: Collection[str], show: Callable[[str], object] = lambda _: None
) -> list[Check]:
    """Run all probes at the same time and return their checks in the probes' order. `passed`: names for `needs`.

    `show` is called with the name of the probe that is waited for.
    """
    running: list[_Running | Check] = []
    for probe in probes:
        missing = [name for name in probe.needs if name not in passed]
        running.append(
            skipped(probe.name, f"not looked at: {', '.join(missing)} did not pass") if missing else _Running(probe)
        )
    begun = time.monotonic()
    for each in running:
        if isinstance(each, _Running):
            # A daemon thread, because one whose service never answers must not keep the process alive.
            threading.Thread(target=copy_context().run, args=(each,), daemon=True).start()
    found: list[Check] = []
    for each in running:
        if isinstance(each, _Running):
            show(each.probe.name)
            found += each.checks(begun + each.probe.seconds)
        else:
            found.append(each)
    return found


def check_of(name: str, error: Exception) -> Check:
    """Return the check for an error. Its words are safe to print: the text of an unexpected one is left out."""
    if isinstance(error, Speech2CosmosError):
        kind = unknown if isinstance(error, Throttled) else failed
        # The service refuses the request itself. Another of its checks may say what it lacks, such as an index.
        fix = _REFUSED if type(error) is ServiceRefused else advice_for(error)
        return kind(name, redacted(str(error)), fix)
    last = extract_tb(error.__traceback__)[-1:]
    place = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in last)
    return unknown(name, f"unexpected {type(error).__name__}{place}", "the same command with --verbose")
