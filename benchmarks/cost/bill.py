"""The formula: from the measured usage to the cost of a thousand hours of audio."""

from dataclasses import dataclass

from benchmarks.cost.measured import JobUsage, Measured
from benchmarks.cost.prices import Book

HOURS = 1000
"""Hours of audio for which the tables are computed."""

GB = 1e9
"""Bytes. Azure bills 10^9 for logs, and does not say which for the rest; the difference is 7 %."""

MONTH_MINUTES = 730 * 60
DAYS_A_MONTH = 365 / 12

LOG_ALERT_RULES = 2
"""The number in infra/modules/alerts.bicep; a test counts them."""

CAUSES = (
    "poison",
    "given-up",
    "oldest-pending",
    "ended-badly",
    "stands-still",
    "failures",
    "poll-trouble",
    "throttled",
)
"""The causes of the rule that has several, in infra/modules/alerts.bicep."""


FETCHING = ("page", "file")
"""The phases in which files are fetched: several by the message of a page, or one by a message of its own."""


@dataclass(frozen=True)
class Line:
    """A line of a bill: `amount` of `unit`; `cost` in the currency; `monthly` if it is charged each month."""

    what: str
    amount: float
    unit: str
    cost: float
    monthly: bool = False


@dataclass(frozen=True)
class Bill:
    """The cost of HOURS of audio of one kind."""

    usage: JobUsage
    lines: tuple[Line, ...]

    @property
    def once(self) -> float:
        """The cost of ingesting them."""
        return sum(line.cost for line in self.lines if not line.monthly)

    @property
    def monthly(self) -> float:
        """The cost of storing them for a month."""
        return sum(line.cost for line in self.lines if line.monthly)


def jobs_of(usage: JobUsage) -> float:
    """Return how many such jobs have HOURS of audio together."""
    return HOURS / usage.hours


def request_units(usage: JobUsage, measured: Measured) -> dict[str, float]:
    """Return the RU of one job by their purpose, without the queries of ticks, which all jobs share."""
    units = usage.request_units
    ticks = usage.runs["poll_jobs"] * measured.full_tick_request_units
    return {
        "documents of recordings and reports": sum(units.get(phase, 0) for phase in FETCHING),
        "following the job": units["accept"] + units["list"] + units["tick"] - ticks,
        "looking for leftovers, a day later": units["tidy"],
    }


def gb_seconds(usage: JobUsage, book: Book) -> tuple[float, float]:
    """Return the GB-s of one job if each execution is billed separately, and those of its processor time alone.

    An instance is billed while anything runs on it, so concurrent executions share a second: the truth is between the
    two. Ticks are not included, since they run without a job too.
    """
    fetching = sum(usage.runs.get(phase, 0) for phase in FETCHING)
    others = usage.executions - fetching
    cosmos = sum(count for name, count in usage.requests.items() if name.startswith(FETCHING))
    speech = usage.file_requests - usage.runs["list"] + usage.files
    waits = (
        cosmos * book["cosmos-request-seconds"]
        + speech * book["speech-request-seconds"]
        + usage.blob_writes * book["blob-request-seconds"]
    )
    seconds = (usage.processor_seconds + waits) / fetching
    apart = fetching * max(seconds, book["shortest-run-seconds"]) + others * book["shortest-run-seconds"]
    return apart * book["instance-gb"], usage.processor_seconds * book["instance-gb"]


def log_rows(usage: JobUsage, measured: Measured) -> float:
    """Return the rows of one job in the workspace: lines, executions, and diagnostic logs of queues.

    Lines that idle ticks write too are not included.
    """
    lines = usage.log_lines - usage.runs["poll_jobs"] * measured.idle.log_lines / 60
    queue_writes = 2 * usage.messages
    return lines + usage.executions + queue_writes


def bill(usage: JobUsage, measured: Measured, book: Book, *, raw_archive: bool = True) -> Bill:
    """Return the bill of HOURS of audio in such jobs. Free amounts are not subtracted."""
    jobs = jobs_of(usage)
    million_ru = jobs * sum(request_units(usage, measured).values()) / 1e6
    memory, executions = jobs * gb_seconds(usage, book)[0], jobs * usage.executions
    blob_writes, blob_gb = jobs * usage.blob_writes, jobs * usage.blob_bytes / GB
    operations = jobs * usage.messages * book["queue-operations-a-message"]
    rows = jobs * log_rows(usage, measured)
    log_gb = rows * book["log-row-bytes"] / GB
    stored_gb = jobs * usage.document_bytes / GB
    archive = (
        Line("Blob storage: raw results written", blob_writes, "writes", blob_writes / 1e4 * book["blob-10k-writes"]),
        Line("Blob storage: raw results kept", blob_gb, "GB", blob_gb * book["blob-gb-month"], monthly=True),
    )
    return Bill(
        usage,
        (
            Line("Cosmos DB: requests", million_ru, "million RU", million_ru * book["cosmos-million-ru"]),
            Line("Functions: memory and time", memory, "GB-s", memory * book["functions-gb-s"]),
            Line("Functions: executions", executions, "runs", executions / 1e6 * book["functions-million-runs"]),
            Line("Queues", operations, "operations", operations / 1e4 * book["queue-10k-operations"]),
            Line("Logs", log_gb, "GB", log_gb * book["logs-gb"]),
            *(archive if raw_archive else ()),
            Line("Cosmos DB: documents kept", stored_gb, "GB", stored_gb * book["cosmos-gb-month"], monthly=True),
        ),
    )


