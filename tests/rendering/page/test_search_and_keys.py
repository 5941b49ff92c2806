"""The search, the keys, the lanes, links and quotes."""

from playwright.sync_api import Page, expect

from shared.rendering.finding import Phrase
from tests.rendering.making import FILE, JOB, phrase, recording
from tests.rendering.page.calls import call
from tests.rendering.page.conftest import Show
from tests.waiting import eventually

NOW = "[aria-current]"


def highlights(shown: Page) -> list[str]:
    """Return the texts that the search marks."""
    found: list[str] = shown.evaluate(
        "() => [...CSS.highlights.get('hit')].map(({startContainer, startOffset, endOffset}) => "
        "startContainer.data.slice(startOffset, endOffset))"
    )
    return found


def test_a_search_ignores_case_accents_and_repeated_blanks(show: Show) -> None:
    texts = ["A Chain, a chain.", "In the café car park.", "Chain"]
    shown = show(recording([phrase(text, 9 * place) for place, text in enumerate(texts)])).page
    for wanted, count, found in [
        ("CHAIN", "3 hits", ["Chain", "chain", "Chain"]),
        ("cafe  CAR", "1 hit", ["café car"]),
        ("Café", "1 hit", ["café"]),
        ("é", "2 hits", ["e", "é"]),
        ("nothing", "no hit", []),
    ]:
        shown.get_by_role("searchbox").fill("")
        expect(shown.locator("#hits")).to_be_empty()
        shown.get_by_role("searchbox").fill(wanted)
        expect(shown.locator("#hits")).to_have_text(count)
        assert highlights(shown) == found


def test_hits_lie_where_the_text_is_in_any_script(show: Show) -> None:
    texts = ["Straße İstanbul cafe\u0301 Ωmega", "किताब कीताब", "नमस्ते दुनिया", "한국어 검색", "👩\u200d🚀 rocket"]
    shown = show(recording([phrase(text, 9 * place) for place, text in enumerate(texts)])).page
    for wanted, found in [
        ("istanbul", "İstanbul"),
        ("CAFE", "cafe\u0301"),
        ("ωmega", "Ωmega"),
        ("की", "की"),
        ("दुनिया", "दुनिया"),
        ("검색", "검색"),
        ("rocket", "rocket"),
    ]:
        shown.get_by_role("searchbox").fill("")
        expect(shown.locator("#hits")).to_be_empty()
        shown.get_by_role("searchbox").fill(wanted)
        expect(shown.locator("#hits")).to_have_text("1 hit")
        assert highlights(shown) == [found]


def test_letters_that_are_the_same_for_the_command_line_are_the_same_here(show: Show) -> None:
    texts = ["Stra\u00dfe", "\u0141\u00f3d\u017a", "I\u015eIK", "\u043c\u043e\u0438 \u043c\u043e\u0439", "don\u2019t"]
    shown = show(recording([phrase(text, 9 * place) for place, text in enumerate(texts)])).page
    for wanted, found in [
        ("STRASSE", "Stra\u00dfe"),
        ("lodz", "\u0141\u00f3d\u017a"),
        ("\u0131\u015f\u0131k", "I\u015eIK"),
        ("\u043c\u043e\u0439", "\u043c\u043e\u0439"),
        ("don't", "don\u2019t"),
    ]:
        shown.get_by_role("searchbox").fill("")
        expect(shown.locator("#hits")).to_be_empty()
        shown.get_by_role("searchbox").fill(wanted)
        expect(shown.locator("#hits")).to_have_text("1 hit")
        assert highlights(shown) == [found]
        assert Phrase(wanted).places(found) == [(0, len(found))]


