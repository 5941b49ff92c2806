"""Prices and assumptions. A reader can replace each figure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

REGION = "West US 2"
CURRENCY = "USD"
NOTED = "2026-11-22"

Status = Literal["Microsoft", "quoted by others", "assumed", "you"]
"""The origin of a figure.

Microsoft: a page of its documentation calculates with it. quoted by others: public documents quote it from Microsoft's
Retail Prices API, and nobody checked it; the pricing page shows it only to a browser. assumed: by us.
"""


@dataclass(frozen=True)
class Figure:
    """A number of the formula: `value` a `unit`, its source, and its origin."""

    name: str
    value: float
    unit: str
    source: str
    status: Status


class UnknownFigure(Exception):
    """A given value is for an unknown figure, or is not a number. The message says which."""


_COSMOS = "https://learn.microsoft.com/azure/cosmos-db/understand-your-bill"
_FUNCTIONS = "https://learn.microsoft.com/azure/azure-functions/functions-consumption-costs"
_FUNCTIONS_PRICES = "https://azure.microsoft.com/pricing/details/functions/"
_BLOBS = "https://azure.microsoft.com/pricing/details/storage/blobs/"
_QUEUES = "https://azure.microsoft.com/pricing/details/storage/queues/"
_ALERTS = "https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview"
_MONITOR = "https://azure.microsoft.com/pricing/details/monitor/"

PRICES = (
    Figure("cosmos-million-ru", 0.25, "million RU, serverless", _COSMOS, "Microsoft"),
    Figure("cosmos-gb-month", 0.25, "GB and month", _COSMOS, "Microsoft"),
    Figure("functions-gb-s", 0.000026, "GB-s, on demand", _FUNCTIONS, "Microsoft"),
    Figure("functions-million-runs", 0.40, "million executions, on demand", _FUNCTIONS, "Microsoft"),
    Figure("functions-free-gb-s", 100_000, "GB-s free a month", _FUNCTIONS_PRICES, "quoted by others"),
    Figure("functions-free-runs", 250_000, "executions free a month", _FUNCTIONS_PRICES, "quoted by others"),
    Figure("blob-gb-month", 0.0184, "GB and month, hot, LRS", _BLOBS, "quoted by others"),
    Figure("blob-10k-writes", 0.05, "10,000 write operations, hot, LRS", _BLOBS, "quoted by others"),
    Figure("queue-10k-operations", 0.004, "10,000 operations, LRS", _QUEUES, "quoted by others"),
    Figure("logs-gb", 2.30, "GB ingested", _MONITOR, "quoted by others"),
    Figure("logs-free-gb", 5, "GB free a month", _MONITOR, "quoted by others"),
    Figure("alert-rule-month", 0.50, "log alert rule, every 15 minutes, and month", _MONITOR, "quoted by others"),
    Figure("alert-series-month", 0.05, "further series of a log alert rule, and month", _ALERTS, "quoted by others"),
    Figure("metric-series-month", 0.10, "series of a metric alert rule, and month", _MONITOR, "quoted by others"),
    Figure("autoscale-100-ru-hour", 0.012, "100 RU/s and hour, autoscale", _COSMOS, "quoted by others"),
)

_CODE = "host.json, infra/main.bicep"
_DOCS = "https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan"
_OURS = "no measurement in Azure yet"

ASSUMPTIONS = (
    Figure("instance-gb", 2, "GB, `instanceMemoryMB`", _CODE, "assumed"),
    Figure("shortest-run-seconds", 1, "s, the least that is billed", _DOCS, "Microsoft"),
    Figure("cosmos-request-seconds", 0.02, "s a request to Cosmos DB", _OURS, "assumed"),
    Figure("speech-request-seconds", 0.2, "s a request to Speech, or for a file", _OURS, "assumed"),
    Figure("blob-request-seconds", 0.05, "s a request to Blob storage", _OURS, "assumed"),
    Figure("queue-operations-a-message", 3, "operations: put, get, delete", _OURS, "assumed"),
    Figure("host-operations-a-minute", 30, "operations of the host: empty queues, leases", _OURS, "assumed"),
    Figure("host-rows-a-minute", 10, "operations of the host on blobs, which are logged", _OURS, "assumed"),
    Figure("log-row-bytes", 1000, "bytes a row of a log", _OURS, "assumed"),
)

FIGURES = (*PRICES, *ASSUMPTIONS)


class Book:
    """All figures by name."""

    def __init__(self, figures: Iterable[Figure] = FIGURES) -> None:
        self._figures = {figure.name: figure for figure in figures}

    def __getitem__(self, name: str) -> float:
        return self._figures[name].value

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures, in the order of the tables."""
        return tuple(self._figures.values())

    def with_values(self, given: Iterable[str]) -> "Book":
        """Return a book in which each `name=value` of `given` replaces a figure. Raises UnknownFigure."""
        figures = dict(self._figures)
        for text in given:
            name, _, value = text.partition("=")
            if name not in figures:
                raise UnknownFigure(f"{name!r} is none of {', '.join(figures)}")
            try:
                number = float(value)
            except ValueError:
                raise UnknownFigure(f"{text!r} is no name=number") from None
            figures[name] = replace(figures[name], value=number, source="the command line", status="you")
        return Book(figures.values())
