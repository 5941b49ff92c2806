"""Queue triggers with every option of host.json away from its default."""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.azurite import Azurite
from tests.local.apps.harness import RunningApp
from tests.waiting import eventually


@pytest.fixture(scope="module")
def app(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """Every option of host.json's queues away from its default, by the settings that change host.json."""
    options = {
        "messageEncoding": "None",
        "batchSize": "2",
        "newBatchThreshold": "1",
        "visibilityTimeout": "00:00:02",
        "maxDequeueCount": "2",
    }
    environ = {f"AzureFunctionsJobHost__extensions__queues__{name}": value for name, value in options.items()}
    environ["AzureFunctionsJobHost__functionTimeout"] = "00:00:01"
    running = RunningApp("queues", azurite, tmp_path_factory.mktemp("host"), environ)
    yield running
    running.service.stop()


def send(app: RunningApp, name: str, **told: object) -> None:
    with app.queue() as queue:
        queue.send_message(json.dumps({"id": name, **told}))


def test_plain_messages_go_in_and_out_as_they_are(app: RunningApp) -> None:
    send(app, "plain", put="größe & <más>")
    eventually(lambda: app.texts("-out") == ["größe & <más>"])


def test_as_many_run_at_once_as_a_batch_and_the_threshold_together(app: RunningApp, tmp_path: Path) -> None:
    first, rest = tmp_path / "first", tmp_path / "rest"
    names = [f"parallel {number}" for number in range(8)]
    for number, name in enumerate(names):
        send(app, name, until=str(rest if number else first))

    def most() -> int:
        begun = [(one["time"], 1) for one in app.trace("begin") if one["id"] in names]
        ended = [(one["time"], -1) for one in app.trace("end") if one["id"] in names]
        return max(itertools.accumulate((change for _, change in sorted(begun + ended)), initial=0))

    # Two begin. When one of them has ended, one runs, which is the threshold: another batch of two is fetched.
    eventually(lambda: most() >= 2)
    first.touch()
    eventually(lambda: most() == 3)
    time.sleep(1.0)
    rest.touch()
    eventually(lambda: {one["id"] for one in app.trace("end")} >= set(names))
    assert most() == 3


def test_a_failed_message_waits_out_the_visibility_timeout_and_is_given_up_at_the_maximum(app: RunningApp) -> None:
    send(app, "waits", fail=True)
    eventually(lambda: [one for one in app.trace("given up") if "waits" in one["body"]])
    first, second = app.trace("begin", id="waits")
    # Storage counts in whole seconds and Azurite rounds down.
    assert second["time"] - first["time"] > 1.0


def test_an_invocation_that_outlasts_the_function_timeout_is_named(app: RunningApp) -> None:
    send(app, "too long", sleep=1.3)
    (begun,) = eventually(lambda: app.trace("begin", id="too long"))
    eventually(lambda: f"'work' (Id={begun['invocation']}) runs longer than functionTimeout (1.0 s)" in app.log())
    eventually(lambda: app.trace("end", id="too long"))


def test_a_message_whose_holders_died_too_often_is_given_up_without_another_try(app: RunningApp) -> None:
    text = json.dumps({"id": "died with", "sleep": 0})
    app.service.stop()
    with app.queue() as queue:
        queue.send_message(text)
        for tried in (1, 2):
            (message,) = eventually(lambda: list(queue.receive_messages(visibility_timeout=1)))
            assert message.dequeue_count == tried
    app.start()
    eventually(lambda: app.trace("given up", body=text))
    assert app.trace("begin", id="died with") == []
