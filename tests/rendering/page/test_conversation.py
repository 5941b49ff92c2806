"""The conversation: what stands in it, how it is copied, moved through, and opened."""

import re

from playwright.sync_api import expect

from shared.rendering.names import Names, Naming
from shared.rendering.page.talk import BLOCK
from shared.rendering.recording import Choice, Recording
from tests.rendering.making import phrase, recording
from tests.rendering.page.calls import call
from tests.rendering.page.conftest import Show


def mirrored(*, all_channels: bool = False) -> Recording:
    """Return mono that was recorded as stereo: both channels hold the same talk."""
    texts = ["First words.", "Second words.", "Third words."]
    made = [
        phrase(f"{text}{' Echo.' * channel}", 5.0 * place + 0.1 * channel, 5.0 * place + 3, channel=channel)
        for place, text in enumerate(texts)
        for channel in (0, 1)
    ]
    return recording(made, choice=Choice(all_channels=all_channels), gap=1)


def test_turns_have_names_and_times_and_silence_and_overlap_are_marked(show: Show) -> None:
    shown = show(call()).page
    lines = [line.split("\n") for line in shown.locator("#talk > li").all_inner_texts()]
    assert lines[0] == ["Workshop", "0:01", "Good morning, this is the bicycle workshop. What can I do for you?"]
    assert lines[3] == ["16 s of silence"]
    assert [line[0] for line in lines if "while" in line[0]] == ["Customer while Workshop is talking"]


def test_names_and_times_are_copied_with_the_text(show: Show) -> None:
    shown = show(call()).page
    shown.locator("#turn0 .say").click()
    selected = shown.evaluate(
        "() => { getSelection().setBaseAndExtent(turn0, 0, turn1, turn1.childNodes.length);"
        " return String(getSelection()) }"
    )
    lines = re.findall(r"\S.*", selected)
    assert (lines[:2], lines[-3:-1]) == (["Workshop", "0:01"], ["Customer", "0:06"])


def test_a_time_goes_to_its_turn(show: Show) -> None:
    shown = show(call()).page
    shown.get_by_role("button", name="0:52").click()
    expect(shown.locator("#clock")).to_have_text("0:52.5")
    expect(shown.locator("#turn7")).to_have_attribute("aria-current", "true")
    assert shown.url.endswith("#t=52.5&rev=0123456789ab")


def test_the_turn_of_a_moment_is_the_one_that_still_runs(show: Show) -> None:
    shown = show(recording([phrase("Long.", 0, 60, speaker=1), phrase("Short.", 10, 12, speaker=2)]), at="#t=11").page
    expect(shown.locator("#turn1")).to_have_attribute("aria-current", "true")
    shown.get_by_role("slider").press("ArrowRight")
    expect(shown.locator("#turn0")).to_have_attribute("aria-current", "true")


