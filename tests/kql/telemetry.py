"""The rows that Application Insights stores: a request for each execution, a trace for each log line."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from shared.domain.patience import Patience
from tests.kql.azure import Row
from tests.pipeline.world import World

_P = ParamSpec("_P")
_T = TypeVar("_T")

SEVERITY = {"INFO": 1, "WARNING": 2, "ERROR": 3, "CRITICAL": 4}


class Telemetry(logging.Handler):
    """Stores rows. `now` gives their times."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(logging.INFO)
        self.rows: dict[str, list[Row]] = {"AppTraces": [], "AppRequests": [], "AppExceptions": []}
        self._now = now
        self._function = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Store a line."""
        level = SEVERITY[record.levelname]
        self._keep("AppTraces", Message=record.getMessage(), SeverityLevel=level, OperationName=self._function)

    @contextmanager
    def run_of(self, function: str) -> Iterator[None]:
        """Make the block an execution of this function."""
        outer, self._function = self._function, function
        success = False
        try:
            yield
            success = True
        except Exception as error:
            kind = type(error).__name__
            self._keep("AppExceptions", ExceptionType=kind, OuterMessage=str(error), OperationName=function)
            raise
        finally:
            self._keep("AppRequests", Name=function, Success=success, DurationMs=10.0, OperationName=function)
            self._function = outer

    def _keep(self, table: str, **values: object) -> None:
        self.rows[table].append({"TimeGenerated": self._now(), "ItemCount": 1, **values})


class WatchedWorld(World):
    """The use cases over the fakes. Each call of one is an execution of its function, as in function_app.py."""

    def __init__(self, patience: Patience | None = None) -> None:
        super().__init__(patience=patience)
        self.telemetry = Telemetry(self.clock.now)
        own: Any = self
        own.accept = self._watched(self.accept, lambda *_: "accept_job")
        own.fetch = self._watched(self.fetch, lambda *_: "fetch_results")
        own.poison = self._watched(self.poison, lambda queue, *_: f"record_poison_{queue.rpartition('-')[2]}")
        own.tick = self._watched(self.tick, lambda *_: "poll_jobs")

    @property
    def rows(self) -> Mapping[str, list[Row]]:
        """Return the rows that were stored so far, by table."""
        return self.telemetry.rows

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Store what the app logs in the block."""
        logger = logging.getLogger("shared")
        level = logger.level
        logger.setLevel(logging.INFO)
        logger.addHandler(self.telemetry)
        try:
            yield
        finally:
            logger.removeHandler(self.telemetry)
            logger.setLevel(level)

    def _watched(self, use_case: Callable[_P, _T], name: Callable[_P, str]) -> Callable[_P, _T]:
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            with self.telemetry.run_of(name(*args, **kwargs)):
                return use_case(*args, **kwargs)

        return run
