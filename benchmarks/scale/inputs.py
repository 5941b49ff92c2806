"""What the page rests on besides measurements: the load's shape, which is assumed, and published limits.

A reader can replace each of them.
"""

import json
from pathlib import Path
from typing import Any

from benchmarks.cost.prices import FIGURES, Book, Figure

LOADS = (1_000_000, 10_000_000)
"""Hours of audio a month."""

_YOURS = "your load"
_CODE = "infra/main.bicep"
_MEASURED_WAY = "no measurement in Azure yet"

SHAPE = (
    Figure(
        "busy-hours", 220, "hours of a month in which recordings arrive: ten on each working day", _YOURS, "assumed"
    ),
    Figure("busiest", 1.5, "times the average of these hours, in the busiest one", _YOURS, "assumed"),
    Figure("retention-days", 90, "days that documents and raw results are kept", _YOURS, "assumed"),
    Figure("own-requests-a-job", 1, "request of your own to Speech for a job, which creates it", _YOURS, "assumed"),
    Figure("headroom", 2, "times the RU/s of the busiest hour, because partitions differ", _MEASURED_WAY, "assumed"),
)

_SPEECH = "https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-quotas-and-limits"
_COSMOS = "https://learn.microsoft.com/azure/cosmos-db/concepts-limits"
_SERVERLESS = "https://learn.microsoft.com/azure/cosmos-db/serverless-performance"
_QUEUES = "https://learn.microsoft.com/azure/storage/queues/scalability-targets"
_STORAGE = "https://learn.microsoft.com/azure/storage/common/scalability-targets-standard-account"
_FLEX = "https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan"

LIMITS = (
    Figure("speech-requests-minute", 600, "requests to a Speech resource a minute: 100 in 10 s", _SPEECH, "Microsoft"),
    Figure("speech-files-a-job", 1000, "recordings of a job, if it lists their URLs", _SPEECH, "Microsoft"),
    Figure("serverless-gb", 1000, "GB of a serverless container", _COSMOS, "Microsoft"),
    Figure("serverless-ru", 5000, "RU/s of a serverless container of up to 250 GB", _SERVERLESS, "Microsoft"),
    Figure("database-ru", 1_000_000, "RU/s of a database with autoscale", _COSMOS, "Microsoft"),
    Figure(
        "autoscale-ru-a-gb", 10, "RU/s that the maximum of autoscale has at least, for each GB", _COSMOS, "Microsoft"
    ),
    Figure("partition-gb", 50, "GB of a physical partition", _SERVERLESS, "Microsoft"),
    Figure("partition-ru", 10_000, "RU/s of a physical partition", _COSMOS, "Microsoft"),
    Figure("key-gb", 20, "GB of a logical partition, here a recording", _COSMOS, "Microsoft"),
    Figure("queue-messages-second", 2000, "messages a second of a queue", _QUEUES, "Microsoft"),
    Figure("storage-requests-second", 20_000, "requests a second of a storage account", _STORAGE, "Microsoft"),
    Figure(
        "region-gb",
        500,
        "GB of all Flex Consumption instances of a subscription in a region: 512,000 MB",
        _FLEX,
        "Microsoft",
    ),
    Figure("cosmos-max-throughput", 4000, "RU/s, `cosmosMaxThroughput` as it is", _CODE, "assumed"),
    Figure("maximum-instances", 40, "instances of a function, `maximumInstanceCount` as it is", _CODE, "assumed"),
)

INPUTS = (*SHAPE, *LIMITS)

_QUEUE_SETTINGS: dict[str, Any] = json.loads((Path(__file__).parent.parent.parent / "host.json").read_text())
RUNS_AN_INSTANCE = sum(_QUEUE_SETTINGS["extensions"]["queues"][name] for name in ("batchSize", "newBatchThreshold"))
"""Runs of a function that an instance has at once, at most."""


def book() -> Book:
    """Return these inputs, and the prices and assumptions of docs/cost.md."""
    return Book((*INPUTS, *FIGURES))
