"""All scenarios, and the lanes in which `make chaos` runs them."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from benchmarks.chaos.bad_input.fuzz import fuzz
from benchmarks.chaos.bad_input.run import run as bad_input
from benchmarks.chaos.crash.scenario import run as crash
from benchmarks.chaos.ledger import Row, Sample
from benchmarks.chaos.load.run import run as load
from benchmarks.chaos.processes import run as processes
from benchmarks.chaos.repair.run import run as repair
from benchmarks.chaos.services import run as services
from benchmarks.chaos.together import run as together

FUZZ_SECONDS = 630


def fuzzed() -> Iterator[Row]:
    """Run the coverage-guided fuzzer on the streamed reader; print what it found."""
    found = fuzz(FUZZ_SECONDS)
    for problem, data in found.problems.items():
        sys.stderr.write(f"{problem}\n  {data!r}\n")
    yield Row(
        group="bad input",
        fault=f"guided by coverage, {FUZZ_SECONDS} s",
        cases=found.executions,
        lost=len(found.problems),
        note=f"{found.edges} edges, {found.features} features, {found.corpus} inputs kept",
    )


SCENARIOS: Mapping[str, Callable[[], Iterable[Row | Sample]]] = MappingProxyType(
    {
        "crash": crash,
        "together": together,
        "services": services,
        "processes": processes,
        "repair": repair,
        "bad-input": bad_input,
        "fuzz": fuzzed,
        "load": load,
    }
)

LANES = (("load", "fuzz"), ("crash", "repair", "processes"), ("bad-input", "together", "services"))
"""Side by side. The load mostly waits: Speech lets nobody ask more than 100 times in 10 s."""
