"""HTTP triggers."""

from collections.abc import Iterator

import pytest
import requests

from local.azurite import Azurite
from tests.local.apps.harness import KEY, RunningApp
from tests.waiting import PATIENCE_SECONDS, eventually


@pytest.fixture(scope="module")
def app(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    running = RunningApp("web", azurite, tmp_path_factory.mktemp("host"))
    yield running
    running.service.stop()


def get(app: RunningApp, path: str, **headers: str) -> requests.Response:
    return requests.get(f"{app.url}{path}", headers=headers, timeout=PATIENCE_SECONDS)


def test_a_function_gets_route_query_and_headers_of_a_request_under_the_prefix(app: RunningApp) -> None:
    answer = get(app, "/v1/things/lamp/7?colour=red", **{"X-Agent": "test"})
    assert answer.json() == {
        "route": {"name": "lamp", "number": "7"},
        "query": {"colour": "red"},
        "agent": "test",
    }
    assert answer.status_code == 203
    assert answer.headers["X-Answer"] == "yes"
    assert answer.headers["Content-Type"] == "application/json"


def test_an_optional_parameter_may_be_left_out(app: RunningApp) -> None:
    assert get(app, "/v1/things/lamp", **{"X-Agent": "test"}).json()["route"] == {"name": "lamp"}


def test_a_plain_route_is_matched_before_one_with_parameters(app: RunningApp) -> None:
    answer = get(app, "/v1/things/special")
    assert answer.text == "größe"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_catch_all_parameter_takes_the_rest_of_the_path(app: RunningApp) -> None:
    assert get(app, "/v1/files/a/b/c.txt").text == "a/b/c.txt"


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/none", "/api/nothing", "/v1/things/lamp/seven"])
def test_another_path_or_method_is_not_found(app: RunningApp, path: str) -> None:
    assert get(app, path).status_code == 404


def test_outputs_of_an_http_function_are_in_the_queue_before_its_response(app: RunningApp) -> None:
    answer = requests.post(f"{app.url}/v1/orders", json={"order": "tea"}, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 202
    assert app.texts("-out") == ["tea"]


def test_a_function_that_fails_or_returns_an_unknown_type_gives_500_and_a_log_line(app: RunningApp) -> None:
    for path in ("/v1/broken", "/v1/odd"):
        answer = get(app, path)
        assert (answer.status_code, answer.text) == (500, "")
    eventually(lambda: "ValueError: broken on purpose" in app.log())
    assert "'odd' returned int" in app.log()


def test_a_function_that_returns_nothing_gives_204(app: RunningApp) -> None:
    assert get(app, "/v1/nothing").status_code == 204


@pytest.mark.parametrize("path", ["/v1/guarded", "/v1/ruled"])
def test_functions_that_are_not_anonymous_need_the_key_in_a_header_or_the_query(app: RunningApp, path: str) -> None:
    assert get(app, path).status_code == 401
    assert get(app, path, **{"x-functions-key": "another"}).status_code == 401
    assert get(app, path, **{"x-functions-key": KEY}).text == "in"
    assert get(app, f"{path}?code={KEY}").text == "in"


def test_the_storage_sdks_own_requests_are_not_logged(app: RunningApp) -> None:
    assert "azure.core" not in app.log()
