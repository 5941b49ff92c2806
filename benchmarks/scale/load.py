"""The arithmetic: what a load takes of each service in its busiest hour, which limit it meets, and what it costs."""

import math
from dataclasses import dataclass

from benchmarks.bench.waiting import Tick
from benchmarks.cost.bill import DAYS_A_MONTH, GB, HOURS, MONTH_MINUTES, bill, gb_seconds, request_units, standing
from benchmarks.cost.measured import SAMPLE, JobUsage, Measured
from benchmarks.cost.prices import Book
from benchmarks.cost.queries import QUERY_BASE
from benchmarks.cost.workloads import CALLS
from benchmarks.scale.inputs import RUNS_AN_INSTANCE
from shared.adapters.speech import PAGE
from shared.domain.messages import FILES_A_MESSAGE
from shared.pipeline.steps import SECONDS, Step

MILLION = 1_000_000
MINUTE = 60
"""Seconds between two ticks."""

_THOUSAND = 1000
"""The step of autoscale's maximum in RU/s."""


@dataclass(frozen=True)
class Basis:
    """What was measured, and the inputs. `tick`: of the timer while most jobs wait and none ends."""

    usage: JobUsage
    measured: Measured
    tick: Tick
    book: Book

    def jobs_a_second(self, hours: float) -> float:
        """Return the jobs of the busiest hour, a second, if `hours` of audio come in a month."""
        return hours / self.book["busy-hours"] * self.book["busiest"] / 3600 / self.usage.hours

    def stored_gb(self, hours: float) -> float:
        """Return the GB of documents once the first of them expire."""
        months = self.book["retention-days"] / DAYS_A_MONTH
        return hours / self.usage.hours * self.usage.document_bytes / GB * months

    def ru_a_job(self) -> float:
        """Return the request units of a job."""
        return sum(request_units(self.usage, self.measured).values())

    def ru_a_second(self, hours: float) -> float:
        """Return the RU/s of the busiest hour with autoscale."""
        ticks = self.tick.request_units + self.partitions(hours) * self.queries_a_tick() * QUERY_BASE
        return self.jobs_a_second(hours) * self.ru_a_job() + ticks / MINUTE

    def partitions(self, hours: float) -> float:
        """Return the physical partitions of the database."""
        return self.stored_gb(hours) / self.book["partition-gb"]

    def queries_a_tick(self) -> float:
        """Return the queries of a tick that go to each physical partition on which `jobs` lies."""
        return self.usage.requests["tick: jobs: query"] / self.usage.runs["poll_jobs"]

    def partitions_a_tick(self) -> float:
        """Return the physical partitions that all queries of a tick can ask, one after the other, in a minute."""
        return MINUTE / (self.queries_a_tick() * self.book["cosmos-request-seconds"])

    def counting_requests(self) -> int:
        """Return the requests to Cosmos DB with which ticks count a job's files and end it."""
        counts = sum(number for name, number in self.usage.requests.items() if name.startswith("tick: transcripts: "))
        return counts + 2  # its document is read and replaced

    def jobs_a_tick(self) -> float:
        """Return how many jobs a tick can end in the time of its step. The requests' time is assumed."""
        return SECONDS[Step.MOVED] / (self.counting_requests() * self.book["cosmos-request-seconds"])

    def autoscale_ru(self, hours: float) -> int:
        """Return the maximum of autoscale that this load needs, in RU/s."""
        needed = max(
            self.ru_a_second(hours) * self.book["headroom"],
            self.stored_gb(hours) * self.book["autoscale-ru-a-gb"],
        )
        return math.ceil(needed / _THOUSAND) * _THOUSAND


def file_requests(recordings: int) -> int:
    """Return the requests to Speech for the files of a job: each page is listed, and again by each of its messages."""
    files = recordings + 1  # the report
    pages = [min(PAGE, files - begin) for begin in range(0, files, PAGE)]
    return len(pages) + sum(math.ceil(page / FILES_A_MESSAGE) for page in pages)


def ru_of_calls(measured: Measured, recordings: int) -> float:
    """Return the request units of a job with this many calls, on the line through the two sizes that were measured."""
    few, many = measured.job(SAMPLE), measured.job(CALLS.name)
    low, high = (sum(request_units(each, measured).values()) for each in (few, many))
    return low + (high - low) * (recordings - few.recordings) / (many.recordings - few.recordings)


@dataclass(frozen=True)
class Limit:
    """A limit: `most` of `unit`. A load of a million hours a month takes `fixed` and `a_million` of it.

    `moved_by`: the setting that moves it.
    """

    what: str
    most: float
    unit: str
    a_million: float
    moved_by: str
    fixed: float = 0.0

    def taken(self, hours: float) -> float:
        """Return which part of the limit `hours` of audio a month take; 1 is all of it."""
        return (self.fixed + self.a_million * hours / MILLION) / self.most

    @property
    def hours(self) -> float:
        """The hours of audio a month that reach the limit."""
        return (self.most - self.fixed) / self.a_million * MILLION


SERVERLESS = "documents in a serverless container"
AUTOSCALE = "autoscale as deployed, less headroom"

