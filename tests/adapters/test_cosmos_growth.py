"""The cost of a job and its ticks in Cosmos DB does not depend on the stored documents of other jobs."""

import pytest

from benchmarks.cost.measure import measure_beside
from local.cosmos import Cosmos

FOREIGN = 500
"""Number of documents of other jobs. `make cost` stores a hundred times as many."""


def test_a_job_and_the_ticks_around_it_cost_the_same_whatever_else_is_stored(cosmos: Cosmos) -> None:
    alone, beside = (measure_beside(cosmos, foreign) for foreign in (0, FOREIGN))
    assert alone.keys() == {"accept", "tick", "list", "page", "tidy"}
    assert beside == pytest.approx(alone, rel=0.02)
