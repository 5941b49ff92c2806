"""The formula of the bill, on numbers that can be checked by hand."""

import re
from pathlib import Path

import msgspec
import pytest

from benchmarks.cost import bill as formula
from benchmarks.cost.bill import Bill, bill, days_until_expiry_pays, doubts, expiry, gb_seconds, log_rows, standing
from benchmarks.cost.measured import JobUsage, Measured, WaitingUsage, load
from benchmarks.cost.prices import ASSUMPTIONS, PRICES, Book, UnknownFigure

ALERTS = Path(__file__).parent.parent.parent / "infra" / "modules" / "alerts.bicep"

IDLE = WaitingUsage(jobs=0, request_units=60.0, speech_requests={}, log_lines=0)
"""A tick takes 1 RU."""

JOB = JobUsage(
    name="job",
    hours=10.0,
    recordings=100,
    files=101,
    documents=1000,
    document_bytes=20_000_000,
    largest_document_bytes=65_000,
    result_bytes=90_000_000,
    blob_writes=101,
    blob_bytes=5_000_000,
    request_units={"accept": 8, "list": 12, "tick": 100, "page": 8020, "tidy": 1880},
    composite_request_units=13.0,
    requests={"accept: jobs: read": 1, "page: transcripts: batch": 300, "file: transcripts: batch": 3},
    speech_requests={"get job": 5, "list files": 7, "get file": 1},
    runs={"accept_job": 1, "poll_jobs": 20, "list": 2, "page": 5, "file": 1},
    messages=9,
    log_lines=110,
    expiry_request_units=8000.0,
    conversation_request_units=200.0,
    processor_seconds=10.1,
)
MEASURED = Measured(
    date="2026-11-22",
    machine="none",
    jobs=[JOB],
    idle=IDLE,
    full_tick_request_units=1.0,
    waiting=[],
    foreign=0,
    beside_foreign={},
)


def cost(made: Bill, what: str) -> float:
    """Return the cost of the line that begins with this text."""
    (found,) = (line.cost for line in made.lines if line.what.startswith(what))
    return found


def test_request_units_of_a_job_exclude_the_queries_of_ticks() -> None:
    units = formula.request_units(JOB, MEASURED)
    assert units["following the job"] == pytest.approx(8 + 12 + 100 - 20)
    assert sum(units.values()) == pytest.approx(10_000)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Cosmos DB: requests", 100 * 10_000 / 1e6 * 0.25),
        ("Cosmos DB: documents kept", 100 * 20e6 / 1e9 * 0.25),
        ("Functions: executions", 100 * 9 / 1e6 * 0.40),
        ("Functions: memory and time", 100 * (10.1 + 303 * 0.02 + 107 * 0.2 + 101 * 0.05 + 3) * 2 * 0.000026),
        ("Queues", 100 * 9 * 3 / 1e4 * 0.004),
        ("Logs", 100 * (110 + 9 + 18) * 1000 / 1e9 * 2.30),
        ("Blob storage: raw results written", 100 * 101 / 1e4 * 0.05),
        ("Blob storage: raw results kept", 100 * 5e6 / 1e9 * 0.0184),
    ],
)
def test_a_line_is_amount_times_price(line: str, expected: float) -> None:
    assert cost(bill(JOB, MEASURED, Book()), line) == pytest.approx(expected)


def test_monthly_and_single_costs_are_separate() -> None:
    made = bill(JOB, MEASURED, Book())
    assert made.monthly == pytest.approx(cost(made, "Cosmos DB: documents") + cost(made, "Blob storage: raw results k"))
    assert made.once + made.monthly == pytest.approx(sum(line.cost for line in made.lines))


def test_without_an_archive_nothing_is_paid_for_blobs() -> None:
    made = bill(JOB, MEASURED, Book(), raw_archive=False)
    assert not [line for line in made.lines if line.what.startswith("Blob")]
    assert cost(made, "Logs") == pytest.approx(100 * (110 + 9 + 18) * 1000 / 1e9 * 2.30)


