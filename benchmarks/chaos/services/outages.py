"""An outage: one fault at one service, which every kind of request to it meets for a while."""

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from local.faults import Answer, CutLength, CutShort, Drop, Exchange, Fault, Lost, NotJson, Reset, Rule, Slow

SECONDS = 2.0
"""How long each kind of request meets the fault, from the first one of its kind on.

So none is spared: what a message asks for late meets it too. It is less than the wait before the next delivery, so
that no message uses up its five tries by this alone.
"""

HIDDEN = "00:00:03"
"""`visibilityTimeout`, the wait before the next delivery."""

SERVICES = {"speech": "Speech", "cosmos": "Cosmos DB", "blob": "Blob"}

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PARTITION = "x-ms-documentdb-partitionkey"
_BATCH = "x-ms-cosmos-is-batch-request"
_QUERY = "x-ms-documentdb-isquery"
_UPSERT = "x-ms-documentdb-is-upsert"

_XML = b"<?xml version='1.0'?><Error><Code>Fault</Code><Message>made up by the fault layer</Message></Error>"
_COSMOS_WAIT = {"x-ms-retry-after-ms": "300", "x-ms-substatus": "3200"}


def everywhere(fault: Fault) -> dict[str, Fault]:
    """Let every service have the fault."""
    return dict.fromkeys(SERVICES, fault)


def answering(status: int, *, told: bool = False) -> dict[str, Fault]:
    """Let every service answer so, in its own form; `told`: it says how long to wait."""
    wait = {"Retry-After": "1"} if told else {}
    json_type = {"Content-Type": "application/json"}
    return {
        "speech": Answer(status, {**json_type, **wait}),
        "cosmos": Answer(status, {**json_type, **(_COSMOS_WAIT if told else {})}),
        "blob": Answer(status, {"Content-Type": "application/xml", **wait}, _XML),
    }


FAULTS: dict[str, dict[str, Fault]] = {
    "429 that says how long to wait": answering(429, told=True),
    "429 that does not say how long": answering(429),
    **{str(status): answering(status) for status in (408, 449, 500, 503)},
    "the connection is reset before the service sees the request": everywhere(Drop()),
    "the service acts, its answer is lost": everywhere(Lost()),
    "a reset in the middle of the answer's body": everywhere(Reset()),
    "a body that ends short of its Content-Length": everywhere(CutShort()),
    "a body cut short, its Content-Length fits": everywhere(CutLength()),
    "200 with a page of HTML": everywhere(NotJson()),
}
"""What is wrong with the answer, by service."""

TOO_SLOW: dict[str, Fault] = {"speech": Slow(62.0), "cosmos": Slow(32.0), "blob": Slow(62.0)}
"""A little more than the client of each waits."""


@dataclass
class Outage:
    """Which requests to a service meet the fault: those for the jobs `mine`, and those for no job in particular.

    `most`: how many of each kind.
    """

    mine: frozenset[str]
    seconds: float = SECONDS
    most: int | None = None
    begun: dict[str, float] = field(default_factory=dict)
    met: dict[str, int] = field(default_factory=dict)

    def __call__(self, exchange: Exchange) -> bool:
        """Say whether the request meets it."""
        named = _jobs_in(exchange)
        if named and not named & self.mine:
            return False
        kind = kind_of(exchange)
        if time.monotonic() - self.begun.setdefault(kind, time.monotonic()) > self.seconds:
            return False
        self.met[kind] = self.met.get(kind, 0) + 1
        return self.most is None or self.met[kind] <= self.most


def rule(fault: Fault, outage: Outage) -> Rule:
    """Return the rule of an outage."""
    return Rule(fault, when=outage)


def conditional(exchange: Exchange) -> bool:
    """Say whether Cosmos DB is asked to write under a condition; a create in a batch is one too."""
    if is_batch(exchange):
        return any("ifMatch" in each or each["operationType"] == "Create" for each in json.loads(exchange.body))
    return "if-match" in exchange.headers


def refusals(mine: frozenset[str]) -> list[Rule]:
    """Return the rules by which every conditional write is refused, as Cosmos DB words it."""
    outage = Outage(mine)
    batch = Answer(207, body=b'[{"statusCode": 412, "requestCharge": 0.0}]')
    return [
        Rule(batch, when=lambda asked: is_batch(asked) and conditional(asked) and outage(asked)),
        Rule(Answer(412), when=lambda asked: conditional(asked) and outage(asked)),
    ]


def is_batch(exchange: Exchange) -> bool:
    """Say whether Cosmos DB is asked for a transactional batch."""
    return _BATCH in exchange.headers


def is_archived(exchange: Exchange) -> bool:
    """Say whether Blob storage is asked to write."""
    return exchange.method == "PUT"


def is_content(exchange: Exchange) -> bool:
    """Say whether Blob storage is asked for a result file."""
    return exchange.method == "GET" and "/TranscriptionData/" in exchange.target


def is_link(exchange: Exchange) -> bool:
    """Say whether Speech is asked for a file with its link."""
    return re.search(r"/files/[0-9a-f-]{36}", exchange.target) is not None


def kind_of(exchange: Exchange) -> str:
    """Return the request without what tells two of its kind apart."""
    headers = exchange.headers
    path, _, asked = exchange.target.partition("?")
    path = "/".join("*" if re.search(r"\d", each) else each for each in path.split("/")[:7])
    marks = [name for name in (_BATCH, _QUERY, _UPSERT, "if-match") if name in headers]
    comp = re.search(r"comp=\w+|filter=", asked)
    return " ".join([exchange.method, path, *marks, comp[0] if comp else ""])


def met(rules: Iterable[Rule]) -> int:
    """Return how many requests met the rules."""
    return sum(each.met for each in rules)


def _jobs_in(exchange: Exchange) -> frozenset[str]:
    text = f"{exchange.target} {exchange.headers.get(_PARTITION, '')}"
    found = _ID.findall(text.lower())
    if not found and exchange.body and not exchange.headers.get(_QUERY):
        found = _ID.findall(exchange.body[:4096].decode("utf-8", "ignore"))
    return frozenset(found)
