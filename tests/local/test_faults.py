"""The faults of the fault layer, as the client sees them, and whether the service acted."""

from collections.abc import Iterator

import pytest
import requests

from local.faults import (
    Answer,
    Changed,
    ClientGone,
    CutLength,
    CutShort,
    Drop,
    Exchange,
    Fault,
    FaultLayer,
    Front,
    Lost,
    Moment,
    NotJson,
    Reset,
    Rule,
    Slow,
)
from tests.adapters import servers
from tests.adapters.servers import Server
from tests.waiting import PATIENCE_SECONDS

BODY = b'{"values": [1, 2, 3]}'


@pytest.fixture
def server() -> Iterator[Server]:
    with servers.serving() as running:
        running.answer(servers.Answer(body=BODY, headers={"ETag": '"1"'}))
        yield running


@pytest.fixture
def front(server: Server) -> Iterator[Front]:
    with FaultLayer() as layer:
        yield layer.front("service", server.origin)


def ask(front: Front, *, timeout: float | tuple[float, float] = PATIENCE_SECONDS) -> requests.Response:
    return requests.post(f"{front.origin}/a%20b?c=%2F", data=b"asked", headers={"X-Own": "1"}, timeout=timeout)


def test_without_rules_requests_and_responses_pass_unchanged(front: Front, server: Server) -> None:
    response = ask(front)
    assert (response.status_code, response.content, response.headers["ETag"]) == (200, BODY, '"1"')
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.headers["x-own"]) == ("POST", "/a%20b?c=%2F", "1")
    assert asked.headers["host"] == front.origin.removeprefix("http://"), "a signature may cover the host header"


def test_a_body_of_more_than_a_megabyte_passes(front: Front, server: Server) -> None:
    body = b"x" * 3_000_000
    assert requests.post(front.origin, data=body, timeout=PATIENCE_SECONDS).content == BODY
    (asked,) = server.asked
    assert asked.headers["content-length"] == str(len(body))


def test_a_stopped_service_refuses_connections() -> None:
    with FaultLayer() as layer:
        dead = layer.front("service", "http://127.0.0.1:9")
        with pytest.raises(requests.ConnectionError):
            ask(dead)


def test_a_watcher_sees_the_response_of_the_service(front: Front) -> None:
    seen: list[bytes] = []
    front.watch = lambda exchange, moment: seen.append(exchange.answer) if moment is Moment.AFTER else None
    ask(front)
    assert seen == [BODY]


def test_an_answer_in_place_of_the_service_does_not_forward_the_request(front: Front, server: Server) -> None:
    front.rules.append(Rule(Answer(429, {"Retry-After": "7"}), times=1))
    response = ask(front)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert server.asked == []
    assert ask(front).status_code == 200


@pytest.mark.parametrize(("fault", "acted"), [(Drop(), 0), (Lost(), 1)])
def test_a_connection_is_reset_before_or_after_the_service_acted(
    front: Front, server: Server, fault: Fault, acted: int
) -> None:
    front.rules.append(Rule(fault))
    with pytest.raises(requests.ConnectionError, match=r"reset|RemoteDisconnected|aborted"):
        ask(front)
    assert len(server.asked) == acted


@pytest.mark.parametrize("fault", [Reset(), CutShort()])
def test_a_truncated_body_is_a_connection_error(front: Front, fault: Fault) -> None:
    front.rules.append(Rule(fault))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        ask(front)


def test_a_truncated_body_with_a_matching_length_looks_whole(front: Front) -> None:
    front.rules.append(Rule(CutLength()))
    response = ask(front)
    assert response.content == BODY[: len(BODY) // 2]
    assert response.headers["Content-Length"] == str(len(BODY) // 2)


def test_a_changed_body_has_its_own_content_length(front: Front, server: Server) -> None:
    front.rules.append(Rule(Changed(lambda body: body.replace(b"values", b"v"))))
    response = ask(front)
    assert response.content == BODY.replace(b"values", b"v")
    assert len(server.asked) == 1


def test_an_html_page_has_status_200(front: Front, server: Server) -> None:
    front.rules.append(Rule(NotJson()))
    response = ask(front)
    assert (response.status_code, response.headers["Content-Type"][:9]) == (200, "text/html")
    assert len(server.asked) == 1


def test_a_slow_response_exceeds_the_clients_timeout(front: Front) -> None:
    front.rules.append(Rule(Slow(2)))
    with pytest.raises(requests.ReadTimeout):
        ask(front, timeout=(PATIENCE_SECONDS, 0.2))


def test_connections_are_refused_until_the_same_port_accepts_them_again(front: Front, server: Server) -> None:
    before = front.origin
    front.refuse()
    with pytest.raises(requests.ConnectionError, match="refused"):
        ask(front)
    assert server.asked == []
    front.accept()
    assert front.origin == before
    assert ask(front).content == BODY


def test_rules_match_by_method_target_condition_and_number(front: Front) -> None:
    fails = Answer(503)
    front.rules += [
        Rule(fails, method="GET"),
        Rule(fails, target="nowhere"),
        Rule(fails, when=lambda exchange: exchange.body != b"asked"),
        Rule(fails, chance=0.0),
    ]
    assert ask(front).status_code == 200
    rule = Rule(fails, method="POST", target=r"a%20b\?c", when=lambda exchange: "x-own" in exchange.headers, times=2)
    front.rules.append(rule)
    assert [ask(front).status_code for _ in range(3)] == [503, 503, 200]
    assert rule.met == 2


def test_random_faults_are_the_same_for_the_same_seed(server: Server) -> None:
    drawn = []
    for _ in range(2):
        with FaultLayer(seed=7) as layer:
            front = layer.front("service", server.origin)
            front.rules.append(Rule(Answer(500), chance=0.5))
            drawn.append([ask(front).status_code for _ in range(12)])
    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == {200, 500}


def test_a_watcher_is_called_before_and_after_the_service_acts(front: Front, server: Server) -> None:
    seen: list[tuple[int, Moment, int]] = []

    def watch(exchange: Exchange, moment: Moment) -> None:
        seen.append((exchange.number, moment, len(server.asked)))

    front.watch = watch
    ask(front)
    ask(front)
    assert seen == [(1, Moment.BEFORE, 0), (1, Moment.AFTER, 1), (2, Moment.BEFORE, 1), (2, Moment.AFTER, 2)]


@pytest.mark.parametrize(("moment", "acted"), [(Moment.BEFORE, 0), (Moment.AFTER, 1)])
def test_a_watcher_may_drop_the_client(front: Front, server: Server, moment: Moment, acted: int) -> None:
    def watch(_: Exchange, now: Moment) -> None:
        if now is moment:
            raise ClientGone

    front.watch = watch
    with pytest.raises(requests.ConnectionError):
        ask(front)
    assert len(server.asked) == acted
