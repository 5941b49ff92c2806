"""Access for everybody: axe-core finds nothing on any page and state; print; narrow screens; without the script."""

from typing import Literal

import pytest
from playwright.sync_api import Route, expect

from tests.rendering.page.test_access import AXE, faults
from tests.serving.conftest import Serving, Visit
from tests.serving.world import (
    BROKEN,
    CALL,
    FAILED,
    INGESTING,
    PARTLY,
    PENDING,
    SILENCE,
    UNKNOWN,
    WHOLE,
    five_of,
)

PAGES = {
    "list": "/",
    "completed": f"/{WHOLE}",
    "completed with errors": f"/{PARTLY}",
    "failed": f"/{FAILED}",
    "pending": f"/{PENDING}",
    "ingesting": f"/{INGESTING}",
    "not found": f"/{UNKNOWN}",
    "recording": f"/{WHOLE}/{CALL.id}",
    "silence": f"/{WHOLE}/{SILENCE.id}",
    "given up": f"/{PARTLY}/{BROKEN.id}",
    "not in yet": f"/{INGESTING}/{five_of(INGESTING)[4].id}",
    "no page": "/nothing",
    "no older jobs": "/?before=2020-01-01T00:00:00Z",
}


@pytest.fixture(scope="module")
def axe() -> str:
    """Return the program of axe-core."""
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    scheme: Literal["light", "dark"], width: int, visit: Visit, serving: Serving, axe: str
) -> None:
    page = visit("/", color_scheme=scheme, viewport={"width": width, "height": 800}, expected="404").page
    found = {}
    for name, path in PAGES.items():
        page.goto(serving.base.rstrip("/") + path)
        assert page.evaluate("() => document.documentElement.scrollWidth") == width
        found[name] = faults(page, axe)
    assert {name: each for name, each in found.items() if each} == {}


def fails(route: Route) -> None:
    """Answer as `serve` does while Cosmos DB fails."""
    route.fulfill(status=503, json={"error": "It fails.", "advice": "Wait."})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_a_page_says_what_fails(
    scheme: Literal["light", "dark"], visit: Visit, serving: Serving, axe: str
) -> None:
    for path in (f"/{PENDING}", f"/{WHOLE}/{CALL.id}"):
        page = visit(path, color_scheme=scheme, expected="").page
        page.route("**/state/**", fails)
        page.clock.run_for(31_000)
        expect(page.locator("#notice-trouble")).to_be_visible()
        assert faults(page, axe) == []
    page = visit("/", color_scheme=scheme, expected="").page
    page.context.clear_cookies()
    page.goto(serving.base)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not signed in")
    assert faults(page, axe) == []


def test_no_width_of_the_window_cuts_a_page_off(visit: Visit) -> None:
    for path in ("/", f"/{PARTLY}", f"/{INGESTING}"):
        page = visit(path).page
        for width in range(320, 1400, 60):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("() => document.documentElement.scrollWidth") == width


def test_axe_finds_nothing_with_more_contrast_or_forced_colors(visit: Visit, axe: str) -> None:
    for path in ("/", f"/{PARTLY}"):
        page = visit(path, contrast="more").page
        assert faults(page, axe) == []
        page.emulate_media(forced_colors="active")
        assert faults(page, axe) == []


def test_the_keyboard_reaches_all(visit: Visit) -> None:
    page = visit("/").page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("Monday")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Calls of Monday")).to_be_focused()


def test_states_are_words_in_the_table_for_a_screen_reader(visit: Visit) -> None:
    for width in (1280, 390):
        page = visit("/", viewport={"width": width, "height": 800}).page
        row = page.get_by_role("row", name="Calls of Tuesday")
        expect(row.get_by_role("cell").nth(0)).to_have_text("completed with errors")
        expect(row.get_by_role("rowheader")).to_contain_text(PARTLY)
        expect(page.get_by_role("columnheader", name="Status")).to_be_attached()


def test_print_has_no_controls(visit: Visit) -> None:
    for path in ("/", f"/{PARTLY}"):
        page = visit(path, color_scheme="dark").page
        page.emulate_media(media="print")
        expect(page.locator("h1")).to_be_visible()
        for hidden in page.locator("input, button, .trail").all():
            expect(hidden).not_to_be_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_without_the_script_pages_show_the_same_and_no_dead_controls(visit: Visit) -> None:
    page = visit(f"/{PARTLY}", java_script_enabled=False).page
    expect(page.locator("#state")).to_contain_text("completed with errors")
    expect(page.get_by_role("button")).to_have_count(0)
    page.get_by_role("link", name="Jobs").click()
    expect(page.locator("#jobs tr").first).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_count(0)
    page.get_by_role("link", name="Calls of Monday").click()
    page.get_by_role("link", name="red touring bike").click()
    expect(page.locator("#turn13 .say")).to_be_visible()
    expect(page.locator("#loading")).not_to_be_visible()
