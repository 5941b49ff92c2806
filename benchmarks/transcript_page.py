"""`python -m benchmarks.transcript_page`: how long the transcript page of 10,000 turns takes in Chromium.

The recording is generated: two channels, words, up to three alternatives. Each round opens the page in a new tab. Times
are from the browser's own clock: of a jump and of a search from the key to the second frame after it, which shows the
result.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.machine import machine
from local.docs.exports import recording_of
from local.samples.generate import GeneratedResult
from shared.rendering.names import Names
from shared.rendering.page import page

HOURS = 11.6
"""Of generated talk. They have about 10,000 turns."""

ROUNDS = 7

_OPENED = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime;
  const walker = document.createTreeWalker(document);
  let nodes = 1;
  while (walker.nextNode()) nodes += 1;
  return {
    'first text': paint,
    'all of it, and the script has run': performance.getEntriesByType('navigation')[0].domInteractive,
    nodes,
  };
}"""

_TIMED = """([act, value]) => new Promise(done => {
  const query = document.getElementById('query');
  const begun = performance.now();
  if (act === 'jump') {
    location.hash = `#t=${value}`;
  } else {
    query.value = value;
    query.dispatchEvent(new Event('input'));
    query.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}));
  }
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
})"""


def rounds(browser: Browser, address: str) -> Iterator[dict[str, float]]:
    """Yield the figures of each round: milliseconds, and the number of nodes."""
    for _ in range(ROUNDS):
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.goto(address)
        figures: dict[str, float] = tab.evaluate(_OPENED)
        figures["jump to nine tenths"] = tab.evaluate(_TIMED, ["jump", str(HOURS * 3600 * 0.9)])
        figures["first search, which folds all texts"] = tab.evaluate(_TIMED, ["search", "thanks"])
        hits = str(tab.locator("#hits").text_content()).rpartition(" ")[2]
        figures["another search"] = tab.evaluate(_TIMED, ["search", "number"])
        figures["hits of the first search"] = float(hits.replace(",", ""))
        yield figures
        tab.close()


def main() -> int:
    """Print the median of each figure with the least and the greatest. Returns the exit code."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.stderr.write("no Chromium: apt-get install chromium\n")
        return 1
    result = b"".join(GeneratedResult(hours=HOURS, channels=2, indent=0, alternatives=3))
    recording = recording_of(result, Names(), "generated")
    begun = time.perf_counter()
    html = "".join(page(recording))
    written = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "page.html"
        file.write_text(html, encoding="utf-8")
        with driver.chromium.launch(executable_path=program) as browser:
            found = list(rounds(browser, file.as_uri()))
            _print(f"{machine()}, Chromium {browser.version}")
    _print(f"{recording.head.turns.count:,} turns, {len(html.encode()) / 1e6:.1f} MB, written in {written:.1f} s")
    for name in found[0]:
        values: list[Any] = sorted(figures[name] for figures in found)
        _print(f"{name}: {median(values):,.0f} ({values[0]:,.0f} to {values[-1]:,.0f})")
    return 0


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
