"""Every service misbehaving: each fault alone, for every kind of request; then all of them mixed."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.chaos.bench import Bench, bench
from benchmarks.chaos.ledger import Row
from benchmarks.chaos.services.load import Load, Under
from benchmarks.chaos.services.outages import (
    FAULTS,
    HIDDEN,
    SERVICES,
    TOO_SLOW,
    Outage,
    is_archived,
    is_batch,
    is_content,
    is_link,
    met,
    refusals,
    rule,
)
from local.faults import Answer, Exchange, Fault, Rule, Slow
from local.speech.spec import Settings

GROUP = "services"

MIXED = 0.2
"""Share of all requests that meet a fault when they are mixed."""

_REFUSED_SECONDS = 3.0
_LINK_SECONDS = 2.5
"""How long a link that is good for one second, rounded up, is on its way."""

_SLOW_SECONDS = 60.0
_MANY = 100_000
"""Requests that Speech allows: its limit is a fault of its own here."""

log = logging.getLogger(__name__)


@contextmanager
def stage(seed: int = 1) -> Iterator[Bench]:
    """Start the stack."""
    with bench({"AzureFunctionsJobHost__extensions__queues__visibilityTimeout": HIDDEN}, seed=seed) as running:
        running.speech.configure(Settings(requests_per_window=_MANY))
        yield running


def run(*, seed: int = 1, only: str = "") -> Iterator[Row]:
    """Let every fault (or those whose words match `only`) meet every kind of request."""
    with stage(seed) as running:
        load = Load(running)
        for words, act in _acts().items():
            if re.search(only, words):
                yield row(running, load, words, act)


Counts = dict[str, int]
"""How many requests met a fault, by service."""

Act = Callable[[Bench, Load], tuple[list[Under], Callable[[], Counts]]]
"""Puts jobs; returns these, and what lets a fault meet them until they have ended."""


def _acts() -> dict[str, Act]:
    alone: dict[str, Act] = {words: answering(faults) for words, faults in FAULTS.items()}
    return {
        **alone,
        "connections refused": _refused,
        "412 on every conditional write": _conditional,
        "a link's signature ends before the content is asked for": _late_link,
        "answers that come after the client's timeout": _too_slow,
        f"all of them mixed, {MIXED:.0%} of all requests": _mixed,
    }


def row(running: Bench, load: Load, words: str, act: Act) -> Row:
    """Let one fault meet its jobs, and compare what is stored when they have ended."""
    begun, before = time.monotonic(), load.signals()
    under, meet = act(running, load)
    with running.reader([each.spec for each in under]) as reader:
        met_at = meet()
        verdict = load.verdict(under)
    running.faults.clear()
    signals = load.signals() - before
    sent_again = sum(each.sent_again for each in under)
    differences = [*verdict.words, *reader.seen.words]
    for each in differences:
        log.error("%s: %s", words, each)
    log.info("%s: %.1f s, %s", words, time.monotonic() - begun, dict(signals))
    deliveries = signals["failed"] + signals["throttled"]
    note = [
        ", ".join(f"{SERVICES[service]} {number:,}" for service, number in met_at.items()),
        f"{signals['retry']:,} asked again, {deliveries:,} deliveries or ticks again, {sent_again} jobs replayed",
        f"{reader.seen.reads:,} reads",
    ]
    return Row(
        group=GROUP,
        fault=words,
        cases=sum(met_at.values()),
        lost=verdict.lost,
        duplicated=verdict.duplicated,
        half_visible=reader.seen.half_visible,
        repaired=signals["retry"] + deliveries + sent_again,
        note=". ".join(["; ".join(note), *differences[:3]]),
    )


def _each_service(load: Load) -> dict[str, list[Under]]:
    return {service: [load.put(kind) for kind in load.kinds[-2:]] for service in SERVICES}


def _ids(under: list[Under]) -> frozenset[str]:
    return frozenset(each.spec.id for each in under)


def _all(under: dict[str, list[Under]]) -> list[Under]:
    return [each for some in under.values() for each in some]


def answering(faults: dict[str, Fault]) -> Act:
    """Return the act of letting each service have its fault, for jobs of its own."""

    def act(running: Bench, load: Load) -> tuple[list[Under], Callable[[], Counts]]:
        under = _each_service(load)
        rules = {service: [rule(faults[service], Outage(_ids(some)))] for service, some in under.items()}
        return _all(under), lambda: _meet(running, load, _all(under), rules)

    return act


def _meet(running: Bench, load: Load, under: list[Under], rules: dict[str, list[Rule]]) -> Counts:
    """Let the rules hold until the jobs have ended: by then every outage is over."""
    for service, some in rules.items():
        running.faults.fronts[service].rules[:] = some
    load.enqueue(under)
    load.ended(under)
    return {service: met(some) for service, some in rules.items()}


def _refused(running: Bench, load: Load) -> tuple[list[Under], Callable[[], Counts]]:
    under = _each_service(load)

    def meet() -> Counts:
        return {service: _while_refused(running, load, service, some) for service, some in under.items()}

    return _all(under), meet


def _while_refused(running: Bench, load: Load, service: str, under: list[Under]) -> int:
    before = load.signals()
    load.enqueue(under[:1])
    time.sleep(1.0)  # the first is under way by then
    running.faults.fronts[service].refuse()
    load.enqueue(under[1:])
    time.sleep(_REFUSED_SECONDS)
    running.faults.fronts[service].accept()
    load.ended(under)
    since = load.signals() - before
    return since["retry"] + since["failed"]


def _conditional(running: Bench, load: Load) -> tuple[list[Under], Callable[[], Counts]]:
    under = [load.put(kind) for kind in load.kinds]
    return under, lambda: _meet(running, load, under, {"cosmos": refusals(_ids(under))})


def _late_link(running: Bench, load: Load) -> tuple[list[Under], Callable[[], Counts]]:
    late = [load.put(kind, sas_seconds=1) for kind in ("several-batches", "partly-failed")]
    refused = [load.put(kind) for kind in ("several-batches", "partly-failed")]
    links, contents = Outage(_ids(late)), Outage(_ids(refused))
    rules = {
        "speech": [Rule(Slow(_LINK_SECONDS), when=lambda asked: is_link(asked) and links(asked))],
        "blob": [Rule(Answer(403), when=lambda asked: is_content(asked) and contents(asked))],
    }
    under = [*late, *refused]
    return under, lambda: _meet(running, load, under, rules)


def _too_slow(running: Bench, load: Load) -> tuple[list[Under], Callable[[], Counts]]:
    under = _each_service(load)
    reading, writing = ([each] for each in under["blob"])
    rules = {
        "speech": [_late("speech", is_link, under["speech"])],
        "cosmos": [_late("cosmos", is_batch, under["cosmos"])],
        "blob": [_late("blob", is_content, reading), _late("blob", is_archived, writing)],
    }
    return _all(under), lambda: _meet(running, load, _all(under), rules)


def _late(service: str, which: Callable[[Exchange], bool], under: list[Under]) -> Rule:
    outage = Outage(_ids(under), seconds=_SLOW_SECONDS, most=1)
    return Rule(TOO_SLOW[service], when=lambda asked: which(asked) and outage(asked))


def _mixed(running: Bench, load: Load) -> tuple[list[Under], Callable[[], Counts]]:
    under = [load.put(kind) for kind in load.kinds for _ in range(4)]
    # Each rule is asked only about what all rules before it have let pass.
    chance = 1 - (1 - MIXED) ** (1 / len(FAULTS))
    rules = {service: [Rule(faults[service], chance=chance) for faults in FAULTS.values()] for service in SERVICES}
    rules["cosmos"].append(Rule(Answer(412), chance=MIXED, when=lambda asked: "if-match" in asked.headers))
    return under, lambda: _meet(running, load, under, rules)
