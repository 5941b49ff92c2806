"""The list of finished jobs at a Speech whose jobs come, change and go while it is read."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from shared.cli.at_speech import finished
from shared.errors import UnknownValue
from tests.cli.listing import Listing, job_id
from tests.pipeline.fake_speech import ROOT

NOW = datetime(2026, 11, 29, 12, 30, 15, 250_000, tzinfo=UTC)
WEEK = NOW - timedelta(days=7)


def read(listing: Listing, since: datetime = WEEK) -> list[str]:
    """Return the ids of the jobs that are found, in their order. An entry that cannot be read fails the test."""

    def tell(error: UnknownValue) -> None:
        raise error

    return [each.job_id for some in finished(listing, since, NOW, tell) for each in some]


def test_few_jobs_are_found_by_one_request() -> None:
    listing = Listing()
    ids = [listing.put(number, NOW - timedelta(hours=number)) for number in range(100)]
    assert sorted(read(listing)) == ids
    assert len(listing.asked) == 1


def test_many_jobs_are_found_once_each_by_about_twice_as_many_requests_as_they_fill_pages() -> None:
    listing = Listing()
    ids = [listing.put(number, WEEK + timedelta(seconds=1 + 60 * number)) for number in range(10_000)]
    assert read(listing) == ids
    assert all(page is None for _, page in listing.asked), "no request depends on an offset"
    assert len(listing.asked) < 2 * 10_000 / listing.page + 20


def test_jobs_that_ended_in_a_hurry_before_and_after_long_pauses_are_found_once_each() -> None:
    listing = Listing(page=10)
    times = [WEEK + timedelta(days=day, seconds=second) for day in (0, 3, 6) for second in range(1, 500)]
    ids = [listing.put(number, ended) for number, ended in enumerate(times)]
    assert sorted(read(listing)) == ids


def test_the_list_begins_with_the_second_of_since_and_has_no_end() -> None:
    listing = Listing()
    listing.put(1, WEEK.replace(microsecond=0) - timedelta(seconds=1))
    expected = [listing.put(2, WEEK.replace(microsecond=0)), listing.put(3, NOW + timedelta(days=1))]
    assert sorted(read(listing)) == expected


def test_windows_follow_each_other_without_gap_and_overlap() -> None:
    listing = Listing(page=5)
    for number in range(200):
        listing.put(number, NOW - timedelta(hours=number / 2))
    read(listing)
    whole = [asked or "" for asked, _ in listing.asked]
    begins = list(dict.fromkeys(text.split(" ge ")[1].split(" ")[0] for text in whole))
    last = {text.split(" ge ")[1].split(" ")[0]: text for text in whole}  # halved windows were asked for before
    ends = [last[begin].partition(" lt ")[2] for begin in begins]
    assert [(end, after) for end, (_, after) in zip(ends, pairwise(begins), strict=False) if end != after] == []
    assert ends[-1] == ""


def test_a_job_that_has_not_ended_is_not_listed() -> None:
    listing = Listing()
    for number, status in enumerate(("NotStarted", "Running")):
        listing.put(number, NOW, status)
    ended = [listing.put(number, NOW, status) for number, status in enumerate(("Succeeded", "Failed", "Paused"), 2)]
    assert read(listing) == ended


def test_jobs_that_are_deleted_while_the_list_is_read_hide_no_other() -> None:
    listing = Listing(page=10)
    ids = [listing.put(number, WEEK + timedelta(minutes=1 + number)) for number in range(500)]
    gone: list[str] = []

    def delete(number: int) -> None:
        # From the front, where a deleted entry moves all others to a lower offset.
        if number > 0 and listing.jobs:
            gone.append(next(iter(listing.jobs)))
            del listing.jobs[gone[-1]]

    listing.meanwhile = delete
    found = read(listing)
    assert set(ids) - set(gone) <= set(found)


def test_a_job_whose_time_changes_while_the_list_is_read_is_found() -> None:
    listing = Listing(page=10)
    ids = [listing.put(number, WEEK + timedelta(minutes=1 + number)) for number in range(100)]
    moved = ids[-1]
    listing.meanwhile = lambda number: listing.put(99, NOW) if number == 8 else None
    assert moved in read(listing)


def test_a_job_that_ends_while_the_list_is_read_is_found() -> None:
    listing = Listing(page=10)
    ids = [listing.put(number, WEEK + timedelta(minutes=1 + number)) for number in range(100)]
    listing.meanwhile = lambda number: listing.put(1000, NOW) if number == 8 else None
    assert read(listing) == [*ids, job_id(1000)]


def test_more_jobs_of_one_second_than_a_page_has_are_read_by_page() -> None:
    listing = Listing(page=10)
    ids = [listing.put(number, NOW - timedelta(days=1)) for number in range(35)]
    assert sorted(read(listing)) == ids
    assert [page for _, page in listing.asked if page] == ["skip=10", "skip=20", "skip=30"]


def test_pages_that_lead_in_a_circle_are_an_error() -> None:
    listing = Listing(page=10)
    for number in range(35):
        listing.put(number, NOW - timedelta(days=1))
    listing.links["skip=20"] = f"{ROOT}?skip=10"
    with pytest.raises(UnknownValue, match="leads back to a page"):
        read(listing)


def test_a_speech_that_does_not_filter_is_an_error_at_once() -> None:
    listing = Listing(page=10)
    listing.filters = False
    for number in range(35):
        listing.put(number, NOW - timedelta(days=30))
    with pytest.raises(UnknownValue, match=r"asked for jobs that ended from 2026-11-22\S+ on, Speech listed one of"):
        read(listing)
    assert len(listing.asked) == 1


def test_an_entry_that_is_no_transcription_is_told_and_left_out() -> None:
    listing = Listing()
    expected = listing.put(1, NOW)
    listing.odd = [{"self": f"{ROOT}/{job_id(2)}"}, {"self": "https://elsewhere.example", "status": "Succeeded"}]
    told: list[UnknownValue] = []
    found = [each.job_id for some in finished(listing, WEEK, NOW, told.append) for each in some]
    assert found == [expected]
    assert ["no transcription" in str(told[0]), "no id" in str(told[1])] == [True, True]


@pytest.mark.parametrize("told", [None, "soon", "2026-11-29T12:00:00"])
def test_an_entry_without_a_readable_time_is_believed(told: str | None) -> None:
    listing = Listing()
    listing.odd = [{"self": f"{ROOT}/{job_id(1)}", "status": "Succeeded", "lastActionDateTime": told}]
    assert read(listing) == [job_id(1)]
