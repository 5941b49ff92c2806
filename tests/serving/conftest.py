"""`speech2cosmos serve` as a process of its own, over real servers with a job in each state."""

import http.client
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.processes import free_port
from local.speech import start_speech
from tests.cli.conftest import environment_for_a_process
from tests.rendering.page.conftest import chromium, playwright
from tests.serving.world import World, make_world

__all__ = ["chromium", "playwright"]  # fixtures, which pytest finds here

ROOT = Path(__file__).parents[2]


@dataclass
class Answered:
    """An answer. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Serving:
    """A running `speech2cosmos serve`. `first`: its first address, with the token. `database`: which one it reads."""

    process: subprocess.Popen[str]
    first: str
    errors: Path
    database: str = ""
    cookie: str = field(default="", repr=False)

    @property
    def base(self) -> str:
        """The address of the list of jobs."""
        return self.first.partition("?")[0]

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(urlsplit(self.first).port or 0)

    def enter(self) -> None:
        """Exchange the token for the cookie."""
        cookie = self.get(f"/?{urlsplit(self.first).query}", cookie="").headers["set-cookie"]
        self.cookie = cookie.partition(";")[0]

    def get(
        self, path: str, *, method: str = "GET", host: str | None = None, cookie: str | None = None, **headers: str
    ) -> Answered:
        """Send a request with the cookie. `headers`: names with _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            given = self.cookie if cookie is None else cookie
            for name, value in {**({"Cookie": given} if given else {}), **headers}.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            text = answer.read().decode()
            return Answered(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)
        finally:
            connection.close()

    def end(self, sent: signal.Signals = signal.SIGINT) -> int:
        """Send a signal, and return the exit code."""
        self.process.send_signal(sent)
        self.process.communicate()
        return self.process.returncode

    def stop(self) -> None:
        """End the process, unless it has ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def start_serving(settings: dict[str, str], folder: Path, *options: str) -> Serving:
    """Start `speech2cosmos serve --no-browser` on a free port. Returns when it listens."""
    errors = folder / "serve.err"
    with errors.open("w") as written:
        process = start_command(settings, written, "--no-browser", "--port", str(free_port()), *options)
    assert process.stdout is not None
    first = process.stdout.readline().strip()
    assert first.startswith("http://"), errors.read_text()
    return Serving(process, first, errors, settings["COSMOS_DATABASE"])


def start_command(settings: dict[str, str], errors: IO[str], *options: str, **more: str) -> subprocess.Popen[str]:
    """Start `speech2cosmos serve` with only these settings in its environment."""
    needed = {name: value for name, value in settings.items() if name.startswith("COSMOS")}
    return subprocess.Popen(  # noqa: S603 - the program is this project's
        [sys.executable, "-c", "from shared.cli.main import main; main()", "serve", *options],
        cwd=ROOT,
        env=environment_for_a_process(**needed, **more),
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )


@pytest.fixture(scope="session")
def world(azurite: Azurite, cosmos: Cosmos, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    speech = start_speech(azurite, log=tmp_path_factory.mktemp("serving") / "speech.log", port=0)
    yield make_world(azurite, cosmos, speech)
    speech.stop()


@pytest.fixture(scope="session")
def serving(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    running = start_serving(world.settings, tmp_path_factory.mktemp("serving"))
    running.enter()
    yield running
    assert running.process.poll() is None, "it ended before its tests did"
    running.stop()
    assert running.errors.read_text() == "Ctrl-C ends it.\n", "nothing failed, and no request was logged"


@dataclass
class Tab:
    """A page in Chromium, what it asked other servers for, and the errors that it reported."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


Visit = Callable[..., Tab]


@pytest.fixture
def visit(chromium: Browser, serving: Serving) -> Iterator[Visit]:
    """Return a function that opens a path of `serve` with the cookie, and fails at the end if a page had errors.

    Its keywords are those of a browser context, besides `server`, and `expected`: errors that the page may report.
    """
    opened: list[tuple[Tab, str | None]] = []

    def visits(
        path: str = "/",
        *,
        server: Serving = serving,
        expected: str | None = None,
        **context: Any,  # noqa: ANN401 - the driver's own
    ) -> Tab:
        settings = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Europe/Berlin", "locale": "en-GB"}
        made = chromium.new_context(**{**settings, **context})
        name, _, value = server.cookie.partition("=")
        made.add_cookies([{"name": name, "value": value, "url": server.base, "sameSite": "Strict", "httpOnly": True}])
        tab = Tab(made.new_page())
        opened.append((tab, expected))
        watch(tab, server.base)
        tab.page.clock.install()
        tab.page.goto(server.base.rstrip("/") + path)
        return tab

    yield visits
    for tab, expected in opened:
        tab.page.context.close()
        others = [each for each in tab.errors if expected is None or expected not in each]
        assert (others, tab.requests) == ([], [])


def watch(tab: Tab, base: str) -> None:
    """Collect what the page asks others for, and what goes wrong in it."""

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            tab.errors.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith(base):
            tab.requests.append(request.url)

    tab.page.on("console", said)
    tab.page.on("request", asked)
    tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
