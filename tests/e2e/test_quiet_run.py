"""A run of the whole stack without faults: all rights are ok, no alert fires, the workbook shows the run."""

import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.run.rights import problems, told
from local.samples.catalog import sample_jobs
from local.speech import SpeechControl
from local.stack import Ports, start_stack
from shared.bootstrap import App
from shared.domain.job import Status
from tests.e2e.conftest import SETTINGS, Whole
from tests.kql.azure import Row, Rows, firing, run
from tests.kql.queries import rules, tiles
from tests.kql.telemetry import SEVERITY

_LINE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d{3}) (\w+) ([\w.]+): (.*)$")
_RUN = re.compile(r"Executed '(\w+)' \((\w+), Id=\S+, Duration=(\d+)ms\)")


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """Give a separate stack, because other tests cause faults in theirs."""
    environ = {**SETTINGS, "PATH": os.environ["PATH"]}
    stack = start_stack(tmp_path_factory.mktemp("quiet"), environ, ports=Ports((0, 0, 0), 0, 0, 0))
    try:
        with SpeechControl(stack.settings["SPEECH_ENDPOINT"], stack.azurite) as speech:
            yield Whole(stack, App.from_env(stack.settings), speech)
    finally:
        stack.stop()


def rows(log: Path) -> Rows:
    """Return the rows that Application Insights would make of the host's log."""
    traces: list[Row] = []
    requests: list[Row] = []
    for line in log.read_text().splitlines():
        if (found := _LINE.match(line)) is None:
            continue
        seconds, milliseconds, level, logger, text = found.groups()
        local = time.mktime(time.strptime(seconds, "%Y-%m-%d %H:%M:%S"))
        at = datetime.fromtimestamp(local, UTC) + timedelta(milliseconds=int(milliseconds))
        if ended := _RUN.match(text):
            name, how, took = ended.groups()
            success = how == "Succeeded"
            requests.append(
                {"TimeGenerated": at, "Name": name, "Success": success, "DurationMs": float(took), "ItemCount": 1}
            )
        elif logger.startswith("shared."):
            traces.append({"TimeGenerated": at, "Message": text, "SeverityLevel": SEVERITY[level], "ItemCount": 1})
    return {"AppTraces": traces, "AppRequests": requests}


def test_the_app_has_its_rights_no_alert_fires_and_the_workbook_shows_the_run(quiet: Whole) -> None:
    sample = next(each for each in sample_jobs() if each.name == "reference")
    assert sample.spec is not None
    quiet.serve(sample.spec, sample.contents)
    quiet.enqueue(sample.spec.id)
    assert quiet.ended(sample.spec.id).status is Status.COMPLETED

    log = quiet.stack.state / "logs" / "host.log"
    rights = told(log)
    assert len(rights) == 10
    assert problems(rights) == []

    found, now = rows(log), datetime.now(UTC)
    assert {row["Name"] for row in found["AppRequests"]} == {"accept_job", "poll_jobs", "fetch_results"}
    assert {cause for rule in rules().values() for cause in firing(rule, found, at=now)} == set()

    shown = {name: run(query, found, at=now, look_back=timedelta(days=1)) for name, query in tiles().items()}
    assert sum(row["Files"] for row in shown["files"]) == 2
    assert {row["State"]: row["Jobs"] for row in shown["jobs"]} == {"accepted": 1, "completed": 1}
    assert max(row["Hours"] for row in shown["pending"]) < 1
