"""Checks of the app by what it logs about itself: when the timer ran last, and which of its rights are missing.

On the local stack these lines are in the host's log, in Azure in Log Analytics. Without either, the documents of Cosmos
DB still show some of what the timer did.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec

from shared.adapters.log_analytics import LogAnalytics
from shared.bootstrap import App
from shared.cli.connection import connected
from shared.cli.doctor.checks import Check, failed, passed, unknown, warned
from shared.cli.environment import STACK_FILE
from shared.cli.terminal.times import age
from shared.domain.documents import utc
from shared.errors import Speech2CosmosError, UnknownValue

TICK = "app: last tick"
RIGHTS = "app: rights"

LATE = timedelta(minutes=15)
"""The alert poll-missing fires after this time, too."""

WORKSPACE = "LOG_ANALYTICS_WORKSPACE_ID"

_LOOK_BACK = "P7D"

LAST_TICK = "AppRequests | where Name == 'poll_jobs' | summarize Last = max(TimeGenerated)"
LAST_RIGHTS = (
    """AppTraces | where Message contains '{"signal":"right"' """
    """| extend Said = extract(@'(\\{"signal":".*\\})$', 1, Message) """
    """| summarize arg_max(TimeGenerated, Said) by Name = tostring(parse_json(Said)['right']) | project Said"""
)

_NO_LOGS = (
    f"set {WORKSPACE} to the workspace's id (`speech2cosmos connect` does), and ask for the role Log Analytics Reader; "
    "or look there yourself: *Rights* and *poll-missing* in docs/operations.md"
)


class Told(msgspec.Struct, frozen=True):
    """What the app logged of one of its permissions: the result, what it takes, and the setting that names it."""

    right: str
    result: str
    needs: str = ""
    setting: str = ""


class Logs(Protocol):
    """Where the app's lines are.

    `late`: how long the timer may not have run, that of its log's delay included. `start`: how to start the app anew.
    """

    late: timedelta
    start: str

    def last_tick(self) -> datetime | None:
        """Return when the timer ran last; None if it did not within seven days."""

    def rights(self) -> list[Told]:
        """Return the latest line of each permission."""


class HostLog:
    """The log of the host of the local stack. Its times are those of this machine's zone."""

    late = timedelta(minutes=2)
    start = "end the stack with Ctrl-C and start it anew: `make up`"

    _TICK = re.compile(rb"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ .*Executed 'poll_jobs'", re.MULTILINE)
    _RIGHT = re.compile(rb'(\{"signal":"right".*\})$', re.MULTILINE)
    _TAIL = 1_000_000

    def __init__(self, file: Path) -> None:
        self._file = file

    def last_tick(self) -> datetime | None:
        """Return the time of the last line that says that the timer ran, among the latest megabyte."""
        with self._file.open("rb") as log:
            log.seek(max(0, self._file.stat().st_size - self._TAIL))
            found = self._TICK.findall(log.read())
        return datetime.strptime(found[-1].decode(), "%Y-%m-%d %H:%M:%S").astimezone(UTC) if found else None

    def rights(self) -> list[Told]:
        """Return the latest line of each permission."""
        found: dict[str, Told] = {}
        with self._file.open("rb") as log:
            for line in log:
                for text in self._RIGHT.findall(line):
                    told = msgspec.json.decode(text, type=Told)
                    found[told.right] = told
        return list(found.values())


class Queried(Protocol):
    """What is needed of LogAnalytics."""

    def rows(self, query: str, timespan: str) -> list[dict[str, Any]]:
        """Return the rows of a KQL query."""


