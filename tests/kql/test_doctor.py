"""What `speech2cosmos doctor` asks Log Analytics: no error in it, and it finds the lines that the app logs."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.cli.doctor.logged import LAST_RIGHTS, LAST_TICK, Told, WorkspaceLog
from shared.errors import Denied
from shared.pipeline.ports import Right
from shared.pipeline.rights import CheckRights
from tests.kql.azure import run
from tests.kql.telemetry import Telemetry
from tests.kql.test_analysis import findings

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Answers:
    """Log Analytics with the rows of a Telemetry, as its JSON has them."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def rows(self, query: str, timespan: str) -> list[dict[str, object]]:
        """Return the rows of a query."""
        assert timespan == "P7D"
        found = run(query, self._telemetry.rows, at=NOON + DAY, look_back=7 * DAY)
        return [{name: it.isoformat() if isinstance(it, datetime) else it for name, it in row.items()} for row in found]


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    now = iter(NOON + timedelta(seconds=number) for number in range(100))
    kept = Telemetry(lambda: next(now))
    logger = logging.getLogger("shared")
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    yield kept
    logger.removeHandler(kept)
    logger.setLevel(level)


def refuse() -> None:
    raise Denied('Cosmos DB answered 403: {"signal":"right"} is not allowed')


def test_the_language_service_finds_no_error() -> None:
    assert findings({"tick": LAST_TICK, "rights": LAST_RIGHTS}) == {"tick": [], "rights": []}


def test_the_latest_line_of_each_right_is_found(telemetry: Telemetry) -> None:
    for write in (refuse, lambda: None):
        with telemetry.run_of("poll_jobs"):
            CheckRights(
                [
                    Right("read", "role A", "SETTING", lambda: None),
                    Right("write", "role B", "SETTING_B", write),
                    Right("send", "role C", "SETTING_C", refuse),
                ]
            )()
    found = WorkspaceLog(Answers(telemetry)).rights()
    assert sorted(found, key=lambda each: each.right) == [
        Told("read", "ok"),
        Told("send", "missing", "role C", "SETTING_C"),
        Told("write", "ok"),
    ]


def test_the_last_execution_of_the_timer_is_found(telemetry: Telemetry) -> None:
    log = WorkspaceLog(Answers(telemetry))
    assert (log.last_tick(), log.rights()) == (None, [])
    for function in ("poll_jobs", "poll_jobs", "accept_job"):
        with telemetry.run_of(function):
            pass
    assert log.last_tick() == NOON + timedelta(seconds=1)
