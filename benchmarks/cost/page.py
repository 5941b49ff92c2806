"""The tables of docs/cost.md."""

from benchmarks.cost.bill import (
    HOURS,
    MONTH_MINUTES,
    Bill,
    Line,
    autoscale_hours,
    bill,
    days_until_expiry_pays,
    doubts,
    expiry,
    gb_seconds,
    jobs_of,
    request_units,
    standing,
)
from benchmarks.cost.charges import TABLE
from benchmarks.cost.measured import Measured, WaitingUsage
from benchmarks.cost.prices import ASSUMPTIONS, CURRENCY, NOTED, PRICES, REGION, Book, Figure
from benchmarks.cost.queries import INDEX_ENTRY, QUERY_BASE
from benchmarks.cost.workloads import ALONE, CALLS, MEDIA, SAMPLE
from local.docs.pages import table
from shared.domain.containers import JOBS

PAGE = "docs/cost.md"
KINDS = (CALLS, MEDIA)

AUTOSCALE_LEAST = 400
"""A tenth of cosmosMaxThroughput in infra/main.bicep, in RU/s."""


def blocks(measured: Measured, book: Book) -> dict[str, str]:
    """Return the blocks of the page by name."""
    bills = [bill(measured.job(kind.name), measured, book) for kind in KINDS]
    return {
        "summary": _summary(bills),
        "bill": _bills(bills),
        "standing": _standing(standing(measured, book), book),
        "doubts": _doubts(doubts(measured, book)),
        "measured": _measured(measured),
        "messages": _messages(measured, book),
        "request units": _request_units(measured),
        "beside": _beside(measured),
        "ended jobs": _ended_jobs(book),
        "functions": _functions(measured, book),
        "waiting": _waiting(measured, book),
        "settings": _settings(measured, book),
        "autoscale": _autoscale(measured, book),
        "charges": table(
            ("size", "read, RU", "write, RU"), [(f"{kib:,} KiB", f"{r:g}", f"{w:g}") for kib, r, w in TABLE]
        ),
        "prices": _figures("price", [each for each in book.figures if each.name in {p.name for p in PRICES}]),
        "assumptions": _figures("value", [each for each in book.figures if each.name in {a.name for a in ASSUMPTIONS}]),
    }


def _summary(bills: list[Bill]) -> str:
    rows = [
        (kind.title, _money(each.once), _money(each.monthly), f"{each.once / HOURS * 100:.2f} cents")
        for kind, each in zip(KINDS, bills, strict=True)
    ]
    head = ("1,000 hours of audio", "taking them in", "keeping them, a month", "taking in one hour")
    return f"{table(head, rows)}\n\nPrices of {REGION} in {CURRENCY}, noted on {NOTED}, without free amounts."


def _bills(bills: list[Bill]) -> str:
    cells = []
    for lines in zip(*(each.lines for each in bills), strict=True):
        amounts = [cell for line in lines for cell in (_amount(line), _money(line.cost))]
        cells.append((f"{lines[0].what}{', a month' if lines[0].monthly else ''}", *amounts))
    once = [cell for each in bills for cell in ("", f"**{_money(each.once)}**")]
    monthly = [cell for each in bills for cell in ("", f"**{_money(each.monthly)}**")]
    head = ("", *(cell for kind in KINDS for cell in (kind.name, CURRENCY)))
    return table(head, [*cells, ("**once**", *once), ("**a month**", *monthly)])


def _standing(lines: tuple[Line, ...], book: Book) -> str:
    rows = [(line.what, _amount(line), _money(line.cost)) for line in lines]
    total = sum(line.cost for line in lines)
    free = (
        f"Free each month are {book['functions-free-gb-s']:,.0f} GB-s, {book['functions-free-runs']:,.0f} executions "
        f"and {book['logs-free-gb']:g} GB of logs."
    )
    return f"{table(('a month', '', CURRENCY), [*rows, ('**all**', '', f'**{_money(total)}**')])}\n\n{free}"


