"""The app's check of its permissions logs one line for each, and never stops the poll."""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.errors import Conflict, Denied, NotFound, ServiceRefused, Throttled, Transient
from shared.pipeline.ports import Right
from shared.pipeline.rights import DEADLINE_SECONDS, CheckRights
from tests.signals import signals

NEEDS = "role Reader on https://contoso.example"


def right(attempt: Callable[[], object], name: str = "Speech: list") -> Right:
    return Right(name, NEEDS, "SPEECH_ENDPOINT", attempt)


def raising(error: Exception) -> Callable[[], object]:
    def attempt() -> None:
        raise error

    return attempt


def told(caplog: pytest.LogCaptureFixture, *attempts: Callable[[], object], seconds: float = 20.0) -> dict[str, Any]:
    """Check these rights and return the signal of the last one."""
    with caplog.at_level(logging.INFO, "shared"):
        CheckRights([right(attempt) for attempt in attempts], seconds)()
    return signals(caplog.records)[-1]


def test_a_granted_right_is_logged_as_ok(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog, lambda: None).items() >= {"right": "Speech: list", "result": "ok"}.items()
    assert [record.levelno for record in caplog.records] == [logging.INFO]


def test_a_missing_right_names_the_role_and_the_setting(caplog: pytest.LogCaptureFixture) -> None:
    found = told(caplog, raising(Denied("GET https://contoso.example answered 403: no")))
    assert found.items() >= {"result": "missing", "needs": NEEDS, "setting": "SPEECH_ENDPOINT"}.items()
    (line,) = caplog.messages
    assert line.startswith(
        "right: Speech: list: missing: it takes role Reader on https://contoso.example, which SPEECH_ENDPOINT names: "
        "GET https://contoso.example answered 403: no"
    )


def test_a_missing_resource_names_the_setting(caplog: pytest.LogCaptureFixture) -> None:
    assert (
        told(caplog, raising(NotFound("404"))).items() >= {"result": "notThere", "setting": "SPEECH_ENDPOINT"}.items()
    )


@pytest.mark.parametrize("error", [Transient("503"), Throttled("429"), Conflict("409"), ServiceRefused("400")])
def test_any_other_error_is_logged_as_inconclusive(caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    assert told(caplog, raising(error))["result"] == "inconclusive"
    assert f"not known: {error}" in caplog.text


def test_only_the_type_of_a_foreign_error_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog, raising(KeyError("secret")))["result"] == "inconclusive"
    assert "not known: KeyError" in caplog.text
    assert "secret" not in caplog.text


def test_a_service_that_never_answers_does_not_block_the_poll(caplog: pytest.LogCaptureFixture) -> None:
    answer = threading.Event()
    try:
        found = told(caplog, lambda: None, answer.wait, seconds=0.2)
    finally:
        answer.set()
    assert found["result"] == "inconclusive"
    assert "no answer within 0 s" in caplog.text
    assert [each["result"] for each in signals(caplog.records)] == ["ok", "inconclusive"]
    assert DEADLINE_SECONDS <= 30


def test_rights_are_logged_in_their_order_whichever_answers_first(caplog: pytest.LogCaptureFixture) -> None:
    second = threading.Event()
    names = ["first", "second"]
    attempts: Iterator[Callable[[], object]] = iter((second.wait, second.set))
    with caplog.at_level(logging.INFO, "shared"):
        CheckRights([right(attempt, name) for name, attempt in zip(names, attempts, strict=True)])()
    assert [each["right"] for each in signals(caplog.records)] == names


def test_rights_are_checked_once_in_a_process() -> None:
    tried: list[int] = []
    check = CheckRights([right(lambda: tried.append(1))])
    check()
    check()
    assert tried == [1]
