"""All scenarios, and the lanes in which `make chaos` runs them."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from benchmarks.chaos import bad_input, crash, load, processes, repair, services, together
from benchmarks.chaos.bad_input import fuzz
from benchmarks.chaos.ledger import Row, Sample

SCENARIOS: Mapping[str, Callable[[], Iterator[Row | Sample]]] = MappingProxyType(
    {
        "crash": crash.run,
        "together": together.run,
        "services": services.run,
        "processes": processes.run,
        "repair": repair.run,
        "bad-input": bad_input.run,
        "fuzz": fuzz.run,
        "load": load.run,
    }
)

LANES = (("load", "fuzz"), ("crash", "together", "services", "processes", "repair", "bad-input"))
"""Side by side. The load mostly waits: Speech lets nobody ask more than 100 times in 10 s."""