def test_enter_and_n_go_from_hit_to_hit_and_round(show: Show) -> None:
    shown = show(call()).page
    shown.keyboard.press("/")
    expect(shown.get_by_role("searchbox")).to_be_focused()
    shown.keyboard.type("chain")
    for key, count, turn in [("Enter", "1 of 4", 4), ("Enter", "2 of 4", 5), ("Shift+Enter", "1 of 4", 4)]:
        shown.keyboard.press(key)
        expect(shown.locator("#hits")).to_have_text(count)
        expect(shown.locator(NOW).first).to_have_id(f"turn{turn}")
    shown.locator("#talk").focus()
    shown.keyboard.press("N")
    expect(shown.locator("#hits")).to_have_text("4 of 4")
    shown.keyboard.press("n")
    expect(shown.locator("#hits")).to_have_text("1 of 4")
    assert shown.locator("#ticks path").evaluate("node => node.getAttribute('d').split('M').length - 1") == 4
    shown.get_by_role("searchbox").focus()
    shown.keyboard.press("Escape")
    expect(shown.locator("#hits")).to_be_empty()
    assert highlights(shown) == []


def test_a_search_of_many_thousand_letters_in_one_turn_marks_the_right_place(show: Show) -> None:
    shown = show(recording([phrase("x " * 60_000 + "needle " + "y " * 60_000)])).page
    # Parsers of browsers may cut a long text into several nodes.
    shown.locator(".say").evaluate("node => node.firstChild.splitText(65536)")
    shown.get_by_role("searchbox").fill("needle")
    expect(shown.locator("#hits")).to_have_text("1 hit")
    assert highlights(shown) == ["needle"]
    shown.get_by_role("searchbox").press("Enter")
    top = (
        "() => { const {startContainer, startOffset} = [...CSS.highlights.get('here')][0]; const range = new Range();"
        " range.setStart(startContainer, startOffset); return range.getBoundingClientRect().top / innerHeight }"
    )
    eventually(lambda: 0.2 < shown.evaluate(top) < 1, lambda: "the hit in sight")


def test_keys_move_in_time(show: Show) -> None:
    shown = show(call(), at="#t=40").page
    for key, time in [("l", "0:50.0"), ("j", "0:40.0"), ("j", "0:30.0")]:
        shown.keyboard.press(key)
        expect(shown.locator("#clock")).to_have_text(time)
    shown.keyboard.press("g")
    shown.keyboard.type("9:99:99")
    shown.keyboard.press("Enter")
    expect(shown.get_by_role("alert")).to_contain_text("Write a time up to 1:36.0")
    shown.locator("#go-time").fill("1:04.5")
    shown.keyboard.press("Enter")
    expect(shown.locator("#clock")).to_have_text("1:04.5")
    expect(shown.locator(NOW).first).to_have_id("turn9")


def test_no_key_fires_in_a_field_with_a_modifier_or_when_keys_are_off(show: Show) -> None:
    shown = show(call(), at="#t=40").page
    shown.get_by_role("searchbox").focus()
    shown.keyboard.type("jlgf?")
    expect(shown.get_by_role("searchbox")).to_have_value("jlgf?")
    shown.locator("#talk").focus()
    for modifier in ("Control", "Alt", "Meta"):
        shown.keyboard.press(f"{modifier}+l")
    shown.keyboard.press("?")
    shown.get_by_label("Keys of one character are on").uncheck()
    shown.keyboard.press("Escape")
    expect(shown.locator("#help")).not_to_be_visible()
    shown.keyboard.press("l")
    shown.keyboard.press("?")
    expect(shown.locator("#help")).not_to_be_visible()
    expect(shown.locator("#clock")).to_have_text("0:40.0")
    shown.reload()
    shown.keyboard.press("l")
    expect(shown.locator("#clock")).to_have_text("0:40.0")
    # Arrows are no characters.
    shown.locator("#talk").focus()
    shown.keyboard.press("ArrowDown")
    expect(shown.locator("#turn5")).to_be_focused()


def test_a_click_on_the_lanes_seeks_and_a_drag_selects_a_range(show: Show) -> None:
    shown = show(call()).page
    box = shown.locator("#scrub").bounding_box()
    assert box is not None
    middle = box["y"] + 10
    shown.mouse.click(box["x"] + box["width"] / 2, middle)
    expect(shown.get_by_role("slider")).to_have_attribute("aria-valuetext", "0:48, Workshop")
    shown.mouse.move(box["x"] + box["width"] * 0.6, middle)
    shown.mouse.down()
    shown.mouse.move(box["x"] + box["width"] * 0.4, middle, steps=4)
    shown.mouse.up()
    expect(shown.locator("#chosen-text")).to_have_text("0:38.4 to 0:57.6, 4 turns")
    expect(shown.locator("#clock")).to_have_text("0:38.4")
    shown.keyboard.press("Escape")
    expect(shown.locator("#chosen")).not_to_be_visible()


