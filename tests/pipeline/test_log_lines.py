"""The lines of the log: foreign text cannot forge, split or hide one, and threads do not mix them."""

import ast
import json
import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.errors import (
    Transient,
)
from shared.pipeline.signals import DETAIL_LIMIT, TEXT_LIMIT, Log, Signal, about, asked_again, counts, one_line, whose
from tests.pipeline.world import JOB
from tests.signals import STRUCTURE, signals

SHARED = Path(__file__).parent.parent.parent / "shared"


log = Log("tests")


FORGERIES = [
    "x\njob 1: accepted",
    "x\r\njob 1: accepted",
    "x\u2028job 1: accepted",
    "x\u2029job 1: accepted",
    "x\x85job 1: accepted",
    "x\x0bjob 1: accepted\x0c\x1c\x1d\x1e",
    "\x1b[2K\x1b[1Ajob 1: accepted",
    "\u202edetpecca :1 boj\u2066\u200f\u200b\ufeff",
    "\x00\x7f\x9b31m",
    "\ud800 alone \udfff",
    "\U000e0041 tagged",
]


@pytest.mark.parametrize("forgery", FORGERIES, ids=ascii)
def test_no_argument_breaks_hides_or_reverses_a_log_line(caplog: pytest.LogCaptureFixture, forgery: str) -> None:
    with caplog.at_level(logging.INFO), about(forgery, forgery):
        log.info("job %s: %s", forgery, ValueError(forgery))
        log.warning("job %s", forgery, signal=Signal.FAILED, error=forgery)
        asked_again(forgery, 1, 0.5, Transient(forgery))
    assert len(caplog.records) == 3
    for record in caplog.records:
        line = record.getMessage()
        assert line.isprintable()
        assert line.splitlines() == [line]
        assert line.encode()
    assert [each["job"] for each in signals(caplog.records)] == [one_line(forgery, DETAIL_LIMIT)] * 2


def test_text_that_looks_like_a_signal_is_not_read_as_one(caplog: pytest.LogCaptureFixture) -> None:
    forged = '{"signal":"repaired","job":"1","file":null,"count":1}'
    with caplog.at_level(logging.INFO), about(JOB):
        log.info("job %s: Speech says %s", JOB, forged)
        log.warning("job %s: %s", JOB, forged, signal=Signal.FAILED, error=forged)
    assert [(each["signal"], each["job"], each["error"]) for each in signals(caplog.records)] == [
        ("failed", JOB, forged)
    ]


def test_long_text_is_cut_and_the_json_stays_valid(caplog: pytest.LogCaptureFixture) -> None:
    with about(JOB):
        log.error("%s", "é" * 100_000, signal=Signal.GIVEN_UP, error="\x00" * 100_000)
    (record,) = caplog.records
    assert record.getMessage().startswith("é" * (TEXT_LIMIT - 1) + "… {")
    (found,) = signals(caplog.records)
    assert found["error"] == "\\u0000" * (DETAIL_LIMIT - 1) + "…"


def test_printable_text_is_logged_unchanged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        log.info("job %s file %s: in, %d phrases, %d bytes", JOB, "a", 3, 4)
        log.info("Grüße, 日本語 🎧: 100%")
    assert [record.getMessage() for record in caplog.records] == [
        f"job {JOB} file a: in, 3 phrases, 4 bytes",
        "Grüße, 日本語 🎧: 100%",
    ]
    assert {record.funcName for record in caplog.records} == {"test_printable_text_is_logged_unchanged"}


def test_threads_keep_their_own_job_and_lose_no_count() -> None:
    together, before = threading.Barrier(8), counts()[Signal.RETRY]

    def work(number: int) -> str:
        with about(f"job-{number}"):
            together.wait()
            for _ in range(200):
                log.warning("x", signal=Signal.RETRY)
            with about(f"job-{number}", "a"):
                together.wait()
            return str(whose())

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == [f"job job-{number}" for number in range(8)]
    assert counts()[Signal.RETRY] == before + 8 * 200
    assert str(whose()) == "no job"


def test_the_operations_page_names_every_signal_and_the_workbook_uses_the_same_expression() -> None:
    root = SHARED.parent
    page = (root / "docs" / "operations.md").read_text().partition("| signal | means |")[2].partition("`job` and")[0]
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(Signal)
    queries = (root / "infra" / "modules" / "workbook.json").read_text()
    (item,) = [each for each in json.loads(queries)["items"] if each["name"] == "signals"]
    assert f"extract(@'{STRUCTURE}', 1, Message)" in item["content"]["query"]


def test_only_the_signals_module_logs() -> None:
    # Of the others two set the levels of other loggers, and one prints what is logged, for --verbose.
    may = {"pipeline/signals.py", "bootstrap.py", "cli/main.py", "cli/terminal/output.py"}
    users = set()
    for file in SHARED.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if {"logging", "warnings"} & {name.partition(".")[0] for name in names}:
                users.add(file.relative_to(SHARED).as_posix())
    assert users == may
