"""Access for everybody: axe-core's rules, zoom, contrast, motion, print, and a page without its script."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.rendering.page.calls import call
from tests.rendering.page.conftest import Show
from tests.rendering.page.test_conversation import mirrored

AXE = Path(__file__).parents[3] / "local" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def axe() -> str:
    """Return the program of axe-core. The driver runs it in the page past the policy, which stops added scripts."""
    return AXE.read_text(encoding="utf-8")


def faults(shown: Page, axe: str) -> list[str]:
    """Return what axe-core finds against the page as it is: the rule, and the first element."""
    shown.evaluate(axe)
    result: dict[str, Any] = shown.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in result["violations"]]


def states(shown: Page) -> Iterator[str]:
    """Bring the page into one state after the other, and yield what each is called."""
    yield "at first"
    shown.locator("#turn6").hover()
    shown.locator("#turn6").get_by_role("button", name="Alternatives").click()
    shown.get_by_role("searchbox").fill("chain")
    expect(shown.locator("#hits")).to_have_text("4 hits")
    shown.keyboard.press("Enter")
    yield "a hit, and alternatives"
    shown.locator("#talk").focus()
    shown.get_by_role("slider").press("Shift+ArrowRight")
    yield "a range"
    if not shown.locator("#side").is_visible():
        shown.get_by_role("button", name="Overview").click()
    for tab in ("Least sure", "Details"):
        shown.get_by_role("tab", name=tab).click()
        yield tab
    if shown.locator("#close-side").is_visible():
        shown.locator("#close-side").click()
    shown.get_by_role("button", name="Keys and help").click()
    yield "help"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: Literal["light", "dark"], width: int, show: Show, axe: str) -> None:
    shown = show(call(), color_scheme=scheme, viewport={"width": width, "height": 800}).page
    assert {state: found for state in states(shown) if (found := faults(shown, axe))} == {}


def test_axe_finds_nothing_in_a_page_with_notices(show: Show, axe: str) -> None:
    shown = show(mirrored(), at="#rev=000000000000").page
    assert faults(shown, axe) == []
    shown.get_by_role("button", name="Show channel 1").click()
    assert faults(shown, axe) == []


def test_axe_finds_nothing_with_more_contrast_or_forced_colors(show: Show, axe: str) -> None:
    shown = show(call(), contrast="more").page
    assert faults(shown, axe) == []
    shown.emulate_media(forced_colors="active")
    assert faults(shown, axe) == []


def test_at_twice_the_size_nothing_is_cut_off_and_the_conversation_is_reached(show: Show) -> None:
    shown = show(call(), viewport={"width": 640, "height": 400}, device_scale_factor=2).page
    assert shown.evaluate("() => document.documentElement.scrollWidth") == 640
    assert shown.locator("#deck").evaluate("node => getComputedStyle(node).position") == "static"
    shown.locator("#talk").focus()
    shown.keyboard.press("ArrowDown")
    expect(shown.locator("#turn0 .say")).to_be_in_viewport()


def test_print_has_head_conversation_and_figures_without_controls(show: Show) -> None:
    shown = show(call(), color_scheme="dark").page
    shown.emulate_media(media="print")
    for name in ("h1", ".meta", "#turn0 .who", "#turn13 .at", "#turn13 .say", "#overview", "#details"):
        expect(shown.locator(name)).to_be_visible()
    for name in ("#deck", ".acts", ".tabs", "#tools"):
        expect(shown.locator(name)).not_to_be_visible()
    pages = re.findall(rb"/Type\s*/Page\b", io.BytesIO(shown.pdf(format="A4")).getvalue())
    assert len(pages) in {1, 2}


def test_without_its_script_the_page_still_holds_the_conversation_and_the_figures(show: Show) -> None:
    shown = show(call(), java_script_enabled=False).page
    expect(shown.locator("#turn13 .say")).to_have_text("You are welcome. Until Thursday.")
    expect(shown.locator("#overview")).to_contain_text("Workshop")
    expect(shown.locator("#details")).to_contain_text("In Cosmos DB since")
    expect(shown.locator("#deck")).not_to_be_visible()