def test_lanes_hatch_where_two_talk_at_once(show: Show) -> None:
    shown = show(call()).page
    for lane in shown.locator(".lane").all():
        over = lane.locator("path.over")
        assert over.evaluate("node => getComputedStyle(node).fill").startswith("url(")
        share = over.evaluate("node => node.getBBox().x / node.ownerSVGElement.clientWidth")
        assert 0.50 < share < 0.52  # from 49 s of 96 s on
        assert lane.locator("svg > path").first.evaluate("node => node.getAttribute('d').match(/M/g).length") in {6, 8}


def test_the_lanes_work_with_keys(show: Show) -> None:
    shown = show(call()).page
    shown.get_by_role("slider").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowRight"):
        shown.keyboard.press(key)
    expect(shown.locator("#chosen-text")).to_have_text("0:05.0 to 0:15.0, 3 turns")


def test_a_quote_has_text_name_time_and_the_command_that_leads_back(show: Show) -> None:
    shown = show(call(), permissions=["clipboard-read", "clipboard-write"]).page
    shown.locator("#turn6").hover()
    shown.locator("#turn6").get_by_role("button", name="Copy quote").click()
    expect(shown.get_by_role("status").filter(has_text="Quote copied")).to_be_visible()
    assert shown.evaluate("() => navigator.clipboard.readText()") == (
        "“Only the chain, please.”\n— Customer, 0:49, red touring bike.wav\n"
        f"speech2cosmos open {JOB} {FILE} --at 0:49.0 --rev 0123456789ab\n"
    )


def test_a_link_leads_to_its_moment_and_to_its_range(show: Show) -> None:
    shown = show(call(), permissions=["clipboard-read", "clipboard-write"], at="#t=49,61&rev=0123456789ab").page
    expect(shown.locator("#chosen-text")).to_have_text("0:49.0 to 1:01.0, 4 turns")
    shown.locator("#link-range").click()
    expect(shown.locator("#toast")).to_have_text("Link copied")
    link = shown.evaluate("() => navigator.clipboard.readText()")
    assert link == shown.url.split("#")[0] + "#t=49.0,61.0&rev=0123456789ab"
    shown.goto("about:blank")
    shown.goto(link.replace("49.0", "52.5"))
    expect(shown.locator(NOW).first).to_have_id("turn7")
    expect(shown.locator("#notice-revision")).to_have_count(0)


def test_a_link_to_a_revision_that_was_replaced_says_so(show: Show) -> None:
    shown = show(call(), at="#t=49&rev=ba9876543210").page
    expect(shown.locator("#notice-revision")).to_contain_text("revision ba9876543210, which was replaced")
    expect(shown.locator("#clock")).to_have_text("0:49.0")


def test_an_address_that_makes_no_sense_opens_the_beginning(show: Show) -> None:
    shown = show(call(), at="#t=NaN,-3&rev=%3Cscript%3E").page
    expect(shown.locator("#clock")).to_have_text("0:00.0")
    expect(shown.locator("#notice-revision")).to_contain_text("revision <script>, which")


def test_on_a_phone_the_overview_is_a_sheet_and_the_conversation_comes_first(show: Show) -> None:
    shown = show(call(), viewport={"width": 390, "height": 844}).page
    expect(shown.locator("#side")).not_to_be_visible()
    shown.get_by_role("button", name="Overview").click()
    expect(shown.locator("#side")).to_be_focused()
    expect(shown.get_by_role("table").first).to_be_visible()
    shown.keyboard.press("Escape")
    expect(shown.locator("#side")).not_to_be_visible()
    assert shown.evaluate("() => document.documentElement.scrollWidth") == 390
