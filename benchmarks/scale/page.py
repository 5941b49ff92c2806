"""The blocks of docs/scale.md."""

from functools import partial
from typing import Any

import msgspec

from benchmarks.bench.results import Results
from benchmarks.bench.waiting import Data, Tick
from benchmarks.cost.measured import Measured
from benchmarks.cost.prices import CURRENCY, NOTED, REGION, Book, Figure
from benchmarks.cost.workloads import CALLS, MEDIA
from benchmarks.many_hosts import HOSTS, run
from benchmarks.scale.inputs import LIMITS, LOADS, SHAPE
from benchmarks.scale.load import (
    MILLION,
    PARTITIONS,
    SERVERLESS,
    SPEECH,
    TIMER,
    Basis,
    deployments,
    file_requests,
    limits,
    month,
    ru_of_calls,
)
from benchmarks.scale.plot import millions, plot
from local.docs.pages import table

PAGE = "docs/scale.md"
PLOTS = "plots/scale"
KINDS = (CALLS, MEDIA)

RECORDINGS = (1, 10, 100, 1000)
RETENTION = (7, 30, 90, 365)


def basis_of(measured: Measured, results: Results, book: Book) -> dict[str, Basis]:
    """Return the basis of each kind of recording, by its name."""
    ticks = msgspec.convert(results["waiting"].data, Data).ticks
    tick: Tick = max((each for each in ticks if not each.finished and not each.first), key=lambda each: each.waiting)
    return {kind.name: Basis(measured.job(kind.name), measured, tick, book) for kind in KINDS}


def blocks(bases: dict[str, Basis]) -> dict[str, str]:
    """Return the blocks by name."""
    calls = bases[CALLS.name]
    return {
        "answer": _answer(bases),
        "limits": f"{_limits(bases)}\n\n![{plot(calls).text}]({PLOTS}/{plot(calls).name}.svg)",
        "jobs": _jobs(calls),
        "retention": _retention(calls),
        "partitions": _partitions(bases),
        "cost": _cost(bases),
        "hosts": _hosts(),
        "load": _figures(calls.book, SHAPE),
        "published": _figures(calls.book, LIMITS),
    }


def _answer(bases: dict[str, Basis]) -> str:
    rows = []
    for hours in LOADS:
        for kind in KINDS:
            basis = bases[kind.name]
            cost = sum(line.cost for line in month(basis, hours))
            number = deployments(basis, hours)
            most = basis.autoscale_ru(hours / number)
            rows.append(
                (
                    f"{hours:,}",
                    kind.title,
                    f"{number}",
                    f"{most:,} RU/s",
                    f"{cost:,.0f}",
                    f"{cost / hours * 100:.2f} cents",
                )
            )
    head = (
        "hours a month",
        "recordings",
        "deployments",
        "`cosmosMaxThroughput` of each",
        f"{CURRENCY} a month",
        "an hour",
    )
    return table(head, rows)


def _limits(bases: dict[str, Basis]) -> str:
    media = {each.what: each for each in limits(bases[MEDIA.name])}
    rows = [
        (
            each.what,
            f"{each.most:,.0f} {each.unit}",
            *(_percent(each.taken(hours)) for hours in LOADS),
            millions(each.hours),
            millions(media[each.what].hours),
            each.moved_by,
        )
        for each in limits(bases[CALLS.name])
    ]
    taken = (f"calls, {hours / MILLION:g} million hours" for hours in LOADS)
    return table(("", "limit", *taken, "calls reach it at", "media reach it at", "what moves it"), rows)


def _percent(part: float) -> str:
    return f"{part:,.0%}" if part > 0.1 else f"{part:.1%}"  # noqa: PLR2004 - two digits are enough


