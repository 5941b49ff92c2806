"""The two containers of the database: keys, indexes, time to live. infra/ and local/provision.py create them so."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Container:
    """A container.

    `indexed`: the paths of the indexed properties; all others have no index, because no query filters by them.
    `composite`: indexes over several properties, all ascending. Cosmos DB also uses such an index for a query that
    orders by all of its properties in descending order.
    """

    name: str
    partition_key: tuple[str, ...]
    indexed: tuple[str, ...]
    composite: tuple[tuple[str, ...], ...] = ()

    @property
    def indexes(self) -> tuple[tuple[str, ...], ...]:
        """Return the properties of each index, including those over one property."""
        return (*((name,) for name in self.indexed), *self.composite)

    def indexing_policy(self) -> dict[str, Any]:
        """Return the policy as Cosmos DB's API writes it."""
        return {
            "indexingMode": "consistent",
            "automatic": True,
            "includedPaths": [{"path": f"/{name}/?"} for name in self.indexed],
            "excludedPaths": [{"path": "/*"}],
            "compositeIndexes": [
                [{"path": f"/{name}", "order": "ascending"} for name in names] for names in self.composite
            ],
        }


JOBS = Container(
    name="jobs",
    partition_key=("/id",),
    indexed=(
        "type",
        "status",
        "pollCount",
        "acceptedAt",
        "polledAt",
        "nextPollAt",
        "movedAt",
        "endedAt",
        "tidiedAt",
        "rejectedAt",
        "retry/at",
    ),
    # One index for each query of a tick. It serves both filters and order, so a query loads only what it returns,
    # however many jobs have ended. Cosmos DB uses it only if ORDER BY names the filtered properties first and only one
    # filter is a range (learn.microsoft.com/azure/cosmos-db/index-policy#composite-indexes).
    composite=(
        ("status", "pollCount", "acceptedAt"),
        ("status", "acceptedAt"),
        ("status", "nextPollAt"),
        ("status", "polledAt"),
        ("status", "movedAt"),
        ("tidiedAt", "endedAt"),
    ),
)

TRANSCRIPTS = Container(
    name="transcripts",
    partition_key=("/jobId", "/fileId"),
    indexed=("jobId", "fileId", "type", "kind", "run", "revision", "ttl", "ingestedAt"),
)

CONTAINERS = (JOBS, TRANSCRIPTS)

TIME_TO_LIVE = -1
"""The containers' `defaultTtl`. -1 switches expiry on, but only for documents that have their own `ttl`."""
