"""Which finished jobs count as missing, and how their names are told."""

from datetime import timedelta

import pytest

from shared.adapters.cosmos.job_lists import JobLists
from shared.cli.do.missing import Counts, Wanted, beginning, kept_since, missing
from shared.cli.do.missing_rows import summary_of
from tests.cli.listing import Listing
from tests.cli.test_at_speech import NOW, WEEK
from tests.contract_cosmos.planner.asked import AskedDatabase


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("calls", "calls"),
        ("calls 2026-11-28", "calls …"),
        ("calls-17-north", "calls-…"),
        ("637d9333-6559-47a6-b8de-c7d732c1ddf3", "(an id)"),
        ("2026-11-28 calls", "(a number)"),
        (" 7", "(a number)"),
        ("", "(no name)"),
        (None, "(no name)"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 40 + "…"),
    ],
)
def test_names_that_differ_in_a_date_or_number_begin_alike(name: str | None, shown: str) -> None:
    assert beginning(name) == shown


def test_documents_that_stay_leave_nothing_out() -> None:
    assert kept_since(WEEK, None, NOW) == WEEK
    assert kept_since(WEEK, 86_400, NOW) == NOW - timedelta(days=1)
    assert kept_since(WEEK, 8 * 86_400, NOW) == WEEK


def test_a_job_that_is_listed_twice_is_found_once() -> None:
    listing = Listing(page=10)
    ids = [listing.put(number, WEEK + timedelta(minutes=1 + number)) for number in range(100)]
    # The first one changes while the list is read, so that it is listed again with a later time.
    listing.meanwhile = lambda number: listing.put(0, NOW) if number == 12 else None
    counts = Counts()
    found = missing(listing, JobLists(AskedDatabase()), Wanted(WEEK), NOW, counts)
    assert [job.job_id for jobs in found for job in jobs] == ids
    assert (counts.listed, counts.found.total()) == (101, 100)


def test_an_entry_that_cannot_be_read_is_counted() -> None:
    listing = Listing()
    listing.odd = [{"self": "https://elsewhere.example", "status": "Succeeded"}, 7]
    counts = Counts()
    assert list(missing(listing, JobLists(AskedDatabase()), Wanted(WEEK), NOW, counts)) == [[]]
    assert list(summary_of(counts)) == ["2 of Speech's entries cannot be read, left out"]
