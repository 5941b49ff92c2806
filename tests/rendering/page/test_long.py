"""A call of four hours and 10,000 turns stays one document, without a list that holds only what is in sight."""

import pytest

from shared.rendering.recording import Recording
from tests.rendering.making import phrase, recording
from tests.rendering.page.conftest import Show
from tests.waiting import eventually

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
    """`expect` describes the whole page whenever it has to wait, which takes minutes here. So the state is read."""
    shown = show(long_call).page

    def says(place: str, text: str) -> None:
        eventually(lambda: shown.locator(place).text_content() == text, lambda: f"{place} says {text}")

    def sees(turn: int) -> None:
        top = f"() => turn{turn}.getBoundingClientRect().top / innerHeight"
        eventually(lambda: 0 < shown.evaluate(top) < 1, lambda: f"turn {turn} in sight")

    says("#turn9999 .say", "Turn 9999 says a few words about trains.")
    nodes = shown.evaluate(
        "() => { const walker = document.createTreeWalker(document); let nodes = 1;"
        " while (walker.nextNode()) nodes += 1; return nodes }"
    )
    assert shown.evaluate("() => getComputedStyle(turn9999).contentVisibility") == "auto"
    assert TURNS < nodes <= MOST_NODES
    shown.locator("#query").fill("TRAINS")
    says("#hits", "3,334 hits")
    shown.locator("#query").press("Shift+Enter")
    sees(9999)
    shown.locator("#query").fill("turn 5000")
    says("#hits", "1 hit")
    shown.locator("#query").press("Enter")
    sees(5000)
    shown.locator("#turn5000 .say").hover()
    shown.locator("#alternatives").click()
    assert shown.locator("#turn5000 .word").count() == 8  # as many as "Turn 5000 says a few words about weather."