def test_arrows_go_through_the_turns_while_the_list_has_the_focus(show: Show) -> None:
    shown = show(call()).page
    shown.keyboard.press("ArrowDown")
    expect(shown.locator("#clock")).to_have_text("0:00.0")
    shown.locator("#talk").focus()
    for key, turn in [("ArrowDown", 0), ("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1)]:
        shown.keyboard.press(key)
        expect(shown.locator(f"#turn{turn}")).to_be_focused()
    # From a turn, Tab goes to its time and its tools.
    for name in ("0:06", "Copy quote", "Link", "Alternatives"):
        shown.keyboard.press("Tab")
        expect(shown.get_by_role("button", name=name, exact=True)).to_be_focused()


def test_alternatives_and_words_are_opened_on_demand(show: Show) -> None:
    shown = show(call()).page
    expect(shown.locator(".alts")).to_have_count(0)
    turn = shown.locator("#turn6")
    turn.hover()
    turn.get_by_role("button", name="Alternatives").click()
    expect(turn.locator(".alts ol li")).to_have_text(["Only the chain, please.72%", "Only the train, please.36%"])
    expect(turn.locator(".word")).to_have_text(["Only", "the", "chain,", "please."])
    turn.get_by_role("button", name="chain,").click()
    expect(shown.locator("#clock")).to_have_text("0:49.7")
    turn.get_by_role("button", name="Alternatives").click()
    expect(shown.locator(".alts")).to_have_count(0)


def test_each_turn_finds_its_own_phrases(show: Show) -> None:
    made = [phrase(f"Number {place}.", 10 * place, 10 * place + 1) for place in range(2 * BLOCK)]
    shown = show(recording(made, gap=1)).page
    for place in (0, BLOCK - 1, BLOCK, 2 * BLOCK - 1):
        turn = shown.locator(f"#turn{place}")
        turn.locator(".at").click()
        turn.hover()
        turn.locator("#alternatives").click()
        expect(turn.locator(".alts ol")).to_have_text(f"Number {place}.50%")


def test_of_mirrored_channels_one_is_folded_and_a_button_shows_it(show: Show) -> None:
    shown = show(mirrored()).page
    expect(shown.locator(".notice")).to_contain_text("Channel 1 holds the same talk as channel 0")
    expect(shown.get_by_text("Echo.").first).not_to_be_visible()
    # A folded turn may come into sight between any two others.
    expect(shown.locator(".turn:has(.who)")).to_have_count(6)
    expect(shown.locator(".lane.folded")).to_have_count(1)
    shown.get_by_role("button", name="Show channel 1").click()
    expect(shown.get_by_text("Second words. Echo.")).to_be_visible()
    expect(shown.locator(".lane.folded")).to_have_count(0)


def test_all_channels_are_shown_if_that_was_asked_for(show: Show) -> None:
    shown = show(mirrored(all_channels=True)).page
    expect(shown.get_by_text("Second words. Echo.")).to_be_visible()
    expect(shown.locator(".notice")).to_have_count(0)


def test_a_hit_in_a_folded_channel_unfolds_it(show: Show) -> None:
    shown = show(mirrored()).page
    shown.get_by_role("searchbox").fill("second words. echo")
    shown.keyboard.press("Enter")
    expect(shown.get_by_text("Second words. Echo.")).to_be_visible()


def test_a_link_to_a_moment_that_only_a_folded_channel_holds_unfolds_it(show: Show) -> None:
    made = [phrase("Long.", 0, 60, channel=0), phrase("Long.", 0, 60, channel=1), phrase("Alone.", 70, 72, channel=1)]
    shown = show(recording(made), at="#t=71").page
    expect(shown.get_by_text("Alone.")).to_be_visible()


def test_silence_says_so(show: Show) -> None:
    shown = show(recording([], durationInTicks=600_000_000)).page
    expect(shown.locator("#talk")).to_have_text("Nobody speaks in this recording.")
    expect(shown.locator(".clock")).to_have_text("0:00.0 / 1:00")


def test_a_turn_has_its_language_and_direction(show: Show) -> None:
    made = [{**phrase("שלום לכולם", 0), "locale": "he-IL"}, {**phrase("Hello.", 9), "locale": "en-US"}]
    shown = show(recording(made)).page
    expect(shown.locator("#turn0 .say")).to_have_attribute("lang", "he-IL")
    assert shown.locator("#turn0 .say").evaluate("node => getComputedStyle(node).direction") == "rtl"
    expect(shown.locator("#turn1 .say")).to_have_attribute("lang", "en-US")


def test_times_of_day_are_the_readers(show: Show) -> None:
    shown = show(call()).page
    expect(shown.locator(".meta time")).to_have_text("2 Nov 2026, 10:00 CET")


def test_least_sure_turns_come_first_and_n_goes_through_them(show: Show) -> None:
    shown = show(call()).page
    shown.get_by_role("tab", name="Least sure").click()
    expect(shown.locator("#least-list small span")).to_contain_text(["57%", "72%", "83%"])
    shown.keyboard.press("n")
    expect(shown.locator("#turn4")).to_have_attribute("aria-current", "true")
    shown.keyboard.press("n")
    expect(shown.locator("#turn6")).to_have_attribute("aria-current", "true")
    shown.keyboard.press("N")
    expect(shown.locator("#turn4")).to_have_attribute("aria-current", "true")


def test_the_overview_says_who_talked_how_much(show: Show) -> None:
    names = Names([Naming("Ann", speaker=1), Naming("Bob", speaker=2)])
    made = [phrase("One two.", 0, 30, speaker=1), phrase("Three.", 50, 60, speaker=2)]
    shown = show(recording(made, names=names, durationInTicks=1_000_000_000)).page
    rows = shown.locator("#overview table").first.locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["Ann", "0:30 30%", "1", "2", "50%"],
        ["Bob", "0:10 10%", "1", "1", "50%"],
    ]
    facts = dict(row.split("\t") for row in shown.locator(".facts tr").all_inner_texts())
    assert facts == {
        "Silence": "1:00 60%",
        "Longest silence": "20 s",
        "Talking at once": "0:00 0%",
        "Interruptions": "0",
        "Longest turn": "0:30, Ann",
    }
