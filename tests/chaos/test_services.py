"""Every service misbehaves: each fault alone, for every kind of request, then all of them mixed."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from local.faults import Answer, Exchange, Fault, Rule, Slow
from local.speech import JobSpec
from tests.chaos.bench import NO_LIMIT, VISIBILITY, Bench, started
from tests.chaos.kinds import Kind, of_files, samples, several_batches
from tests.chaos.outages import (
    FAULTS,
    SERVICES,
    TOO_SLOW,
    Outage,
    gives_links,
    is_archived,
    is_batch,
    is_content,
    refusals,
)
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

PAUSE = "00:00:03"
"""More than an outage of one kind of request lasts: no message uses up its five tries by one kind alone."""

MIXED = 0.2
"""Share of all requests that meet a fault when faults are mixed."""

LINK_SECONDS = 2.5
"""How long a link that is valid for one second, rounded up, is on its way."""

KINDS = (samples()["reference"], samples()["partly-failed"], of_files("several batches", several_batches()))
Jobs = list[tuple[Kind, JobSpec]]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with started({VISIBILITY: PAUSE}) as running:
        running.speech.configure(NO_LIMIT)
        running.undisturbed(*KINDS)
        yield running


def tried(bench: Bench, row: Row, jobs: Jobs, rules: Mapping[str, list[Rule]]) -> None:
    """Let the rules hold until the jobs have ended, which is after every outage, and judge."""
    specs = [spec for _, spec in jobs]
    before = bench.signals()
    with bench.reader(specs) as reader:
        for service, some in rules.items():
            bench.faults.fronts[service].rules[:] = some
        bench.enqueue(*specs)
        bench.ended(*specs)
    met = {SERVICES[service]: sum(rule.met for rule in some) for service, some in rules.items()}
    row.cases += sum(met.values())
    row.judge(bench.verdict(jobs), reader.seen)
    signals = bench.signals() - before
    row.notes.append(", ".join(f"{service} {number:,}" for service, number in met.items()))
    row.notes.append(f"{signals['retry']:,} requests repeated, {signals['failed']:,} deliveries or ticks failed")


def ids(jobs: Jobs) -> set[str]:
    return {spec.id for _, spec in jobs}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_kind_of_request_meets(bench: Bench, row: Row, fault: str) -> None:
    own = {service: bench.puts(KINDS[-2:], 2) for service in SERVICES}
    rules = {service: [Rule(FAULTS[fault][service], when=Outage(ids(jobs)))] for service, jobs in own.items()}
    tried(bench, row, [each for jobs in own.values() for each in jobs], rules)


def test_every_conditional_write_is_refused_with_412(bench: Bench, row: Row) -> None:
    jobs = bench.puts(KINDS, len(KINDS))
    tried(bench, row, jobs, {"cosmos": refusals(ids(jobs))})


def test_the_signature_of_a_link_ends_before_the_content_is_asked_for(bench: Bench, row: Row) -> None:
    late = [(kind, bench.put(kind, sas_seconds=1)) for kind in KINDS[-2:]]
    refused = bench.puts(KINDS[-2:], 2)
    rules = {
        "speech": [_one_rule(Slow(LINK_SECONDS), gives_links, late)],
        "blob": [_one_rule(Answer(403), is_content, refused)],
    }
    tried(bench, row, [*late, *refused], rules)


def test_answers_come_after_the_clients_timeout(bench: Bench, row: Row) -> None:
    own = {service: bench.puts(KINDS[-2:], 2) for service in SERVICES}
    reading, writing = ([each] for each in own["blob"])
    rules = {
        "speech": [_one_rule(TOO_SLOW["speech"], gives_links, own["speech"], most=1)],
        "cosmos": [_one_rule(TOO_SLOW["cosmos"], is_batch, own["cosmos"], most=1)],
        "blob": [
            _one_rule(TOO_SLOW["blob"], is_content, reading, most=1),
            _one_rule(TOO_SLOW["blob"], is_archived, writing, most=1),
        ],
    }
    tried(bench, row, [each for jobs in own.values() for each in jobs], rules)


def test_a_fifth_of_all_requests_meets_any_of_these_faults(bench: Bench, row: Row) -> None:
    jobs = bench.puts(KINDS, 12)
    # Each rule is asked only about what the rules before it have let pass.
    chance = 1 - (1 - MIXED) ** (1 / len(FAULTS))
    rules = {service: [Rule(faults[service], chance=chance) for faults in FAULTS.values()] for service in SERVICES}
    rules["cosmos"].append(Rule(Answer(412), chance=MIXED, when=lambda asked: "if-match" in asked.headers))
    tried(bench, row, jobs, rules)


def _one_rule(fault: Fault, which: Callable[[Exchange], bool], jobs: Jobs, most: int | None = None) -> Rule:
    outage = Outage(ids(jobs), seconds=60.0, most=most) if most else Outage(ids(jobs))
    return Rule(fault, when=lambda asked: which(asked) and outage(asked))
