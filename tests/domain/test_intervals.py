"""Interval sets: the moments that they cover, whatever the order of insertion."""

import random
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.intervals import IntervalSet, covered
from tests.domain.reference import Interval
from tests.domain.reference import covered as covered_plainly

INTERVALS = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), max_size=30)


def add(to: IntervalSet, intervals: list[Interval]) -> None:
    forward = [(begin, end) for begin, end in intervals if begin < end]
    to.add([begin for begin, _ in forward], [end for _, end in forward])


def listed(found: IntervalSet) -> list[Interval]:
    return list(zip(found.begins, found.ends, strict=True))


def filled(intervals: list[Interval], asked_after: int = 0) -> IntervalSet:
    result = IntervalSet()
    add(result, intervals[:asked_after])
    result.length()  # this merges the set now, and it must merge again with what follows
    add(result, intervals[asked_after:])
    return result


def moments(intervals: list[Interval]) -> set[int]:
    return {moment for begin, end in intervals for moment in range(begin, end)}


@given(intervals=INTERVALS, asked_after=st.integers(0, 30))
@example(intervals=[(0, 5), (5, 8)], asked_after=0)
@example(intervals=[(0, 5), (5, 8)], asked_after=1)
@example(intervals=[(5, 8), (9, 10), (0, 5)], asked_after=2)
def test_an_interval_set_covers_each_moment_once_in_order(intervals: list[Interval], asked_after: int) -> None:
    found = listed(filled(intervals, asked_after))
    assert moments(found) == moments(intervals)
    assert sum(end - begin for begin, end in found) == len(moments(intervals)) == filled(intervals).length()
    edges = [edge for interval in found for edge in interval]
    assert edges == sorted(set(edges)), "disjoint, sorted, and adjacent intervals are joined"


@given(groups=st.lists(INTERVALS, max_size=4))
def test_covered_counts_the_moments_in_at_least_one_and_in_several_sets(groups: list[list[Interval]]) -> None:
    everyone = [moments(group) for group in groups]
    anyone = set().union(*everyone)
    several = {moment for moment in anyone if sum(moment in group for group in everyone) > 1}
    assert covered(map(filled, groups)) == (len(anyone), len(several))
    forward = [[(begin, end) for begin, end in group if begin < end] for group in groups]
    assert covered_plainly(forward, 1) == len(anyone)  # the reference itself, against counting moments
    assert covered_plainly(forward, 2) == len(several)


@pytest.mark.parametrize("shuffled", [False, True])
def test_an_interval_set_may_be_read_while_it_grows(*, shuffled: bool) -> None:
    intervals = [(step * 3, step * 3 + 2) for step in range(10_000)]
    if shuffled:
        random.Random(1).shuffle(intervals)  # noqa: S311 - any order will do
    growing = IntervalSet()
    for count, interval in enumerate(intervals, 1):
        add(growing, [interval])
        if count % 3_000 == 0:
            assert growing.length() == 2 * count
    assert listed(growing) == sorted(intervals)


def test_the_words_of_a_day_are_added_in_linear_time() -> None:
    begin = time.process_time()
    growing = IntervalSet()
    for word in range(400_000):
        growing.add([word * 10], [word * 10 + 9])
    assert growing.length() == 400_000 * 9
    # It takes about 0.5 s. Merging everything again every few thousand words would take 20 million steps more.
    assert time.process_time() - begin < 4
