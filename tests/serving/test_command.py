"""The command itself: the browser's way in, Ctrl-C, and the port."""

import signal
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from playwright.sync_api import Browser, expect

from local.processes import free_port
from tests.serving.conftest import Serving, start_command, start_serving
from tests.serving.world import CALL, LONG, REPLACED, WHOLE, World
from tests.waiting import eventually

BROWSER = """#!{python}
import os, pathlib, sys, time
pathlib.Path({started!r}).write_text("\\n".join(sys.argv[1:]))
"""


class Opened(NamedTuple):
    """A `serve` that started a browser: the file that the browser was given, and all of its arguments."""

    serving: Serving
    file: Path
    arguments: list[str]


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    """Start `serve` with a browser that only notes its arguments."""
    started, program = tmp_path / "started", tmp_path / "browser"
    program.write_text(BROWSER.format(python=sys.executable, started=str(started)))
    program.chmod(0o700)
    errors = tmp_path / "errors"
    with errors.open("w") as written:
        more = {"BROWSER": f"{program} %s", "TMPDIR": str(tmp_path)}
        process = start_command(world.settings, written, "--port", str(free_port()), **more)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    arguments = eventually(lambda: started.exists() and started.read_text().splitlines())
    assert arguments
    file = Path(url2pathname(urlsplit(arguments[0]).path))
    serving = Serving(process, address, errors)
    yield Opened(serving, file, arguments)
    serving.stop()


def test_the_browser_comes_in_by_a_file_that_only_the_user_can_read(opened: Opened, chromium: Browser) -> None:
    serving, file, arguments = opened
    assert len(arguments) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    token = file.read_text().partition("token=")[2].partition('"')[0]
    assert len(token) >= 40
    shown_to_all = Path(f"/proc/{serving.process.pid}/cmdline").read_text() if sys.platform == "linux" else ""
    for each in (*arguments, serving.first, shown_to_all, serving.errors.read_text()):
        assert token not in each
    page = chromium.new_context().new_page()
    page.goto("about:blank")
    page.goto(file.as_uri())
    page.wait_for_url(serving.first)  # the list, with the cookie, although the browser came from a file
    expect(page.locator("#jobs tr").first).to_be_visible()
    eventually(lambda: not file.parent.exists())
    addresses = [page.evaluate("() => location.href"), *page.evaluate("() => [document.referrer, document.cookie]")]
    assert not any(token in each for each in addresses)
    assert page.evaluate("() => document.cookie") == ""
    page.go_back()
    assert token not in page.url
    page.context.close()
    assert serving.process.poll() is None


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_file_is_removed_at_the_end_if_no_browser_came(sent: signal.Signals, opened: Opened) -> None:
    assert opened.file.exists()
    assert opened.serving.end(sent) == 0
    assert not opened.file.parent.exists()


def test_without_a_browser_the_first_address_is_printed(world: World, tmp_path: Path) -> None:
    with (tmp_path / "errors").open("w") as written:
        more = {"BROWSER": "false %s", "TMPDIR": str(tmp_path)}  # a browser that fails at once
        process = start_command(world.settings, written, "--port", str(free_port()), **more)
    told = eventually(lambda: "token=" in (text := (tmp_path / "errors").read_text()) and text)
    assert "No browser could be started. Open this address yourself: http://127.0.0.1:" in str(told)
    process.kill()
    process.communicate()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_cleanly_even_in_the_middle_of_an_answer(sent: signal.Signals, world: World, tmp_path: Path) -> None:
    serving = start_serving(world.settings, tmp_path)
    serving.enter()
    with (
        socket.create_connection(("127.0.0.1", serving.port)) as slow,
        socket.create_connection(("127.0.0.1", serving.port)),
    ):
        head = f"Host: 127.0.0.1:{serving.port}\r\nCookie: {serving.cookie}\r\n\r\n"
        slow.sendall(f"GET /{REPLACED}/{LONG.id} HTTP/1.1\r\n{head}".encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 200 ")
        assert serving.end(sent) == 0
    assert serving.errors.read_text() == "Ctrl-C ends it.\n"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", serving.port))


def test_a_port_in_use_is_wrong_usage_if_it_was_asked_for(world: World, serving: Serving, tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with errors.open("w") as written:
        process = start_command(world.settings, written, "--no-browser", "--port", str(serving.port))
    out, _ = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert f"--port {serving.port}: cannot be used: " in errors.read_text()


def test_with_verbose_no_secret_is_printed(world: World, tmp_path: Path) -> None:
    serving = start_serving(world.settings, tmp_path, "--verbose")
    serving.enter()
    assert serving.get(f"/{REPLACED}").status == 200
    serving.end()
    said = serving.errors.read_text()
    for secret in (urlsplit(serving.first).query.partition("=")[2], serving.cookie.partition("=")[2]):
        assert secret not in said


def test_names_of_a_file_win_over_those_of_the_job(world: World, serving: Serving, tmp_path: Path) -> None:
    path, names = f"/{WHOLE}/{CALL.id}", tmp_path / "names.csv"
    names.write_text("channel,name\n1,Mrs Smith\n", encoding="utf-8")
    named = start_serving(world.settings, tmp_path, "--names", str(names))
    named.enter()
    html = named.get(path).text
    assert ("Mrs Smith" in html, "Mr Jones" in html, "Workshop" in html) == (True, False, True)
    assert "Mr Jones" in serving.get(path).text
    assert named.end() == 0


def test_a_names_file_that_cannot_be_read_is_wrong_usage(world: World, tmp_path: Path) -> None:
    errors, names = tmp_path / "errors", tmp_path / "names.csv"
    names.write_text("no such column\n", encoding="utf-8")
    with errors.open("w") as written:
        process = start_command(world.settings, written, "--no-browser", "--names", str(names))
    out, _ = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert "names.csv" in errors.read_text()
