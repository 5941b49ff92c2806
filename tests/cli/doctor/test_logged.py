"""The app's last tick and its rights, from Log Analytics, from the host's log, or from what the timer left behind."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from shared.adapters.log_analytics import LogAnalytics
from shared.cli.connection import Connection, write_connection
from shared.cli.doctor.checks import Check, State
from shared.cli.doctor.logged import HostLog, WorkspaceLog, last_tick, logs_of, rights
from shared.cli.environment import STACK_FILE
from shared.domain.documents import utc
from tests.cli.doctor.causes import MISSING
from tests.cli.doctor.conftest import OK, Patient

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass
class Workspace:
    """Answers as Log Analytics does: a table for each query that contains a word. Keeps the requests."""

    tables: dict[str, tuple[list[str], list[list[Any]]]] = field(default_factory=dict)
    status: int = 200
    asked: list[tuple[str, dict[str, list[str]], Mapping[str, str]]] = field(default_factory=list)
    origin: str = ""

    def answer(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Return status and body for a request."""
        url = urlsplit(path)
        asked = parse_qs(url.query)
        self.asked.append((url.path, asked, headers))
        columns, rows = next(table for word, table in self.tables.items() if word in asked["query"][0])
        named = [{"name": name, "type": "string"} for name in columns]
        table = {"name": "PrimaryResult", "columns": named, "rows": rows}
        error = {"error": {"code": "InsufficientAccessError", "message": "no access"}}
        return self.status, json.dumps({"tables": [table]} if self.status == 200 else error).encode()

    @property
    def logs(self) -> WorkspaceLog:
        """The app's lines there."""
        return WorkspaceLog(LogAnalytics("the-workspace", self.origin, lambda: {"Authorization": "Bearer token"}))


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace({"AppRequests": (["Last"], [["2026-11-02T12:00:00.123Z"]]), "AppTraces": (["Said"], [[OK]])})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = made.answer(self.path, dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def tick(patient: Patient, logs: Any, now: datetime) -> Check:  # noqa: ANN401 - either kind of logs
    (check,) = last_tick(patient.given.app, logs, lambda: now)
    return check


def test_log_analytics_is_asked_with_the_user_s_token(patient: Patient, workspace: Workspace) -> None:
    assert tick(patient, workspace.logs, NOON + timedelta(minutes=1)).status is State.PASS
    ((path, asked, headers),) = workspace.asked
    assert path == "/v1/workspaces/the-workspace/query"
    assert "poll_jobs" in asked["query"][0]
    assert asked["timespan"] == ["P7D"]
    assert headers["Authorization"] == "Bearer token"


def test_a_timer_that_has_not_run_for_long_fails(patient: Patient, workspace: Workspace) -> None:
    check = tick(patient, workspace.logs, NOON + timedelta(minutes=16))
    assert (check.status, check.detail) == (State.FAIL, "15m ago: the timer does not run")
    assert check.fix is not None
    assert "az functionapp restart" in check.fix
    workspace.tables["AppRequests"] = (["Last"], [[None]])
    assert tick(patient, workspace.logs, NOON).status is State.FAIL


def test_a_user_who_may_not_read_the_logs_learns_which_role_it_takes(patient: Patient, workspace: Workspace) -> None:
    workspace.status = 403
    (right,) = rights(workspace.logs)
    for check in (right, tick(patient, workspace.logs, NOON + timedelta(days=99))):
        assert check.status is State.INCONCLUSIVE
        assert "answered 403" in check.detail
        assert "Log Analytics Reader" in (check.fix or "")


def test_rights_are_read_from_log_analytics(workspace: Workspace) -> None:
    (check,) = rights(workspace.logs)
    assert (check.status, check.detail) == (State.PASS, "the app had every one of 1 when it started")
    workspace.tables["AppTraces"] = (["Said"], [[OK], [MISSING]])
    (check,) = rights(workspace.logs)
    assert (check.status, check.detail) == (State.FAIL, "Cosmos DB: read jobs: missing")
    workspace.tables["AppTraces"] = (["Said"], [])
    (check,) = rights(workspace.logs)
    assert check.status is State.INCONCLUSIVE
    workspace.tables["AppTraces"] = (["Other"], [[OK]])
    (check,) = rights(workspace.logs)
    assert (check.status, "unknown form" in check.detail) == (State.INCONCLUSIVE, True)


def test_without_logs_a_recent_memory_of_the_timer_passes_and_an_old_one_proves_nothing(patient: Patient) -> None:
    jobs = patient.given.app.jobs
    mark = jobs.poll_mark()
    jobs.put_poll_mark(msgspec.structs.replace(mark, searched_at=utc(NOON), watermark=None, idle=True))
    assert tick(patient, None, NOON + timedelta(minutes=1)).status is State.PASS
    old = tick(patient, None, NOON + timedelta(hours=1))
    assert (old.status, "an idle timer writes nothing" in old.detail) == (State.INCONCLUSIVE, True)


def test_the_host_s_log_counts_only_for_the_stack_that_it_belongs_to(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(logs_of(patient.given.app), HostLog)
    STACK_FILE.write_text(json.dumps({"cosmosEndpoint": "http://127.0.0.1:1"}))
    assert logs_of(patient.given.app) is None
    monkeypatch.setenv("LOG_ANALYTICS_WORKSPACE_ID", "a")
    assert isinstance(logs_of(patient.given.app), WorkspaceLog)
    patient.mended = True


def test_the_connected_workspace_counts_only_for_its_own_deployment(patient: Patient) -> None:
    STACK_FILE.unlink()
    for endpoint, kind in (
        (patient.given.settings["COSMOS_ENDPOINT"], WorkspaceLog),
        ("https://x.example", type(None)),
    ):
        outputs = {"COSMOS_ENDPOINT": endpoint, "LOG_ANALYTICS_WORKSPACE_ID": "w"}
        write_connection(Connection("name", "id", "subscription", outputs))
        assert isinstance(logs_of(patient.given.app), kind)
    patient.mended = True
