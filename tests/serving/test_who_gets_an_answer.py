"""Who gets an answer of `serve`: by the Host, the method, the token, the cookie, and the interface of the machine."""

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.serving.conftest import Answered, Serving, start_serving
from tests.serving.world import CALL, WHOLE, World

PATHS = ("/", f"/{WHOLE}", f"/{WHOLE}/{CALL.id}", "/state", f"/state/{WHOLE}", f"/state/{WHOLE}/{CALL.id}", "/nothing")


def tells_nothing(answer: Answered, serving: Serving) -> bool:
    """Return whether an answer has neither a secret nor anything of a job in it."""
    whole = f"{answer.headers} {answer.text}"
    secrets = [urlsplit(serving.first).query.partition("=")[2], serving.cookie.partition("=")[2]]
    return not any(each in whole for each in (*secrets, "Calls of", "serve-", "bike"))


@pytest.mark.parametrize("path", PATHS)
def test_without_the_cookie_nothing_is_told(path: str, serving: Serving) -> None:
    for cookie in ("", serving.cookie[:-1], f"{serving.cookie}x", serving.cookie.upper(), "speech2cosmos=", ";;=\x80"):
        answer = serving.get(path, cookie=cookie)
        assert (answer.status, tells_nothing(answer, serving)) == (401, True)
        assert "set-cookie" not in answer.headers
    assert serving.get(path).status in {200, 404}


def test_a_wrong_token_is_refused_even_with_the_cookie(serving: Serving) -> None:
    token = urlsplit(serving.first).query
    for query in (
        "token=",
        f"{token}x",
        token[:-1],
        f"{token}&{token}",
        "token=%C3%A9",
        token.swapcase().replace("TOKEN", "token"),
        "token",
    ):
        for cookie in ("", None):
            answer = serving.get(f"/?{query}", cookie=cookie)
            assert (answer.status, tells_nothing(answer, serving)) == (401, True)


def test_the_token_opens_no_other_address_and_is_exchanged_only_by_get(serving: Serving) -> None:
    token = urlsplit(serving.first).query
    for path in (f"/{WHOLE}?{token}", f"/state?{token}", f"/{WHOLE}/{CALL.id}?{token}"):
        assert serving.get(path, cookie="").status == 401
    assert "set-cookie" not in serving.get(f"/?{token}", method="HEAD", cookie="").headers


def test_the_token_becomes_a_cookie_that_only_this_server_reads(serving: Serving) -> None:
    answer = serving.get(f"/?{urlsplit(serving.first).query}", cookie="")
    name, _, rest = answer.headers["set-cookie"].partition("=")
    value, *attributes = rest.split("; ")
    assert name == f"speech2cosmos-{serving.port}"
    assert {each.lower() for each in attributes} == {"httponly", "path=/", "samesite=strict"}
    assert len(value) >= 40
    assert value not in serving.first
    assert 'content="0; url=/"' in answer.text
    assert urlsplit(serving.first).query not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "0.0.0.0:{port}",
        "127.1:{port}",
        "2130706433:{port}",
        "[::]:{port}",
        "127.0.0.1:{port}@evil.example",
        "evil.example, 127.0.0.1:{port}",
        "127.0.0.1:{port}.",
        "localhost.:{port}",
    ],
)
def test_a_foreign_host_gets_no_page_and_no_cookie(host: str, serving: Serving) -> None:
    for path in (*PATHS, f"/?{urlsplit(serving.first).query}"):
        answer = serving.get(path, host=host.format(port=serving.port))
        assert (answer.status, tells_nothing(answer, serving)) == (400, True)
        assert "set-cookie" not in answer.headers
        assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_the_servers_own_names_are_known(host: str, serving: Serving) -> None:
    assert serving.get("/", host=host.format(port=serving.port)).status == 200


def test_a_request_without_host_or_with_two_gets_nothing(serving: Serving) -> None:
    own = f"Host: 127.0.0.1:{serving.port}\r\n"
    for version, hosts in (("1.0", ""), ("1.1", ""), ("1.1", own * 2), ("1.1", own + "Host: evil.example\r\n")):
        with socket.create_connection(("127.0.0.1", serving.port)) as connection:
            connection.sendall(f"GET / HTTP/{version}\r\n{hosts}Cookie: {serving.cookie}\r\n\r\n".encode())
            assert b" 400 " in connection.recv(65_536).partition(b"\r\n")[0]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get"])
def test_pages_can_only_be_read(method: str, serving: Serving) -> None:
    for path in PATHS:
        answer = serving.get(path, method=method)
        assert answer.status in {400, 405}  # 400: the server knows no such method
        assert tells_nothing(answer, serving)


def test_head_has_the_headers_of_get_and_no_body(serving: Serving) -> None:
    for path in ("/", f"/{WHOLE}", f"/{WHOLE}/{CALL.id}", f"/state/{WHOLE}"):
        answer = serving.get(path, method="HEAD")
        assert (answer.status, answer.text) == (200, "")
        assert answer.headers["content-type"] == serving.get(path).headers["content-type"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_or_port_cannot_have_the_cookie_used(site: str, serving: Serving) -> None:
    for path in PATHS:
        answer = serving.get(path, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors")
        assert (answer.status, tells_nothing(answer, serving)) == (401, True)
    assert serving.get("/", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate").status == 200  # a link


def test_every_answer_forbids_storing_guessing_framing_and_embedding(serving: Serving) -> None:
    token = urlsplit(serving.first).query
    answers = [serving.get(path) for path in PATHS]
    answers += [serving.get("/", cookie=""), serving.get("/", host="evil.example"), serving.get("/", method="POST")]
    answers += [serving.get(f"/?{token}"), serving.get(f"/state/{WHOLE}", cookie="")]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_only_pages_with_a_script_may_ask_the_server_and_exported_ones_may_not(serving: Serving) -> None:
    for path in PATHS[:3]:
        (policy,) = re.findall('Content-Security-Policy" content="([^"]*)"', serving.get(path).text)
        assert policy.startswith("default-src 'none'; ")
        assert "connect-src 'self';" in policy
        assert "unsafe" not in policy
    (policy,) = re.findall('Content-Security-Policy" content="([^"]*)"', serving.get("/", cookie="").text)
    assert "script-src 'none'" in policy
    assert "connect-src" not in policy


def addresses_of_this_machine() -> list[str]:
    """Return the addresses of the other interfaces. Connecting a UDP socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [probe.getsockname()[0]]


def test_another_interface_refuses_the_connection(serving: Serving) -> None:
    others = [each for each in addresses_of_this_machine() if not each.startswith("127.")]
    # 127.0.0.2 is of the loopback interface too, and stands for all others where there are none.
    for address in (*others, "127.0.0.2"):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((address, serving.port), timeout=30)


def test_two_servers_on_one_machine_do_not_share_cookies(world: World, serving: Serving, tmp_path: Path) -> None:
    other = start_serving(world.settings, tmp_path)
    try:
        other.enter()
        assert other.get("/").status == 200
        assert other.get("/", cookie=serving.cookie).status == 401
        assert serving.get("/", cookie=f"{other.cookie}; {serving.cookie}").status == 200
        assert serving.get("/", cookie=other.cookie).status == 401
    finally:
        other.stop()


def test_a_broken_request_is_refused(serving: Serving) -> None:
    with socket.create_connection(("127.0.0.1", serving.port)) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00 not HTTP\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")
    assert serving.get("/" + "x" * 100_000).status in {400, 404}
