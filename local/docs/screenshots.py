"""`python -m local.docs.screenshots` takes the pictures of the pages in docs/page. It needs Chromium.

They depend on the machine's fonts, so no test compares them.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Page, expect, sync_playwright

from local.docs.call import NAMES, SECONDS, SOURCE, phrases
from local.docs.exports import recording_of
from local.docs.served import NOW, ingesting_job, list_of_jobs
from local.docs.write import REPOSITORY
from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.page import page

FOLDER = REPOSITORY / "docs" / "page"


class Picture(NamedTuple):
    """A picture: its name, the size and colours of the browser, what is done before it is taken, and of which page."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]
    prepare: Callable[[Page], None] = lambda _: None
    page: str = "call"


def _search(shown: Page) -> None:
    shown.get_by_role("searchbox").fill("chain")
    expect(shown.locator("#hits")).to_have_text("4 hits")
    shown.keyboard.press("Enter")
    shown.locator("#turn6").hover()


def _least_sure(shown: Page) -> None:
    shown.get_by_role("tab", name="Least sure").click()
    shown.locator("#least-list button").first.click()
    shown.locator("#turn4 .say").hover()
    shown.get_by_role("button", name="Alternatives").click()


def _middle(shown: Page) -> None:
    shown.get_by_role("button", name="0:49").click()


PICTURES = (
    Picture("search", 1440, 900, "light", _search),
    Picture("least-sure", 1440, 900, "dark", _least_sure),
    Picture("phone", 390, 844, "dark", _middle),
    Picture("jobs", 1280, 720, "light", page="jobs"),
    Picture("ingesting", 1280, 620, "dark", page="ingesting"),
)


def _pages() -> dict[str, str]:
    """Return the pages of the pictures by name."""
    whole = {"source": SOURCE, "timestamp": "2026-11-02T09:00:00Z", "durationInTicks": SECONDS * TICKS_PER_SECOND}
    result = json.dumps({**whole, "recognizedPhrases": phrases()}).encode()
    call = recording_of(result, NAMES, "Calls of Monday")
    return {"call": "".join(page(call)), "jobs": list_of_jobs(), "ingesting": ingesting_job(call.head)}


def main() -> int:
    """Take all pictures. Returns the exit code."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.stderr.write("no Chromium: apt-get install chromium\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        for name, html in _pages().items():
            (Path(folder) / f"{name}.html").write_text(html, encoding="utf-8")
        with driver.chromium.launch(executable_path=program) as browser:
            for picture in PICTURES:
                shown = browser.new_page(
                    viewport={"width": picture.width, "height": picture.height},
                    color_scheme=picture.scheme,
                    locale="en-GB",
                    timezone_id="Europe/Berlin",
                )
                shown.clock.set_fixed_time(NOW)
                shown.goto((Path(folder) / f"{picture.page}.html").as_uri())
                picture.prepare(shown)
                shown.screenshot(path=FOLDER / f"{picture.name}.png")
                shown.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