class WorkspaceLog:
    """The app's lines in Log Analytics."""

    late = LATE
    start = "restart the app: `az functionapp restart`; *poll-missing* in docs/operations.md says what can stop it"

    def __init__(self, workspace: Queried) -> None:
        self._workspace = workspace

    def last_tick(self) -> datetime | None:
        """Return when the timer ran last, within seven days."""
        rows = self._workspace.rows(LAST_TICK, _LOOK_BACK)
        text = rows[0].get("Last") if rows else None
        return datetime.fromisoformat(text) if text else None

    def rights(self) -> list[Told]:
        """Return the latest line of each permission."""
        try:
            return [
                msgspec.json.decode(row["Said"], type=Told) for row in self._workspace.rows(LAST_RIGHTS, _LOOK_BACK)
            ]
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            raise UnknownValue(f"the app's lines about its rights have an unknown form: {error}") from error


def logs_of(app: App, environ: Mapping[str, str] = os.environ, stack: Path = STACK_FILE) -> Logs | None:
    """Return where the addressed app logs: the stack on this machine, if it is that, else a known workspace."""
    log = stack.parent / "logs" / "host.log"
    try:
        told = json.loads(stack.read_bytes())
    except (OSError, ValueError):
        told = {}
    if str(told.get("cosmosEndpoint")).rstrip("/") == app.settings.cosmos_endpoint.rstrip("/") and log.is_file():
        return HostLog(log)
    workspace = environ.get(WORKSPACE, "").strip() or _connected_to(app)
    return WorkspaceLog(LogAnalytics(workspace)) if workspace else None


def _connected_to(app: App) -> str:
    """Return the workspace of the connected deployment, if that is the one that is addressed; else an empty text."""
    connection = connected()
    outputs = connection.outputs if connection else {}
    addressed = outputs.get("COSMOS_ENDPOINT", "").rstrip("/") == app.settings.cosmos_endpoint.rstrip("/")
    return outputs.get(WORKSPACE, "") if addressed else ""


def last_tick(app: App, logs: Logs | None, now: Callable[[], datetime]) -> Iterator[Check]:
    """Yield when the timer ran last."""
    said = ""
    if logs is not None:
        try:
            last = logs.last_tick()
        except Speech2CosmosError as error:
            said = f"its logs cannot be read: {error}; "
        else:
            yield _tick(logs, last, now())
            return
    mark = app.jobs.poll_mark()
    times = [each for each in (mark.searched_at, mark.watermark) if each is not None]
    words = f"{said}its memory in Cosmos DB was written last at {max(times)}" if times else f"{said}it left no memory"
    if mark.idle:
        words += "; it found no job to handle then, and an idle timer writes nothing"
    recent = bool(times) and now() - datetime.fromisoformat(max(times)) < LATE
    yield passed(TICK, words) if recent else unknown(TICK, words, _NO_LOGS)


def _tick(logs: Logs, last: datetime | None, now: datetime) -> Check:
    if last is None:
        return failed(TICK, "the timer has not run within seven days, or its log is empty", logs.start)
    words = f"{age(utc(last), now)} ago"
    if now - last < logs.late:
        return passed(TICK, words)
    return failed(TICK, f"{words}: the timer does not run", logs.start)


def rights(logs: Logs | None) -> Iterator[Check]:
    """Yield one check for each permission that the app found missing, or one for all."""
    if logs is None:
        yield unknown(RIGHTS, "only the app can try them, and nobody said where its logs are", _NO_LOGS)
        return
    try:
        told = logs.rights()
    except Speech2CosmosError as error:
        yield unknown(RIGHTS, f"only the app can try them, and its logs cannot be read: {error}", _NO_LOGS)
        return
    if not told:
        words = "the app has logged none within seven days: it tries them at its first tick after a start"
        yield unknown(RIGHTS, words, logs.start)
        return
    wrong = [each for each in told if each.result != "ok"]
    for each in wrong:
        words = f"{each.right}: {each.result}"
        needs = each.needs or "what it names"
        fix = f"it takes {needs}, which {each.setting} names; deploy the Bicep again, and restart the app"
        yield (warned if each.result == "inconclusive" else failed)(RIGHTS, words, fix)
    if not wrong:
        yield passed(RIGHTS, f"the app had every one of {len(told)} when it started")
