"""What can go wrong between a client and a service, and the rules that say when."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Moment(StrEnum):
    """When a watcher is told of a request: the service has not seen it yet, or has acted on it already."""

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
    """The layer answers in the service's place, which never sees the request."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"code": "Fault", "message": "made up by the fault layer"}'


@dataclass(frozen=True)
class Drop:
    """The connection is reset before the service sees the request."""


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
    """The service acts, and half of the body arrives under a Content-Length that fits it."""


@dataclass(frozen=True)
class NotJson:
    """The service acts, and a page of HTML arrives with status 200."""


@dataclass(frozen=True)
class Slow:
    """The service acts, and its answer waits for so long, in seconds."""

    seconds: float


@dataclass(frozen=True)
class Changed:
    """The service acts, and its answer's body arrives as `change` makes it."""

    change: Callable[[bytes], bytes]


Fault = Answer | Changed | Drop | Lost | Reset | CutShort | CutLength | NotJson | Slow


@dataclass
class Rule:
    """Which requests meet the fault: those whose method and target match, by chance, at most `times` of them."""

    fault: Fault
    chance: float = 1.0
    method: str = ".*"
    """Regular expression of the whole method."""
    target: str = ""
    """Regular expression found anywhere in path and query."""
    when: Callable[[Exchange], bool] = lambda _: True
    """A further condition, on headers or body."""
    times: int | None = None
    met: int = 0
    """How many requests met it."""

    def take(self, exchange: Exchange, random: Random) -> Fault | None:
        """Return the fault if the request meets it, and count that."""
        if self.times is not None and self.met >= self.times:
            return None
        if not re.fullmatch(self.method, exchange.method) or not re.search(self.target, exchange.target):
            return None
        if not self.when(exchange) or random.random() >= self.chance:
            return None
        self.met += 1
        return self.fault
