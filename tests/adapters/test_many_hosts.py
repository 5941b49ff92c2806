"""Many instances share one Speech resource without coordination, in simulated time."""

import logging
from collections.abc import Iterator
from functools import partial
from typing import TypedDict

import pytest

from benchmarks.many_hosts import FILES, HOSTS, MakePacer, Row, Start, Told, rows, run
from shared.adapters.pacing import HIGHEST_RATE, Pacer


class Hard(TypedDict):
    """The hardest case: all hosts start within a second, Retry-After is one second, and refused requests count."""

    start: Start
    told: Told
    counts: bool


HARD: Hard = {"start": "spread", "told": "second", "counts": True}


@pytest.fixture(autouse=True)
def silent() -> Iterator[None]:
    """Keep thousands of simulated pauses out of the captured log."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def is_well(row: Row, alone: Row) -> bool:
    """Say whether a run meets the limits of docs/decisions/0032. `alone` is the same run with one host."""
    return row.refused_per_100_files <= 1 and row.seconds <= 2 * alone.seconds


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_hosts_have_at_most_one_refusal_per_100_files_and_need_at_most_twice_the_time_of_one(
    seed: int,
) -> None:
    found = list(rows(seed=seed))
    assert len(found) == 3 * 3 * 2 * len(HOSTS)
    for begin in range(0, len(found), len(HOSTS)):
        alone, *others = found[begin : begin + len(HOSTS)]
        assert (alone.hosts, alone.refused) == (1, 0)
        for row in others:
            assert is_well(row, alone), row
            assert row.answered >= FILES / 25


def test_a_longer_run_has_fewer_refusals_per_file_and_ends_even_if_refusals_count() -> None:
    short, long = (run(40, files, **HARD) for files in (FILES, 4 * FILES))
    assert long.refused_per_100_files < short.refused_per_100_files
    assert long.seconds < 8 * short.seconds


def test_eighty_hosts_need_at_most_twice_the_time_of_one() -> None:
    row = run(80, **HARD)
    assert row.seconds <= 2 * run(1, **HARD).seconds


def test_the_simulation_is_deterministic() -> None:
    assert [run(16, 1000, start="queued", seed=5) for _ in range(2)] == [run(16, 1000, start="queued", seed=5)] * 2


@pytest.mark.parametrize(
    "make_pacer", [partial(Pacer, start_rate=HIGHEST_RATE), partial(Pacer, spread=0.0)], ids=["start rate", "spread"]
)
def test_without_the_start_rate_or_the_spread_too_many_requests_are_refused(make_pacer: MakePacer) -> None:
    assert not is_well(run(40, **HARD, make_pacer=make_pacer), run(1, **HARD))
