"""Cosmos DB fails, refuses or is busy while pages are open; the server itself ends. Pages say so, and recover."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from local.faults import Answer, Front, Rule, Slow
from tests.serving.conftest import Serving, Visit, start_serving
from tests.serving.world import AGAIN, CALL, PENDING, REPLACED, WHOLE, World

REFUSED = Answer(403, body=b'{"code": "Forbidden", "message": "no role Built-in Data Reader for this principal"}')
BUSY = Answer(429, {"x-ms-retry-after-ms": "30000"}, b'{"code": "429", "message": "Request rate is large."}')


@pytest.fixture
def behind(world: World, between: Front, tmp_path: Path) -> Iterator[Serving]:
    """Return a `serve` that reads through the fault layer."""
    running = start_serving({**world.settings, "COSMOS_ENDPOINT": between.origin}, tmp_path)
    running.enter()
    yield running
    running.stop()
    assert running.errors.read_text() == "Ctrl-C ends it.\n"


def asks_again(page: Page) -> None:
    """Let a minute pass, within which the page asks again however often it failed."""
    page.clock.run_for(61_000)


class Trouble(NamedTuple):
    """A fault, and what a page says of it: in its title, and of Cosmos DB's own words."""

    fault: Answer
    title: str
    words: str


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(REFUSED, "You may not read this", "no role Built-in"),
        Trouble(BUSY, "Cosmos DB is busy", "rate is large"),
    ],
    ids=["refused", "busy"],
)
@pytest.mark.parametrize("path", ["/", f"/{WHOLE}", f"/{WHOLE}/{CALL.id}"])
def test_a_page_says_why_it_cannot_be_read_and_shows_itself_later(
    path: str, trouble: Trouble, visit: Visit, behind: Serving, between: Front
) -> None:
    fault, title, words = trouble
    assert behind.get("/").status == 200  # connected
    between.rules.append(Rule(fault))
    answer = behind.get(path)
    assert (answer.status, words in answer.text) == (503, True)
    page = visit(path, server=behind, expected="503").page
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("#main")).to_contain_text("Try")
    between.rules.clear()
    asks_again(page)
    expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
    expect(page.locator("#jobs tr, #state, #turn0").first).to_be_visible()


def test_without_cosmos_db_a_page_says_so_at_the_first_start_too(visit: Visit, behind: Serving, between: Front) -> None:
    between.refuse()
    page = visit("/", server=behind, expected="503").page
    expect(page.get_by_role("heading", level=1)).to_have_text("Cosmos DB does not answer")
    between.accept()
    for _ in range(5):  # a failure to connect is remembered for some seconds
        asks_again(page)
        page.wait_for_timeout(1500)
    expect(page.locator("#jobs tr").first).to_be_visible()


@pytest.mark.parametrize("path", [f"/{PENDING}", f"/{REPLACED}/{AGAIN.id}"])
def test_an_open_page_keeps_what_it_shows_says_what_fails_and_forgets_it(
    path: str, visit: Visit, behind: Serving, between: Front
) -> None:
    page = visit(path, server=behind, expected="503").page
    expect(page.locator("#state h2, #turn0 .say").first).to_be_visible()
    between.rules.append(Rule(REFUSED))
    asks_again(page)
    trouble = page.locator("#notice-trouble")
    expect(trouble).to_contain_text("no role Built-in")
    expect(trouble).to_contain_text("Try: ")
    expect(page.locator("#state h2, #turn0 .say").first).to_be_visible()
    between.rules.clear()
    asks_again(page)
    expect(trouble).to_have_count(0)


def test_a_page_says_that_serve_ended_and_that_another_start_needs_a_new_sign_in(
    visit: Visit, world: World, tmp_path: Path
) -> None:
    first = start_serving(world.settings, tmp_path)
    first.enter()
    page = visit(f"/{PENDING}", server=first, expected="").page
    assert first.end() == 0
    asks_again(page)
    expect(page.locator("#notice-trouble")).to_contain_text("serve does not answer")
    again = start_serving(world.settings, tmp_path, "--port", str(first.port))
    try:
        asks_again(page)
        expect(page.locator("#notice-trouble")).to_contain_text("Open the address that")
        page.goto(again.first)
        page.wait_for_url(again.base)
        page.goto(f"{again.base}{PENDING}")
        expect(page.locator("#state")).to_contain_text("Waiting for Speech")
    finally:
        again.stop()


def test_a_slow_page_is_announced_and_comes_at_its_moment(visit: Visit, behind: Serving, between: Front) -> None:
    path = f"/{WHOLE}/{CALL.id}"
    assert behind.get("/").status == 200  # connected
    before, slow = len(between.asked), Rule(Slow(4), target="docs/transcript", times=1)
    between.rules.append(slow)
    announced = behind.get(path)
    assert (announced.status, "Loading…" in announced.text, "Calls of" in announced.text) == (200, True, False)
    assert "bike" in behind.get(path).text
    page = visit("/", server=behind).page
    between.rules[:] = [again := Rule(Slow(4), target="docs/transcript", times=1)]
    page.goto(f"{behind.base.rstrip('/')}{path}#t=49.0")
    expect(page.locator("#clock")).to_have_text("0:49.0")
    assert page.evaluate("() => history.length") == 3  # blank, the list, the recording
    heads = [each for each in between.asked[before:] if each.target.rstrip("/").endswith("docs/transcript")]
    assert (slow.met, again.met, len(heads)) == (1, 1, 2), "what was read for the announced page is not read again"


def test_ctrl_c_does_not_wait_for_cosmos_db(world: World, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and never answers
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        serving = start_serving({**world.settings, "COSMOS_ENDPOINT": endpoint}, tmp_path)
        serving.enter()
        with socket.create_connection(("127.0.0.1", serving.port)) as asks:
            own = f"Host: 127.0.0.1:{serving.port}\r\nCookie: {serving.cookie}"
            asks.sendall(f"GET /state/{PENDING} HTTP/1.1\r\n{own}\r\n\r\n".encode())
            first, _ = silent.accept()
            assert serving.end() == 0
            first.close()
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):  # nobody waited until the attempt ended, and another one began
            silent.accept()


def test_a_poll_is_one_point_read(behind: Serving, between: Front) -> None:
    for path, reads in (
        (f"/state/{PENDING}", [f"docs/{PENDING}"]),
        (f"/state/{WHOLE}/{CALL.id}", ["docs/transcript"]),
        (f"/state?of={PENDING},{WHOLE}", [f"docs/{PENDING}", f"docs/{WHOLE}"]),
    ):
        tag = behind.get(path).headers["etag"]
        before = len(between.asked)
        answer = behind.get(path, If_None_Match=tag)
        assert (answer.status, answer.text) == (304, "")
        assert [each.method for each in between.asked[before:]] == ["GET"] * len(reads)
        assert [
            each.target.partition("colls/")[2].partition("/")[2].rstrip("/") for each in between.asked[before:]
        ] == reads