def _jobs(calls: Basis) -> str:
    rows = []
    for recordings in RECORDINGS:
        # Only the limits that go with the number of jobs are right for this usage.
        usage = msgspec.structs.replace(
            calls.usage,
            hours=calls.usage.hours / calls.usage.recordings * recordings,
            recordings=recordings,
            speech_requests={"list files": file_requests(recordings)},
        )
        basis = Basis(usage, calls.measured, calls.tick, calls.book)
        found = {each.what: each for each in limits(basis)}
        rows.append(
            (
                f"{recordings:,}",
                f"{basis.jobs_a_second(MILLION) * 60:,.1f}",
                f"{found[SPEECH].fixed + found[SPEECH].a_million:,.0f}",
                millions(found[TIMER].hours),
                millions(found[SPEECH].hours),
                f"{ru_of_calls(calls.measured, recordings) / usage.hours:,.0f}",
            )
        )
    head = (
        "calls a job",
        "jobs a minute at 1 million hours",
        "requests to Speech a minute",
        "the timer reaches its limit at",
        "Speech reaches it at",
        "RU an hour of audio",
    )
    return table(head, rows)


def _retention(calls: Basis) -> str:
    rows = []
    for days in RETENTION:
        basis = Basis(calls.usage, calls.measured, calls.tick, calls.book.with_values([f"retention-days={days}"]))
        found = {each.what: each for each in limits(basis)}
        rows.append(
            (
                f"{days}",
                f"{basis.stored_gb(MILLION):,.0f}",
                f"{basis.partitions(MILLION):,.0f}",
                millions(found[SERVERLESS].hours),
                millions(found[PARTITIONS].hours),
                f"{sum(line.cost for line in month(basis, MILLION)):,.0f}",
            )
        )
    head = (
        "days",
        "GB at 1 million hours",
        "physical partitions",
        "a serverless container is full at",
        "a tick's queries take a minute at",
        f"{CURRENCY} a month at 1 million hours",
    )
    return table(head, rows)


def _partitions(bases: dict[str, Basis]) -> str:
    rows = []
    for kind in KINDS:
        basis, book = bases[kind.name], bases[kind.name].book
        written = basis.usage.request_units["page"] / basis.usage.recordings
        least = basis.autoscale_ru(MILLION) / basis.partitions(MILLION)
        stored = basis.usage.document_bytes / basis.usage.recordings / 1e9
        rows.append(
            (
                kind.title,
                f"{least:,.0f} of at most {book['partition-ru']:,.0f} RU/s",
                f"{written:,.0f} RU",
                f"{stored * 1000:,.2f} MB of at most {book['key-gb']:g} GB",
            )
        )
    return table(("", "a physical partition has", "writing a recording takes", "its logical partition holds"), rows)


def _cost(bases: dict[str, Basis]) -> str:
    months = [month(bases[kind.name], hours) for kind in KINDS for hours in LOADS]
    rows = [
        (lines[0].what, *(cell for line in lines for cell in (line.amount, f"{line.cost:,.0f}")))
        for lines in zip(*months, strict=True)
    ]
    rows.append(("**all**", *(cell for each in months for cell in ("", f"**{sum(line.cost for line in each):,.0f}**"))))
    titles = (f"{kind.name}, {hours / MILLION:g} million" for kind in KINDS for hours in LOADS)
    head = ("a month", *(cell for title in titles for cell in (title, CURRENCY)))
    note = f"Prices of {REGION} in {CURRENCY}, noted on {NOTED}, as in [docs/cost.md](cost.md#prices)."
    return f"{table(head, rows)}\n\n{note}"


def _hosts() -> str:
    listed, hardest = partial(run, start="listed"), partial(run, start="spread", told="second", counts=True)
    rows = []
    for hosts in HOSTS:
        cells: list[Any] = [each(hosts) for each in (listed, hardest)]
        rows.append(
            (
                f"{hosts}",
                *(cell for row in cells for cell in (f"{row.seconds:,.0f}", f"{row.refused_per_100_files:.2f}")),
            )
        )
    head = ("instances", "seconds", "refused for 100 files", "hardest case: seconds", "refused for 100 files")
    return table(head, rows)


def _figures(book: Book, wanted: tuple[Figure, ...]) -> str:
    names = {each.name for each in wanted}
    rows = [
        (f"`{each.name}`", f"{each.value:,.1f}".removesuffix(".0"), each.unit, _link(each.source), each.status)
        for each in book.figures
        if each.name in names
    ]
    return table(("name", "value", "for", "from", "who says so"), rows)


def _link(source: str) -> str:
    return f"[{source.rpartition('/')[2]}]({source})" if source.startswith("https://") else source
