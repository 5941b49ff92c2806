"""Chromium for the tests of the page, and pages of recordings in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, expect, sync_playwright

from shared.rendering.page import page
from shared.rendering.recording import Recording

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

expect.set_options(timeout=20_000)  # for a busy machine; what is expected is usually there at once


@dataclass
class Shown:
    """A page in Chromium, the errors that it reported, and the requests besides its own that the policy let through."""

    page: Page
    path: Path
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


Show = Callable[..., Shown]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Return the driver. Its event loop runs in this thread, so no other package's tests may see it."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Return a headless Chromium: the one that CHROMIUM names, else one that is installed. Without one, tests skip."""
    named = os.environ.get("CHROMIUM")
    program = named or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium: apt-get install chromium, or set CHROMIUM")
    with playwright.chromium.launch(executable_path=program) as browser:
        yield browser


@pytest.fixture
def show(chromium: Browser, tmp_path: Path) -> Iterator[Show]:
    """Return a function that opens a recording's page, and fails at the end if the page had errors or asked for more.

    Its keywords are those of a browser context, besides `at` (the fragment of the address) and `change`, which changes
    the HTML first.
    """
    opened: list[Shown] = []

    def shows(
        recording: Recording,
        *,
        at: str = "",
        change: Callable[[str], str] | None = None,
        **context: Any,  # noqa: ANN401 - the driver's own
    ) -> Shown:
        html = "".join(page(recording))
        path = tmp_path / f"page{len(opened)}.html"
        path.write_text(change(html) if change else html, encoding="utf-8")
        settings = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Europe/Berlin", "locale": "en-GB"}
        shown = Shown(chromium.new_context(**{**settings, **context}).new_page(), path)
        opened.append(shown)
        watch(shown)
        shown.page.goto(path.as_uri() + at)
        return shown

    yield shows
    for shown in opened:
        shown.page.context.close()
    assert [(shown.errors, shown.requests) for shown in opened] == [([], [])] * len(opened)


def watch(shown: Shown) -> None:
    """Collect what the page asks for and what goes wrong in it."""

    def asked(request: Request) -> None:
        if not request.url.startswith((shown.path.as_uri(), "blob:")):
            shown.requests.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            shown.errors.append(message.text)

    def failed(request: Request) -> None:
        if request.url in shown.requests and "csp" in (request.failure or "").lower():
            shown.requests.remove(request.url)

    shown.page.on("request", asked)
    shown.page.on("requestfailed", failed)
    shown.page.on("console", said)
    shown.page.on("pageerror", lambda error: shown.errors.append(str(error)))
