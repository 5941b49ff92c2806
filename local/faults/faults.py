"""The faults between a client and a service, and the rules that select the requests that meet them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Moment(StrEnum):
    """The moments at which a watcher is called: before the service gets the request, and after it has acted."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Exchange:
    """A request as it arrived. `number` counts the front's requests from 1; header names are in lower case."""

    service: str
    number: int
    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    answer: bytes = field(default=b"", repr=False)
    """The body of the service's answer, once it has acted."""


@dataclass(frozen=True)
class Answer:
    """The layer answers itself, and the service never gets the request."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"code": "Fault", "message": "made up by the fault layer"}'


@dataclass(frozen=True)
class Drop:
    """The connection is reset before the service gets the request."""


@dataclass(frozen=True)
class Lost:
    """The service acts, and the connection is reset before the first byte of its answer."""


@dataclass(frozen=True)
class Reset:
    """The service acts, and the connection is reset in the middle of the answer's body."""


@dataclass(frozen=True)
class CutShort:
    """The service acts, and the connection ends in the middle of the body, short of its Content-Length."""


@dataclass(frozen=True)
class CutLength:
    """The service acts, and only half of the body arrives, with a matching Content-Length."""


@dataclass(frozen=True)
class NotJson:
    """The service acts, and a page of HTML arrives with status 200."""


@dataclass(frozen=True)
class Slow:
    """The service acts, and its answer is delayed by this many seconds."""

    seconds: float


@dataclass(frozen=True)
class Changed:
    """The service acts, and `change` replaces the body of its answer."""

    change: Callable[[bytes], bytes]


Fault = Answer | Changed | Drop | Lost | Reset | CutShort | CutLength | NotJson | Slow


@dataclass
class Rule:
    """A rule: which requests meet the fault. Method and target have to match. `chance` and `times` limit them."""

    fault: Fault
    chance: float = 1.0
    method: str = ".*"
    """Regular expression of the whole method."""
    target: str = ""
    """Regular expression found anywhere in path and query."""
    when: Callable[[Exchange], bool] = lambda _: True
    """Another condition, on headers or body."""
    times: int | None = None
    met: int = 0
    """How many requests met the fault."""

    def take(self, exchange: Exchange, random: Random) -> Fault | None:
        """Return the fault if the request meets it, and count the request."""
        if self.times is not None and self.met >= self.times:
            return None
        if not re.fullmatch(self.method, exchange.method) or not re.search(self.target, exchange.target):
            return None
        if not self.when(exchange) or random.random() >= self.chance:
            return None
        self.met += 1
        return self.fault
