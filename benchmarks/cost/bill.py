"""The formula: from what was counted to what a thousand hours of audio cost."""

from dataclasses import dataclass

from benchmarks.cost.measured import JobUsage, Measured
from benchmarks.cost.prices import Book

HOURS = 1000
"""Hours of audio that the tables are for."""

GB = 1e9
"""Bytes; Azure bills by 10^9 for logs, and it is not said which for the rest: a difference of 7 %."""

MONTH_MINUTES = 730 * 60
DAYS_A_MONTH = 365 / 12

LOG_ALERT_RULES = 9
"""infra/modules/alerts.bicep; a test counts them."""


@dataclass(frozen=True)
class Line:
    """A line of a bill: `amount` of `unit`; `cost` in the currency; `monthly` when it is paid each month."""

    what: str
    amount: float
    unit: str
    cost: float
    monthly: bool = False


@dataclass(frozen=True)
class Bill:
    """What HOURS of audio of one kind cost."""

    usage: JobUsage
    lines: tuple[Line, ...]

    @property
    def once(self) -> float:
        """What taking them in costs."""
        return sum(line.cost for line in self.lines if not line.monthly)

    @property
    def monthly(self) -> float:
        """What keeping them costs a month."""
        return sum(line.cost for line in self.lines if line.monthly)


def jobs_of(usage: JobUsage) -> float:
    """Return how many such jobs hold HOURS of audio."""
    return HOURS / usage.hours


def request_units(usage: JobUsage, measured: Measured) -> dict[str, float]:
    """RU of one job by what they are for; what the ticks would have taken without the job is left out."""
    units = usage.request_units
    idle = usage.runs["poll_jobs"] * measured.idle.request_units / 60
    return {
        "documents of recordings": units["recording"],
        "documents of reports": units["report"],
        "following the job": units["accept"] + units["list"] + units["poll"] + units["settle"] - idle,
        "looking for leftovers, a day later": units["tidy"],
    }


def gb_seconds(usage: JobUsage, book: Book) -> tuple[float, float]:
    """GB-s of one job: every run billed by itself; and what its processor time alone takes.

    An instance is billed while anything runs on it, so runs at the same time share a second: the truth is between.
    The ticks are not in it, since they run whether there is a job or not.
    """
    files = usage.runs["recording"] + usage.runs["report"]
    cosmos = sum(count for name, count in usage.requests.items() if name.startswith(("recording", "report")))
    waits = (
        cosmos * book["cosmos-request-seconds"]
        + 2 * files * book["speech-request-seconds"]
        + usage.blob_writes * book["blob-request-seconds"]
    )
    seconds = (usage.processor_seconds + waits) / files
    others = usage.runs["accept_job"] + usage.runs["list"]
    apart = files * max(seconds, book["shortest-run-seconds"]) + others * book["shortest-run-seconds"]
    return apart * book["instance-gb"], usage.processor_seconds * book["instance-gb"]


def runs(usage: JobUsage) -> int:
    """Return the executions of one job, without the ticks."""
    return sum(count for name, count in usage.runs.items() if name != "poll_jobs")


def log_rows(usage: JobUsage, measured: Measured) -> float:
    """Rows of one job in the workspace: lines, runs, and what the diagnostic settings keep of blobs and queues.

    Lines that idle ticks write too are left out.
    """
    lines = usage.log_lines - usage.runs["poll_jobs"] * measured.idle.log_lines / 60
    queue_writes = 2 * usage.messages
    return lines + runs(usage) + usage.blob_writes + queue_writes


def bill(usage: JobUsage, measured: Measured, book: Book, *, raw_archive: bool = True) -> Bill:
    """Return what HOURS of audio cost when they come in such jobs; free amounts are not taken off."""
    jobs = jobs_of(usage)
    million_ru = jobs * sum(request_units(usage, measured).values()) / 1e6
    memory, executions = jobs * gb_seconds(usage, book)[0], jobs * runs(usage)
    blob_writes, blob_gb = jobs * usage.blob_writes, jobs * usage.blob_bytes / GB
    operations = jobs * usage.messages * book["queue-operations-a-message"]
    rows = jobs * log_rows(usage, measured) - (0 if raw_archive else blob_writes)
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
    """Return what a month costs in which nothing is enqueued, free amounts not taken off."""
    million_ru = measured.idle.request_units * MONTH_MINUTES / 60 / 1e6
    memory = MONTH_MINUTES * book["shortest-run-seconds"] * book["instance-gb"]
    operations = MONTH_MINUTES * book["host-operations-a-minute"]
    rows = MONTH_MINUTES * (1 + measured.idle.log_lines / 60 + book["host-rows-a-minute"])
    log_gb = rows * book["log-row-bytes"] / GB
    return (
        Line("Alert rules", LOG_ALERT_RULES, "rules", LOG_ALERT_RULES * book["alert-rule-month"]),
        Line("Functions: poll_jobs each minute", memory, "GB-s", memory * book["functions-gb-s"]),
        Line("Functions: executions", MONTH_MINUTES, "runs", MONTH_MINUTES / 1e6 * book["functions-million-runs"]),
        Line("Cosmos DB: the ticks' queries", million_ru, "million RU", million_ru * book["cosmos-million-ru"]),
        Line("Cosmos DB: the least it bills, 1 GB a container", 2, "GB", 2 * book["cosmos-gb-month"]),
        Line("Storage: the host itself", operations, "operations", operations / 1e4 * book["queue-10k-operations"]),
        Line("Logs", log_gb, "GB", log_gb * book["logs-gb"]),
    )


def expiry(usage: JobUsage, book: Book) -> tuple[float, float]:
    """Million RU, and their cost, of the end of HOURS of audio when RETENTION_DAYS are over."""
    million_ru = jobs_of(usage) * usage.expiry_request_units / 1e6
    return million_ru, million_ru * book["cosmos-million-ru"]


def days_until_expiry_pays(usage: JobUsage, book: Book) -> float:
    """Return after how many days keeping the documents on has cost as much as their deletion."""
    monthly = jobs_of(usage) * usage.document_bytes / GB * book["cosmos-gb-month"]
    return expiry(usage, book)[1] / monthly * DAYS_A_MONTH


def autoscale_hours(usage: JobUsage, measured: Measured, book: Book, least_ru: int) -> tuple[float, float]:
    """Return what autoscale costs a month at its least (RU/s), and how many hours of audio serverless has for that."""
    least = least_ru / 100 * book["autoscale-100-ru-hour"] * MONTH_MINUTES / 60
    million_ru = jobs_of(usage) * sum(request_units(usage, measured).values()) / 1e6
    return least, least / (million_ru * book["cosmos-million-ru"]) * HOURS