SPEECH = "requests to Speech"
TIMER = "jobs that the timer ends"
PARTITIONS = "physical partitions that a tick queries"
"""These limits only a further deployment moves, if the jobs' size and the retention stay."""


def limits(basis: Basis) -> list[Limit]:
    """Return the limits, the one that is reached first at the top."""
    book, usage = basis.book, basis.usage
    jobs = basis.jobs_a_second(MILLION)
    job_ru, tick_ru = jobs * basis.ru_a_job(), basis.tick.request_units / MINUTE
    all_ru = basis.ru_a_second(MILLION) - tick_ru
    speech = jobs * MINUTE * (1 + book["own-requests-a-job"] + usage.file_requests)
    runs = jobs * gb_seconds(usage, book)[0] / book["instance-gb"] / RUNS_AN_INSTANCE
    instances = max(jobs * usage.processor_seconds, runs)
    found = [
        Limit(
            SERVERLESS,
            book["serverless-gb"],
            "GB",
            basis.stored_gb(MILLION),
            "`cosmosCapacity=autoscale`, or a shorter `retentionDays`",
        ),
        Limit("serverless throughput", book["serverless-ru"], "RU/s", job_ru, "`cosmosCapacity=autoscale`", tick_ru),
        Limit(
            AUTOSCALE,
            book["cosmos-max-throughput"] / book["headroom"],
            "RU/s",
            all_ru,
            "`cosmosMaxThroughput`",
            tick_ru,
        ),
        Limit(
            "autoscale at its most",
            book["database-ru"],
            "RU/s",
            max(all_ru * book["headroom"], basis.stored_gb(MILLION) * book["autoscale-ru-a-gb"]),
            "a further deployment, or a request to Microsoft",
        ),
        Limit(TIMER, basis.jobs_a_tick(), "a minute", jobs * MINUTE, "more recordings a job"),
        Limit(
            PARTITIONS,
            basis.partitions_a_tick(),
            "partitions",
            basis.partitions(MILLION),
            "a shorter `retentionDays`; then a further deployment",
        ),
        Limit(
            SPEECH,
            book["speech-requests-minute"],
            "a minute",
            speech,
            "more recordings a job; then a second Speech resource with its own deployment",
            basis.tick.requests,
        ),
        Limit(
            "instances of `fetch_results`", book["maximum-instances"], "instances", instances, "`maximumInstanceCount`"
        ),
        Limit(
            "instances in a subscription and region",
            book["region-gb"] / book["instance-gb"],
            "instances",
            instances,
            "a request to Microsoft",
        ),
        Limit("messages of a queue", book["queue-messages-second"], "a second", jobs * usage.messages, "nothing"),
        Limit(
            "requests to the storage account",
            book["storage-requests-second"],
            "a second",
            jobs * (usage.blob_writes + usage.messages * book["queue-operations-a-message"]),
            "`RAW_ARCHIVE=false`",
        ),
    ]
    return sorted(found, key=lambda each: each.hours)


def deployments(basis: Basis, hours: float) -> int:
    """Return how many deployments, each with its Speech resource and database, this load needs."""
    least = min(each.hours for each in limits(basis) if each.what in {SPEECH, TIMER, PARTITIONS})
    return math.ceil(hours / least)


@dataclass(frozen=True)
class Cost:
    """A line of a month's bill."""

    what: str
    amount: str
    cost: float


def month(basis: Basis, hours: float) -> list[Cost]:
    """Return a month's bill with autoscale, once the first documents expire. Free amounts are not subtracted."""
    book = basis.book
    each_month = bill(basis.usage, basis.measured, book)
    number, kept = deployments(basis, hours), book["retention-days"] / DAYS_A_MONTH
    lines = {line.what: line for line in each_month.lines}
    throughput, ru_cost = _autoscale(basis, hours)
    del lines["Cosmos DB: requests"]
    costs = [Cost("Cosmos DB: autoscale", f"up to {throughput:,} RU/s", ru_cost)]
    for what, line in lines.items():
        times = hours / HOURS * (kept if line.monthly else 1)
        costs.append(Cost(what, f"{line.amount * times:,.0f} {line.unit}", line.cost * times))
    ticks = number * book["busy-hours"] * 3600 * book["instance-gb"]
    rest = sum(line.cost for line in standing(basis.measured, book) if not line.what.startswith("Cosmos DB"))
    return [
        *costs,
        Cost(
            "Functions: the timer, if it runs all of the busy hours",
            f"{ticks:,.0f} GB-s",
            ticks * book["functions-gb-s"],
        ),
        Cost("what stands there anyway", f"deployments: {number}", number * rest),
    ]


def _autoscale(basis: Basis, hours: float) -> tuple[int, float]:
    """Return the maximum in RU/s, and a month's cost: an hour is billed at its highest RU/s, at least a tenth."""
    book, most = basis.book, basis.autoscale_ru(hours)
    least = most / 10
    busy = max(least, basis.ru_a_second(hours))
    units = busy * book["busy-hours"] + least * (MONTH_MINUTES / 60 - book["busy-hours"])
    return most, units / 100 * book["autoscale-100-ru-hour"]
