"""A call of four hours and 10,000 turns stays one document, without a list that holds only what is in sight."""

import pytest
from playwright.sync_api import expect

from shared.rendering.recording import Recording
from tests.rendering.making import phrase, recording
from tests.rendering.page.conftest import Show

TURNS = 10_000
MOST_NODES = 100_000


@pytest.fixture(scope="module")
def long_call() -> Recording:
    """Return a call of 10,000 turns: two channels take turns, some at once, and each turn has words."""
    made = []
    for place in range(TURNS):
        text = f"Turn {place} says a few words about {'weather' if place % 3 else 'trains'}."
        begin = 1.44 * place
        words = [(word, begin + 0.1 * at, begin + 0.1 * at + 0.09) for at, word in enumerate(text.split())]
        made.append(phrase(text, begin, begin + (1.6 if place % 7 == 0 else 1.2), channel=place % 2, words=words))
    return recording(made, gap=0.1, durationInTicks=14_400_0000000)


def test_a_long_call_is_whole_in_few_nodes_and_is_searched_and_moved_through(long_call: Recording, show: Show) -> None:
    shown = show(long_call).page
    expect(shown.locator("#turn9999 .say")).to_have_text("Turn 9999 says a few words about trains.")
    nodes = shown.evaluate(
        "() => { const walker = document.createTreeWalker(document); let nodes = 1;"
        " while (walker.nextNode()) nodes += 1; return nodes }"
    )
    assert TURNS < nodes <= MOST_NODES
    shown.get_by_role("searchbox").fill("TRAINS")
    expect(shown.locator("#hits")).to_have_text("3,334 hits")
    shown.get_by_role("searchbox").press("Shift+Enter")
    expect(shown.locator("#turn9999")).to_be_in_viewport()
    shown.get_by_role("searchbox").fill("turn 5000")
    expect(shown.locator("#hits")).to_have_text("1 hit")
    shown.get_by_role("searchbox").press("Enter")
    expect(shown.locator("#turn5000")).to_be_in_viewport()
    shown.locator("#turn5000 .say").hover()
    shown.get_by_role("button", name="Alternatives").click()
    expect(shown.locator("#turn5000 .word")).to_have_count(9)
