"""The timer's memory: loops in lists, the order of places, and times in the future."""

import pytest

from shared.domain.poll_mark import MOST_PAGES, Place, PollMark, Walk, believed
from shared.errors import UnknownValue

NOON = "2026-11-22T12:00:00.000000Z"
ONE = "2026-11-22T13:00:00.000000Z"


def walked_until_noticed(stem: int, circle: int) -> int:
    """Return the number of pages read until the loop was found. `stem` pages come before it."""
    walk = Walk(NOON)
    for number in range(4 * (stem + circle) + 2):
        page = f"skip={number if number < stem else stem + (number - stem) % circle}"
        try:
            walk = walk.onto(page)
        except UnknownValue:
            assert number >= stem + circle, "the page was read before"
            return number
    pytest.fail("the loop was not found")


@pytest.mark.parametrize("stem", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("circle", [1, 2, 3, 10, 64, 100])
def test_a_loop_of_any_length_in_a_list_is_found_within_four_rounds(stem: int, circle: int) -> None:
    assert walked_until_noticed(stem, circle) <= 4 * (stem + circle) + 2


def test_a_list_without_a_loop_is_walked_up_to_the_page_limit() -> None:
    walk = Walk(NOON)
    for number in range(MOST_PAGES - 1):
        walk = walk.onto(f"skip={number}")
    with pytest.raises(UnknownValue, match="more than"):
        walk.onto("one more")


def test_places_are_ordered_by_time_and_then_by_id() -> None:
    places = [Place(ONE, "a"), Place(NOON, "b"), Place(NOON, "a"), Place("", "z")]
    assert sorted(places) == [Place("", "z"), Place(NOON, "a"), Place(NOON, "b"), Place(ONE, "a")]


def test_times_in_the_future_are_dropped_from_the_timers_memory() -> None:
    past, future = Walk(NOON, since=NOON, page="skip=1"), Walk(ONE, page="skip=1")
    mark = PollMark(id="_poll", watermark=NOON, ended=past, all=past, waiting=Place(ONE, "a"))
    assert believed(mark, NOON) == mark
    odd = PollMark(id="_poll", watermark=ONE, ended=Walk(NOON, since=ONE), all=future, waiting=Place(ONE, "a"))
    assert believed(odd, NOON) == PollMark(id="_poll", waiting=Place(ONE, "a"))
