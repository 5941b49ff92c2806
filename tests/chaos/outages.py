"""An outage: a fault that every kind of request to a service meets for a while."""

import json
import re
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from local.faults import Answer, CutLength, CutShort, Drop, Exchange, Fault, Lost, NotJson, Reset, Rule, Slow

SERVICES = {"speech": "Speech", "cosmos": "Cosmos DB", "blob": "Blob storage"}

SECONDS = 2.0
"""How long each kind of request meets the fault, from the first of its kind on, so that late ones meet it too."""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PARTITION = "x-ms-documentdb-partitionkey"
_BATCH = "x-ms-cosmos-is-batch-request"
_QUERY = "x-ms-documentdb-isquery"
_UPSERT = "x-ms-documentdb-is-upsert"

_XML = b"<?xml version='1.0'?><Error><Code>Fault</Code><Message>made up by the fault layer</Message></Error>"
_COSMOS_WAIT = {"x-ms-retry-after-ms": "300", "x-ms-substatus": "3200"}


def answering(status: int, *, told: bool = False) -> dict[str, Fault]:
    """Let every service answer with a status, in its own form; `told`: it says how long to wait."""
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
    **{str(status): answering(status) for status in (408, 410, 423, 449, 500, 503)},
    "403 of a firewall": answering(403),
    **{
        words: dict.fromkeys(SERVICES, fault)
        for words, fault in (
            ("connection reset before the service sees the request", Drop()),
            ("the service acts, its answer is lost", Lost()),
            ("reset in the middle of the answer's body", Reset()),
            ("body that ends short of its Content-Length", CutShort()),
            ("body cut short, its Content-Length fits", CutLength()),
            ("200 with a page of HTML", NotJson()),
        )
    },
}
"""What is wrong with an answer, by service."""

TOO_SLOW = {"speech": Slow(62.0), "cosmos": Slow(32.0), "blob": Slow(62.0)}
"""A little more than the client of each waits."""


@dataclass
class Outage:
    """Which requests meet the fault: those for the jobs `mine`, and those for no job in particular.

    `most`: how many of each kind.
    """

    mine: Collection[str]
    seconds: float = SECONDS
    most: int | None = None
    begun: dict[str, float] = field(default_factory=dict)
    met: dict[str, int] = field(default_factory=dict)

    def __call__(self, exchange: Exchange) -> bool:
        """Say whether the request meets it."""
        named = _jobs_in(exchange)
        if named and named.isdisjoint(self.mine):
            return False
        kind = kind_of(exchange)
        if time.monotonic() - self.begun.setdefault(kind, time.monotonic()) > self.seconds:
            return False
        self.met[kind] = self.met.get(kind, 0) + 1
        return self.most is None or self.met[kind] <= self.most


def refusals(mine: Collection[str]) -> list[Rule]:
    """Return the rules by which Cosmos DB refuses every conditional write; a create in a batch is one too."""
    outage = Outage(mine)
    batch = Answer(207, body=b'[{"statusCode": 412, "requestCharge": 0.0}]')
    return [
        Rule(batch, when=lambda asked: is_batch(asked) and _conditional(asked) and outage(asked)),
        Rule(Answer(412), when=lambda asked: _conditional(asked) and outage(asked)),
    ]


def _conditional(exchange: Exchange) -> bool:
    if is_batch(exchange):
        return any("ifMatch" in each or each["operationType"] == "Create" for each in json.loads(exchange.body))
    return "if-match" in exchange.headers


def is_batch(exchange: Exchange) -> bool:
    """Say whether Cosmos DB is asked for a transactional batch."""
    return _BATCH in exchange.headers


def is_archived(exchange: Exchange) -> bool:
    """Say whether Blob storage is asked to write."""
    return exchange.method == "PUT"


def is_content(exchange: Exchange) -> bool:
    """Say whether Blob storage is asked for a result file."""
    return exchange.method == "GET" and "/TranscriptionData/" in exchange.target


def gives_links(exchange: Exchange) -> bool:
    """Say whether Speech is asked for files with their links."""
    return re.search(r"/files(?:[/?]|$)", exchange.target) is not None


def kind_of(exchange: Exchange) -> str:
    """Return the request without what differs between two of its kind."""
    headers = exchange.headers
    path, _, asked = exchange.target.partition("?")
    path = "/".join("*" if re.search(r"\d", each) else each for each in path.split("/")[:7])
    marks = [name for name in (_BATCH, _QUERY, _UPSERT, "if-match") if name in headers]
    comp = re.search(r"comp=\w+|filter=", asked)
    return " ".join([exchange.method, path, *marks, comp[0] if comp else ""])


def _jobs_in(exchange: Exchange) -> set[str]:
    text = f"{exchange.target} {exchange.headers.get(_PARTITION, '')}"
    found = _ID.findall(text.lower())
    if not found and exchange.body and not exchange.headers.get(_QUERY):
        found = _ID.findall(exchange.body[:4096].decode("utf-8", "ignore"))
    return set(found)
