"""The declarations of an app that the host accepts, and those that it refuses at the start."""

import sys
import typing
from collections.abc import Callable
from pathlib import Path

import azure.functions as func
import pytest

from local.host.bindings import AppFunction, HttpBinding, QueueBinding, TimerBinding, read_functions
from local.host.errors import HostError
from local.host.loading import load_app
from local.host.settings import load_host_json, load_local_settings
from local.host.storage import Storage
from local.host.web import build_web

ENVIRON = {"AzureWebJobsStorage": "of the host", "EVERY": "*/5 * * * * *", "QUEUE": "Orders"}

App = func.FunctionApp


def app_with_output(function: Callable[..., None]) -> App:
    """Return an app whose function has a queue trigger `msg` and a queue output `out`."""
    app = App()
    trigger = app.queue_trigger(arg_name="msg", queue_name="incoming", connection="AzureWebJobsStorage")
    output = app.queue_output(arg_name="out", queue_name="outgoing", connection="AzureWebJobsStorage")
    trigger(output(function))
    return app


def problems(app: App, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(HostError) as caught:
        read_functions(app, ENVIRON if environ is None else environ)
    return str(caught.value)


def only(app: App) -> AppFunction:
    (function,) = read_functions(app, ENVIRON)
    return function


def test_settings_are_resolved_and_queue_names_lowered_as_on_the_platform() -> None:
    app = App()

    @app.queue_trigger(arg_name="msg", queue_name="%QUEUE%-in", connection="")
    def one(msg: func.QueueMessage) -> None: ...

    assert only(app).trigger == QueueBinding("msg", "orders-in", "of the host")


def test_timers_and_routes_are_read_with_the_platforms_defaults() -> None:
    app = App()

    @app.timer_trigger(arg_name="timer", schedule="%EVERY%")
    def tick(timer: func.TimerRequest) -> None: ...

    @app.route(methods=["get"])
    def page(req: func.HttpRequest) -> None: ...

    tick_read, page_read = read_functions(app, ENVIRON)
    assert tick_read.trigger == TimerBinding("timer", "*/5 * * * * *", run_on_startup=False, use_monitor=True)
    assert page_read.trigger == HttpBinding("req", "page", ("GET",), "function")


def test_typing_list_is_accepted_and_built_in_list_refused_as_by_microsofts_worker() -> None:
    def taken(msg: str, out: func.Out[typing.List[str]]) -> None: ...  # noqa: UP006 - Microsoft's worker refuses list[str] here

    def refused(msg: str, out: func.Out[list[str]]) -> None: ...

    assert only(app_with_output(taken)).outputs == (QueueBinding("out", "outgoing", "of the host"),)
    text = problems(app_with_output(refused))
    assert text == (
        "function refused, binding 'out': Microsoft's worker refuses func.Out[list[str]]; "
        "write func.Out[typing.List[...]]"
    )


def test_annotations_that_do_not_match_their_binding_are_refused() -> None:
    def not_out(msg: str, out: str) -> None: ...

    def number(msg: str, out: func.Out[int]) -> None: ...

    def wrong_input(msg: func.TimerRequest, out: func.Out[str]) -> None: ...

    assert "annotation str is not func.Out" in problems(app_with_output(not_out))
    assert "Out[int] does not match the type 'queue'" in problems(app_with_output(number))
    assert "annotation TimerRequest does not match the type 'queueTrigger'" in problems(app_with_output(wrong_input))


def test_parameters_and_bindings_must_have_the_same_names() -> None:
    def other(msg: str, more: int) -> None: ...

    text = problems(app_with_output(other))
    assert "parameter 'more' has no binding" in text
    assert "binding 'out' has no parameter" in text


def test_an_unknown_trigger_or_binding_is_reported_with_its_function() -> None:
    app = App()

    @app.queue_trigger(arg_name="msg", queue_name="incoming", connection="AzureWebJobsStorage")
    @app.cosmos_db_output(arg_name="doc", database_name="d", container_name="c", connection="X")
    def writes(msg: str, doc: func.Out[str]) -> None: ...

    @app.blob_trigger(arg_name="blob", path="x", connection="X")
    def reads(blob: str) -> None: ...

    text = problems(app)
    assert "function writes, binding 'doc': its type 'cosmosDB' is not one that this host knows" in text
    assert "function reads, binding 'blob': its type 'blobTrigger' is not one that this host knows" in text


def test_a_binding_name_that_the_platform_refuses_is_refused_here() -> None:
    app = App()

    @app.queue_trigger(arg_name="the_message", queue_name="orders", connection="")
    def one(the_message: str) -> None: ...

    assert problems(app) == (
        "function one, binding 'the_message': the platform takes only letters and digits in a binding's name"
    )


def test_all_missing_settings_and_connections_are_reported_at_once() -> None:
    app = App()

    @app.queue_trigger(arg_name="msg", queue_name="%QUEUE%", connection="OrdersStorage")
    def one(msg: str) -> None: ...

    @app.timer_trigger(arg_name="timer", schedule="%EVERY%")
    def two(timer: func.TimerRequest) -> None: ...

    text = problems(app, {})
    assert "function one, binding 'msg': the setting QUEUE, named in '%QUEUE%', is missing or empty" in text
    assert "function one, binding 'msg': the connection OrdersStorage is missing or empty" in text
    assert "function two, binding 'timer': the setting EVERY" in text


@pytest.mark.parametrize("schedule", ["@daily", "61 * * * * *", "* * * *", "0 0 0 L * *", "00:00:00", "25:00:00"])
def test_a_schedule_that_is_not_ncrontab_is_refused(schedule: str) -> None:
    app = App()

    @app.timer_trigger(arg_name="timer", schedule=schedule)
    def tick(timer: func.TimerRequest) -> None: ...

    assert "function tick, binding 'timer': " in problems(app)


def test_an_impossible_queue_name_and_an_app_without_functions_are_refused() -> None:
    app = App()

    @app.queue_trigger(arg_name="msg", queue_name="a_b", connection="")
    def one(msg: str) -> None: ...

    assert "'a_b' is no queue name" in problems(app)
    assert problems(App()) == "function_app.py declares no function"


def test_an_invalid_connection_string_is_refused() -> None:
    with pytest.raises(HostError, match="queue orders is no connection string"):
        Storage("none").queue("of the host", "orders")


def test_an_unknown_route_constraint_is_refused() -> None:
    app = App()

    @app.route("things/{name:alpha}")
    def page(req: func.HttpRequest) -> None: ...

    with pytest.raises(HostError, match="does not know the constraint 'alpha'"):
        build_web(read_functions(app, ENVIRON), prefix="api", key="k", invoker=None)  # type: ignore[arg-type]  # never run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "does not exist"),
        ("raise RuntimeError('SPEECH_KEY is missing')", "cannot be imported: RuntimeError: SPEECH_KEY is missing"),
        ("app = 1", "has no `app`"),
    ],
)
def test_the_error_about_an_app_that_cannot_be_loaded_has_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, expected: str
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))  # to which the app's folder is added, as on the platform
    if text is not None:
        (tmp_path / "function_app.py").write_text(text)
    with pytest.raises(HostError, match=expected):
        load_app(tmp_path)