def _doubts(lines: tuple[Line, ...]) -> str:
    rows = [(line.what, _amount(line), f"{line.cost:+,.2f}") for line in lines]
    return table(("a month", "", CURRENCY), rows)


def _measured(measured: Measured) -> str:
    rows = []
    for kind in KINDS:
        job = measured.job(kind.name)
        rows.append(
            (
                kind.title,
                f"{job.documents:,}",
                f"{job.document_bytes / 1e6 / job.hours:.2f} MB",
                f"{job.largest_document_bytes / 1024:.0f} KiB",
                f"{job.result_bytes / 1e6 / job.hours:.1f} MB",
                f"{job.blob_bytes / 1e6 / job.hours:.2f} MB",
                f"{job.processor_seconds / job.hours:.2f} s",
            )
        )
    head = (
        "a job",
        "documents",
        "documents an hour of audio",
        "greatest",
        "results an hour",
        "gzip an hour",
        "processor an hour",
    )
    return f"{table(head, rows)}\n\nMeasured on {measured.date}: {measured.machine}."


def _messages(measured: Measured, book: Book) -> str:
    rows = []
    for kind in KINDS:
        for name in (ALONE.format(kind.name), kind.name):
            job = measured.job(name)
            operations = job.messages * book["queue-operations-a-message"]
            each = (job.file_requests, job.executions, operations)
            rows.append((name, f"{job.files:,}", *(f"{number / job.files:.2f}" for number in each)))
    return table(("a job", "files", "requests to Speech a file", "executions a file", "queue operations a file"), rows)


def _request_units(measured: Measured) -> str:
    rows = []
    parts = [request_units(measured.job(kind.name), measured) for kind in KINDS]
    totals = [sum(part.values()) for part in parts]
    for what in parts[0]:
        cells = [
            cell
            for part, total in zip(parts, totals, strict=True)
            for cell in (f"{part[what]:,.0f}", f"{part[what] / total:.0%}")
        ]
        rows.append((what, *cells))
    rows.append(("**a job**", *(cell for total in totals for cell in (f"**{total:,.0f}**", ""))))
    hours = [f"{total / measured.job(kind.name).hours:,.0f}" for kind, total in zip(KINDS, totals, strict=True)]
    rows.append(("an hour of audio", *(cell for each in hours for cell in (each, ""))))
    read = [cell for kind in KINDS for cell in (f"{measured.job(kind.name).conversation_request_units:,.0f}", "")]
    rows.append(("for comparison: reading every conversation of a job once", *read))
    composite = [cell for kind in KINDS for cell in (f"{measured.job(kind.name).composite_request_units:,.0f}", "")]
    rows.append(("of a job's, for entries of composite indexes", *composite))
    note = (
        f"A query takes {QUERY_BASE:g} RU for each request that a physical partition answers, and {INDEX_ENTRY:g} RU "
        "for each entry of an index that it counts or passes over: assumed."
    )
    return f"{table(('RU', *(cell for kind in KINDS for cell in (kind.name, ''))), rows)}\n\n{note}"


def _beside(measured: Measured) -> str:
    rows = [
        (phase, f"{units:,.1f}", f"{measured.beside_foreign[phase]:,.1f}")
        for phase, units in measured.job(SAMPLE.name).request_units.items()
    ]
    requests = measured.job(SAMPLE.name).requests
    answered, planned = (
        sum(number for name, number in requests.items() if name.endswith(kind)) for kind in (": query", ": query plan")
    )
    head = (f"RU of {SAMPLE.title}, by step", "nothing else stored", f"{measured.foreign:,} documents")
    note = (
        f"Its queries, those of the ticks among them, took {answered + 2 * planned} requests: {answered} that were "
        f"answered, {planned} of these after a refusal and a plan."
    )
    return f"{table(head, rows)}\n\n{note}"


