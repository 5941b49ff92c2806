"""The fixture `row`: what a case measured. A case that measured a loss fails."""

from collections.abc import Generator, Iterator
from dataclasses import asdict

import pytest

from tests.chaos.bench import Bench
from tests.chaos.reporting import MEASURED, OF, PLACE, Row


@pytest.fixture
def row() -> Row:
    """Give the row of docs/reliability.md that the case fills in."""
    return Row()


@pytest.fixture(autouse=True)
def _ends_its_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """End the faults of a case, also of one that failed: the next case begins without any."""
    yield
    for each in (request.node.funcargs or {}).values():  # None when the run was interrupted
        if isinstance(each, Bench):
            each.faults.clear()


LONGEST = ("test_hosts.py", "test_load.py", "test_services.py", "test_outages.py")
"""What takes longest comes first, so that no worker is left with it alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell the reporter the order of the cases and their number; a worker only reports the cases that it ran."""
    order = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(LONGEST)))
    cases = [item for item in items if item.get_closest_marker("chaos")]
    for place, item in enumerate(cases):
        item.user_properties += [(PLACE, place), (OF, len(cases))]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Keep what a case measured, also when it fails; fail it when it measured a loss, or nothing at all."""
    row = getattr(item, "funcargs", {}).get("row")
    try:
        yield
        if row is not None:
            assert row.clean, "\n".join(row.problems)
            assert row.cases > 0, "the case made no fault happen"
    finally:
        if row is not None:
            item.user_properties.append((MEASURED, asdict(row)))