def test_host_json_is_checked_and_all_its_errors_are_reported(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="No such file"):
        load_host_json(tmp_path, {})
    (tmp_path / "host.json").write_text(
        '{"version": "2.0", "extensions": {"queues": {"batchSize": 33, "visibilityTimeout": "soon"}}}'
    )
    with pytest.raises(HostError) as caught:
        load_host_json(tmp_path, {})
    assert "extensions.queues.batchSize is 33" in str(caught.value)
    assert "extensions.queues.visibilityTimeout is 'soon'" in str(caught.value)


def test_host_json_has_the_platforms_defaults_and_settings_change_it(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0", "functionTimeout": "-1"}')
    plain = load_host_json(tmp_path, {})
    queues = plain.extensions.queues
    assert plain.function_timeout is None
    assert plain.extensions.http.route_prefix == "api"
    assert (queues.batch_size, queues.max_dequeue_count, queues.visibility_timeout) == (16, 5, 0)
    assert (queues.max_polling_interval, queues.message_encoding) == (60, "base64")
    assert queues.threshold % 8 == 0
    environ = {"AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "1.00:00:00.5"}
    assert load_host_json(tmp_path, environ).extensions.queues.max_polling_interval == 86_400.5


def test_the_hosts_settings_are_checked_and_all_errors_are_reported() -> None:
    assert load_local_settings({"LOCAL_QUEUE_LOCK_SECONDS": ""}).lock_seconds == 600
    with pytest.raises(HostError) as caught:
        load_local_settings({"LOCAL_QUEUE_LOCK_SECONDS": "0", "PYTHON_THREADPOOL_THREAD_COUNT": "many"})
    assert "LOCAL_QUEUE_LOCK_SECONDS is '0'" in str(caught.value)
    assert "PYTHON_THREADPOOL_THREAD_COUNT is 'many'" in str(caught.value)