def _ended_jobs(book: Book) -> str:
    queries, ended = len(JOBS.composite), 1_000_000
    units = queries * ended * INDEX_ENTRY
    cost = units * MONTH_MINUTES / 1e6 * book["cosmos-million-ru"]
    return (
        f"A tick has {queries} queries of `jobs` that sort by a composite index. Without these indexes each "
        f"would pass over an entry for every job that ever ended. With {ended:,} of them, that would be {units:,.0f} "
        f"RU a tick and {cost:,.0f} {CURRENCY} a month, by the assumed charge of an entry."
    )


def _functions(measured: Measured, book: Book) -> str:
    rows = []
    for kind in KINDS:
        usage = measured.job(kind.name)
        apart, alone = (jobs_of(usage) * each for each in gb_seconds(usage, book))
        prices = [_money(each * book["functions-gb-s"]) for each in (apart, alone)]
        rows.append((kind.name, f"{apart:,.0f} GB-s", prices[0], f"{alone:,.0f} GB-s", prices[1]))
    return table(("", "each run by itself", CURRENCY, "processor time alone", CURRENCY), rows)


def _waiting(measured: Measured, book: Book) -> str:
    rows = [_waits(each, measured, book) for each in (measured.idle, *measured.waiting)]
    head = ("jobs that wait", "list requests an hour", "get requests an hour", "RU an hour", f"{CURRENCY} a day")
    return table(head, rows)


def _waits(each: WaitingUsage, measured: Measured, book: Book) -> tuple[str, ...]:
    more = each.request_units - measured.idle.request_units
    return (
        f"{each.jobs:,}",
        f"{each.speech_requests.get('list jobs', 0):,}",
        f"{each.speech_requests.get('get job', 0):,}",
        f"{each.request_units:,.0f}" + (f" ({more:,.0f} more than idle)" if more else ""),
        _money(each.request_units * 24 / 1e6 * book["cosmos-million-ru"], 4),
    )


def _settings(measured: Measured, book: Book) -> str:
    rows = []
    for kind in KINDS:
        usage = measured.job(kind.name)
        ours = bill(usage, measured, book)
        rows.append((kind.name, "as it is", _money(ours.once), _money(ours.monthly)))
        words = bill(measured.job(f"{kind.name}, all words"), measured, book)
        rows.append((kind.name, "`NBEST_WORDS=all`", _money(words.once), _money(words.monthly)))
        bare = bill(usage, measured, book, raw_archive=False)
        rows.append((kind.name, "`RAW_ARCHIVE=false`", _money(bare.once), _money(bare.monthly)))
        million, cost = expiry(usage, book)
        days = days_until_expiry_pays(usage, book)
        ends = f"{_money(ours.once)} and {_money(cost)} at the end ({million:.2f} million RU)"
        rows.append((kind.name, "`RETENTION_DAYS` set", ends, f"none after it; cheaper from day {days:.0f} on"))
    return table(("", "setting", "once", "a month"), rows)


def _autoscale(measured: Measured, book: Book) -> str:
    least, hours = autoscale_hours(measured.job(CALLS.name), measured, book, AUTOSCALE_LEAST)
    return (
        f"At its least, {AUTOSCALE_LEAST} RU/s, autoscale costs {_money(least)} {CURRENCY} a month; for that, "
        f"serverless takes in {round(hours, -3):,.0f} hours of calls."
    )


def _figures(heading: str, figures: list[Figure]) -> str:
    rows = [
        (f"`{each.name}`", f"{each.value:,.6f}".rstrip("0").rstrip("."), each.unit, _link(each.source), each.status)
        for each in figures
    ]
    return table(("name", heading, "for", "from", "who says so"), rows)


def _link(source: str) -> str:
    return f"[{source.rstrip('/').rpartition('/')[2]}]({source})" if source.startswith("https://") else source


def _amount(line: Line) -> str:
    digits = 0 if line.amount >= HOURS or line.amount == int(line.amount) else 2
    return f"{line.amount:,.{digits}f} {line.unit}"


def _money(value: float, digits: int = 2) -> str:
    return f"{value:,.{digits}f}"
