"""The two containers of the database: keys, indexes, time to live. Local provisioning and Bicep follow these."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Container:
    """A container; only `indexed` paths are, since phrases, words and texts are never filtered on."""

    name: str
    partition_key: tuple[str, ...]
    indexed: tuple[str, ...]

    def indexing_policy(self) -> dict[str, Any]:
        """Return the policy as Cosmos DB's API writes it."""
        return {
            "indexingMode": "consistent",
            "automatic": True,
            "includedPaths": [{"path": f"/{name}/?"} for name in self.indexed],
            "excludedPaths": [{"path": "/*"}],
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
    ),
)

TRANSCRIPTS = Container(
    name="transcripts",
    partition_key=("/jobId", "/fileId"),
    indexed=("jobId", "fileId", "type", "kind", "run", "revision", "ttl", "ingestedAt"),
)

CONTAINERS = (JOBS, TRANSCRIPTS)

TIME_TO_LIVE = -1
"""Time to live is on, without a default: only documents that have a `ttl` of their own go."""
