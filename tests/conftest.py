"""The servers of the tests, started once for each worker on free ports; and the distribution of tests to workers."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from local.azurite import Azurite, start_azurite
from local.cosmos import Cosmos, start_cosmos
from local.faults import FaultLayer, Front

# The examples are the same on every run, few enough for two cores, and not stored on the disk.
settings.register_profile(
    "tests",
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # the result would depend on the machine
)
settings.load_profile("tests")

TOGETHER = (
    *("tests/e2e/", "tests/docs/", "tests/cli/doctor/", "tests/cli/erase/", "tests/cli/many/", "tests/cli/"),
    *("tests/rendering/page/", "tests/serving/"),
)
"""Folders whose tests share an expensive fixture, such as a whole stack. One worker runs all tests of a folder.

The first folder that fits counts.
"""

FIRST = (TOGETHER[0], "tests/local/test_stack.py", *TOGETHER[1:])
"""The longest tests run first, so that no worker runs them alone at the end."""


APART = "tests/chaos/test_crash.py"
"""A file whose tests take a minute each and share little, so every worker runs some of them."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # untyped to mypy: see pyproject.toml
    """Gives all tests of a file, or of a folder of TOGETHER, to one worker, and tests of APART one by one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file == APART:
            return nodeid
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_configure() -> None:
    """Let processes of the tests be interrupted, as on a terminal.

    A shell that runs the tests in the background lets them ignore SIGINT, and a process inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Replace pytest-xdist's `loadgroup`, whose groups fail with pytest 9.2: it no longer reads Item._nodeid."""
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the tests of FIRST to the front."""
    place = {prefix: number for number, prefix in enumerate(FIRST)}
    items.sort(key=lambda item: next((place[each] for each in FIRST if item.nodeid.startswith(each)), len(FIRST)))


@pytest.fixture(scope="session", autouse=True)
def _unconnected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the deployment that this machine's user has connected: commands of the tests use what they are given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    folder: Path = tmp_path_factory.mktemp("azurite")
    running = start_azurite(folder / "data", log=folder / "azurite.log", ports=(0, 0, 0))
    yield running
    running.service.stop()


@pytest.fixture(scope="session")
def cosmos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    """Give the server of COSMOS_ENDPOINT and COSMOS_KEY; without them, local/cosmos."""
    if endpoint := os.environ.get("COSMOS_ENDPOINT"):
        yield Cosmos(None, endpoint, os.environ["COSMOS_KEY"])
        return
    log = tmp_path_factory.mktemp("cosmos") / "cosmos.log"
    # A count of three has two rows, so code that takes the first row for the whole count fails.
    running = start_cosmos(log=log, port=0, aggregate_page=2)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def between(cosmos: Cosmos) -> Iterator[Front]:
    """Give a fault layer in front of the Cosmos server."""
    with FaultLayer() as layer:
        yield layer.front("cosmos", cosmos.endpoint)


@pytest.fixture(autouse=True)
def _ends_its_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """End the faults of a test, even of a failed one: all tests of a module share the fault layer, in any order."""
    yield
    if "between" in request.fixturenames:
        request.getfixturevalue("between").rules.clear()
