"""The scenario: some things go missing during a run, others after it, and some are given up."""

from collections.abc import Iterator

from benchmarks.chaos.bench import bench
from benchmarks.chaos.kinds import undisturbed
from benchmarks.chaos.ledger import Row
from benchmarks.chaos.repair import documents, expired, messages, poison

KINDS = ("partly-failed", "reference", "many-files")

PATIENT = {"AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:15", "POLL_GET_LIMIT": "0"}
"""A failed message comes back after this; five times is long enough to delete something meanwhile. Speech is asked by
lists, as it is where many jobs wait."""

HASTY = {"AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:01"}
"""What fails five times is to be given up soon."""


def run(seed: int = 13) -> Iterator[Row]:
    """Run the scenario."""
    with bench(PATIENT, seed=seed) as running:
        kinds = {kind.name: kind for kind in undisturbed(running, KINDS)}
        yield from documents.run(running, kinds)
        yield from messages.run(running, kinds)
        yield from expired.run(running, kinds)
    with bench(HASTY, seed=seed) as running:
        kinds = {kind.name: kind for kind in undisturbed(running, KINDS)}
        yield from poison.run(running, kinds)
