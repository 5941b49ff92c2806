"""A deliverer as its parent sees it: its effects are numbered, and at one moment of them it is killed."""

import os
import signal
from collections.abc import Iterable, Mapping
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Self

from benchmarks.chaos.crash.deliverer import PRELOADED, Delivery, serve
from local.faults import ClientGone, Exchange, Front, Moment

_ANSWER_SECONDS = 120.0


class Killed(Exception):
    """The process was killed, as planned."""


class Stuck(Exception):
    """A delivery took longer than any should."""


def forkserver() -> ForkServerContext:
    """Return the way to start processes that have all modules loaded, and nothing else of their parent."""
    context = get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


class Watch:
    """Counts the requests of the process under watch, at all fronts; kills it at a moment if it is given one.

    Moment 2k is just before effect k, moment 2k + 1 just after it; effects are numbered from 0.
    """

    def __init__(self, fronts: Iterable[Front]) -> None:
        for front in fronts:
            front.watch = self._told
        self.begin(None, None)

    def begin(self, pid: int | None, moment: int | None) -> None:
        """Count anew; kill `pid` at `moment`."""
        self.effects: list[str] = []
        self.acted: set[int] = set()
        self.killed = False
        self._numbers: dict[tuple[str, int], int] = {}
        self._pid, self._moment = pid, moment

    def has(self, method: str, service: str) -> bool:
        """Say whether the service has acted on such a request."""
        return any(self.effects[each].startswith(f"{service} {method} ") for each in self.acted)

    def _told(self, exchange: Exchange, moment: Moment) -> None:
        key = (exchange.service, exchange.number)
        if moment is Moment.BEFORE:
            if self.killed:
                raise ClientGone  # sent by another thread while the process died: it is no effect of the plan
            self._numbers[key] = len(self.effects)
            self.effects.append(f"{exchange.service} {exchange.method} {exchange.target.partition('?')[0]}")
        elif key not in self._numbers:
            return  # of a process that is dead by now
        else:
            self.acted.add(self._numbers[key])
        if self.killed or 2 * self._numbers[key] + (moment is Moment.AFTER) == self._moment:
            self._kill()
            raise ClientGone

    def _kill(self) -> None:
        # Known before it happens: whoever sees the process dead asks at once whether it was killed.
        first, self.killed = not self.killed, True
        if first and self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)


class Deliverer:
    """A process that carries out deliveries. A context manager."""

    def __init__(self, context: ForkServerContext, settings: Mapping[str, str], log: Path) -> None:
        self._connection, theirs = context.Pipe()
        with closing(theirs):
            self._process = context.Process(target=serve, args=(theirs, dict(settings), log))
            self._process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._process.kill()
        self._process.join()
        self._process.close()

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._process.pid is not None, "it was started"  # noqa: S101 - narrows the type
        return self._process.pid

    def deliver(self, delivery: Delivery) -> str | None:
        """Return what the function raised, in words; raise Killed if the process did not live to say so, Stuck."""
        try:
            self._connection.send(delivery)
            if not self._connection.poll(_ANSWER_SECONDS):
                raise Stuck(f"{delivery} was not through after {_ANSWER_SECONDS:.0f} s")
            answer: str | None = self._connection.recv()
        except (EOFError, ConnectionError) as error:
            self._process.join()
            raise Killed(str(delivery.function)) from error
        return answer