def standing(measured: Measured, book: Book) -> tuple[Line, ...]:
    """Return the bill of a month in which nothing is enqueued. Free amounts are not subtracted."""
    million_ru = measured.idle.request_units * MONTH_MINUTES / 60 / 1e6
    memory = MONTH_MINUTES * book["shortest-run-seconds"] * book["instance-gb"]
    operations = MONTH_MINUTES * book["host-operations-a-minute"]
    log_gb = _log_gb(1 + measured.idle.log_lines / 60, book)
    return (
        Line("Alert rules", LOG_ALERT_RULES, "rules", LOG_ALERT_RULES * book["alert-rule-month"]),
        Line("Functions: poll_jobs each minute", memory, "GB-s", memory * book["functions-gb-s"]),
        Line("Functions: executions", MONTH_MINUTES, "runs", MONTH_MINUTES / 1e6 * book["functions-million-runs"]),
        Line("Cosmos DB: the ticks' queries", million_ru, "million RU", million_ru * book["cosmos-million-ru"]),
        Line("Cosmos DB: the least it bills, 1 GB a container", 2, "GB", 2 * book["cosmos-gb-month"]),
        Line("Storage: the host itself", operations, "operations", operations / 1e4 * book["queue-10k-operations"]),
        Line("Logs", log_gb, "GB", log_gb * book["logs-gb"]),
    )


def doubts(measured: Measured, book: Book) -> tuple[Line, ...]:
    """Return what a month may cost more than `standing`, or less: amounts that are free, and what may be charged."""
    ru = measured.full_tick_request_units - measured.idle.request_units / 60
    million_ru = MONTH_MINUTES * ru / 1e6
    log_gb = _log_gb(book["host-rows-a-minute"], book)
    lines = {line.what: line for line in standing(measured, book)}
    poll, runs = lines["Functions: poll_jobs each minute"], lines["Functions: executions"]
    free_memory = min(poll.amount, book["functions-free-gb-s"])
    free_runs = min(runs.amount, book["functions-free-runs"])
    free_gb = min(lines["Logs"].amount, book["logs-free-gb"])
    series = len(CAUSES) - 1
    least = 0.5
    return (
        Line("GB-s that are free", free_memory, "GB-s", -free_memory * book["functions-gb-s"]),
        Line("executions that are free", free_runs, "runs", -free_runs / 1e6 * book["functions-million-runs"]),
        Line("logs that are free", free_gb, "GB", -free_gb * book["logs-gb"]),
        Line("`instanceMemoryMB` of 512", least, "GB", poll.cost * (least / book["instance-gb"] - 1)),
        Line("every cause of an alert fires", series, "further series", series * book["alert-series-month"]),
        Line("the metric alert, beyond ten free ones", 1, "series", book["metric-series-month"]),
        Line("a job waits at every tick", million_ru, "million RU", million_ru * book["cosmos-million-ru"]),
        Line("`logBlobWrites`; or leases are logged as reads", log_gb, "GB", log_gb * book["logs-gb"]),
        Line("rules of an earlier version are still there", 9, "rules", 9 * book["alert-rule-month"]),
    )


def _log_gb(rows_a_minute: float, book: Book) -> float:
    return MONTH_MINUTES * rows_a_minute * book["log-row-bytes"] / GB


def expiry(usage: JobUsage, book: Book) -> tuple[float, float]:
    """Return the million RU, and their cost, of deleting HOURS of audio when RETENTION_DAYS are over."""
    million_ru = jobs_of(usage) * usage.expiry_request_units / 1e6
    return million_ru, million_ru * book["cosmos-million-ru"]


def days_until_expiry_pays(usage: JobUsage, book: Book) -> float:
    """Return after how many days storing the documents has cost as much as deleting them."""
    monthly = jobs_of(usage) * usage.document_bytes / GB * book["cosmos-gb-month"]
    return expiry(usage, book)[1] / monthly * DAYS_A_MONTH


def autoscale_hours(usage: JobUsage, measured: Measured, book: Book, least_ru: int) -> tuple[float, float]:
    """Return the least price of autoscale for a month (RU/s), and the hours of audio that serverless ingests for it."""
    least = least_ru / 100 * book["autoscale-100-ru-hour"] * MONTH_MINUTES / 60
    million_ru = jobs_of(usage) * sum(request_units(usage, measured).values()) / 1e6
    return least, least / (million_ru * book["cosmos-million-ru"]) * HOURS
