"""Queue triggers with the platform's defaults, over Azurite."""

import base64
import json
from collections.abc import Iterator

import pytest

from local.azurite import Azurite
from tests.local.apps.harness import RunningApp
from tests.waiting import eventually


@pytest.fixture(scope="module")
def app(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """Run with the platform's defaults: Base64, five tries, no delay between them.

    The lock is short, because a test waits for its end. A host that stalls for less than it fetches no message twice.
    """
    running = RunningApp("queues", azurite, tmp_path_factory.mktemp("host"), {"LOCAL_QUEUE_LOCK_SECONDS": "10"})
    yield running
    running.service.stop()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def send(app: RunningApp, name: str, **told: object) -> str:
    """Enqueue an order for the function `work`, base64 as the platform expects; return its text."""
    text = encoded(json.dumps({"id": name, **told}))
    with app.queue() as queue:
        queue.send_message(text)
    return text


def test_a_successful_message_is_deleted_and_its_function_sees_all_its_data(app: RunningApp) -> None:
    send(app, "success")
    eventually(lambda: app.trace("end", id="success"))
    (begun,) = app.trace("begin", id="success")
    assert begun["dequeue_count"] == 1
    assert begun["message"]
    assert begun["pop_receipt"]
    assert begun["inserted"] < begun["expires"]
    assert begun["inserted"].endswith("+00:00")
    eventually(lambda: app.count() == 0)
    assert len(app.trace("begin", id="success")) == 1


def test_each_invocation_logs_one_line_with_its_id_and_the_apps_log_is_kept(app: RunningApp) -> None:
    send(app, "logged")
    (begun,) = eventually(lambda: app.trace("begin", id="logged"))
    assert begun["function"] == "work"
    line = f"Executed 'work' (Succeeded, Id={begun['invocation']}, Duration="
    eventually(lambda: line in app.log())
    assert "INFO app: working on logged" in app.log()


def test_a_failing_message_is_delivered_five_times_and_then_moved_to_the_poison_queue(app: RunningApp) -> None:
    send(app, "hopeless", fail=True)
    (poison,) = eventually(lambda: [one for one in app.trace("given up") if "hopeless" in one["body"]])
    assert json.loads(poison["body"]) == {"id": "hopeless", "fail": True}
    assert [one["dequeue_count"] for one in app.trace("begin", id="hopeless")] == [1, 2, 3, 4, 5]
    assert "ValueError: told to fail: hopeless" in app.log()
    eventually(lambda: app.count() == 0)


def test_a_message_that_is_not_base64_goes_to_the_poison_queue_unchanged_and_undelivered(app: RunningApp) -> None:
    # The poison queue's own function cannot decode it either. That queue has no poison queue, so the message stays.
    before = len(app.trace("begin"))
    with app.queue() as queue:
        queue.send_message("plain, not base64!")
    eventually(lambda: "is left alone" in app.log())
    assert len(app.trace("begin")) == before
    assert app.count("-poison") == 1
    eventually(lambda: app.texts("-poison") == ["plain, not base64!"])
    app.queue("-poison").clear_messages()


def test_outputs_are_sent_after_success_in_the_encoding_of_host_json(app: RunningApp) -> None:
    app.queue("-out").clear_messages()
    send(app, "puts", put="größe", put_many=["a", '{"b": 1}'])
    expected = sorted([encoded("größe"), encoded("a"), encoded('{"b": 1}')])
    eventually(lambda: app.texts("-out") == expected)


def test_a_function_that_sets_outputs_and_then_fails_sends_nothing(app: RunningApp) -> None:
    app.queue("-out").clear_messages()
    send(app, "puts and fails", put="never", put_many=["never"], fail=True)
    eventually(lambda: [one for one in app.trace("given up") if "puts and fails" in one["body"]])
    assert app.texts("-out") == []


def test_an_async_function_may_take_text_and_return_its_output(app: RunningApp) -> None:
    app.queue("-out").clear_messages()
    with app.queue("-async") as queue:
        queue.send_message(encoded("abc"))
    eventually(lambda: app.texts("-out") == [encoded("cba")])