def test_an_execution_is_billed_for_at_least_a_second() -> None:
    long, alone = gb_seconds(JOB, Book())
    assert long == pytest.approx((10.1 + 303 * 0.02 + 107 * 0.2 + 101 * 0.05 + 3) * 2)
    assert alone == pytest.approx(10.1 * 2)
    no_waits = [f"{name}-request-seconds=0" for name in ("cosmos", "speech", "blob")]
    quick = msgspec.structs.replace(JOB, processor_seconds=0.5)
    short, _ = gb_seconds(quick, Book().with_values(no_waits))
    assert short == pytest.approx(9 * 2)


def test_log_lines_of_idle_ticks_are_not_billed_to_a_job() -> None:
    talkative = WaitingUsage(jobs=0, request_units=60.0, speech_requests={}, log_lines=120)
    noisy = msgspec.structs.replace(MEASURED, idle=talkative)
    assert log_rows(JOB, MEASURED) - log_rows(JOB, noisy) == pytest.approx(20 * 2)


def test_expiry_costs_request_units_and_pays_after_some_days() -> None:
    assert expiry(JOB, Book()) == pytest.approx((0.8, 0.2))
    assert days_until_expiry_pays(JOB, Book()) == pytest.approx(0.2 / 0.5 * 365 / 12)


def test_the_monthly_base_cost_follows_the_minutes_of_a_month() -> None:
    lines = {line.what: line for line in standing(MEASURED, Book())}
    assert lines["Functions: poll_jobs each minute"].amount == 43_800 * 2
    assert lines["Cosmos DB: the ticks' queries"].cost == pytest.approx(43_800 / 1e6 * 0.25)
    assert lines["Logs"].cost == pytest.approx(43_800 * 1000 / 1e9 * 2.30)


def test_the_bill_has_as_many_alert_rules_as_the_bicep() -> None:
    rules = ALERTS.read_text().partition("var rules = [")[2].partition("\n]\n")[0]
    assert len(re.findall(r"^    name: '", rules, re.MULTILINE)) == formula.LOG_ALERT_RULES


def test_the_causes_of_the_rule_with_several_are_those_of_the_bicep() -> None:
    causes = ALERTS.read_text().partition("var causes = [")[2].partition("\n]\n")[0]
    assert re.findall(r"Cause = (?:strcat\()?'([\w-]+)[ ']", causes) == list(formula.CAUSES)


def test_a_month_with_nothing_to_do_costs_less_than_five_dollars_even_if_each_cause_fires() -> None:
    measured, book = load(), Book()
    dearer = {line.what: line.cost for line in doubts(measured, book)}
    total = sum(line.cost for line in standing(measured, book))
    alerts = dearer["every cause of an alert fires"] + dearer["the metric alert, beyond ten free ones"]
    assert total < total + alerts <= 5


def test_free_amounts_are_subtracted_up_to_what_is_used() -> None:
    lines = {line.what: line for line in doubts(MEASURED, Book())}
    assert lines["GB-s that are free"].amount == 43_800 * 2
    short = Book().with_values(["functions-free-gb-s=100"])
    assert {line.what: line.amount for line in doubts(MEASURED, short)}["GB-s that are free"] == 100


def test_every_figure_can_be_replaced_and_is_marked_then() -> None:
    for figure in (*PRICES, *ASSUMPTIONS):
        book = Book().with_values([f"{figure.name}={figure.value * 2 + 1}"])
        assert book[figure.name] == figure.value * 2 + 1
        assert [each.name for each in book.figures if each.status == "you"] == [figure.name]
        assert Book()[figure.name] == figure.value


def test_every_price_changes_the_bill_or_is_a_free_amount() -> None:
    def totals(book: Book) -> tuple[float, ...]:
        made = bill(JOB, MEASURED, book)
        autoscale = formula.autoscale_hours(JOB, MEASURED, book, 400)
        return (
            made.once,
            made.monthly,
            *(line.cost for line in (*standing(MEASURED, book), *doubts(MEASURED, book))),
            *autoscale,
        )

    same = {price.name for price in PRICES if totals(Book().with_values([f"{price.name}=9"])) == totals(Book())}
    assert same == {"logs-free-gb"}


@pytest.mark.parametrize(("given", "words"), [("cosmos=1", "'cosmos' is none of"), ("logs-gb=x", "is no name=number")])
def test_an_unknown_figure_is_refused_by_name(given: str, words: str) -> None:
    with pytest.raises(UnknownFigure, match=words):
        Book().with_values([given])
