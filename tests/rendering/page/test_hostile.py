"""Every text of a file is hostile: nothing of it runs, is requested, or breaks the page. The policy stops additions."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from shared.rendering.names import Names, Naming
from shared.rendering.page.markup import shown as shown_text
from shared.rendering.recording import Recording
from tests.rendering.making import Phrase, phrase, recording
from tests.rendering.page.conftest import Show, Shown

BREAKOUTS = (
    "</script><script>ran()</script>",
    "<!--<script>",
    "--></style></title></ol></textarea><img src=https://evil.example/i onerror=ran()>",
    '"><svg onload=ran()><a href=javascript:ran() autofocus onfocus=ran()>x</a>',
    "' onmouseover='ran()' x='",
    "{{data}} {{script}} ${ran()} `ran()`",
    "&lt;b&gt; &amp;amp; \\u003cscript\\u003e",
    "]]><link rel=stylesheet href=//evil.example/s.css><meta http-equiv=refresh content=0;url=//evil.example>",
)
BIDI = "abc\u202edcba\u2066\u2067x\u2069 \u0000\u0007\u001b[31m\u0085 \u061c\u200f \ufffe\U000e0001 end"
HUGE = "W" * 250_000


def everywhere(text: str) -> Recording:
    """Return a recording with a text in every field that holds one."""
    made: list[Phrase] = [
        {
            **phrase(text, 9 * place, speaker=place, lexical=text, words=[(text, 9 * place, 9 * place + 1)]),
            "recognitionStatus": text[:200],
        }
        for place in range(3)
    ]
    for each in made:
        each["nBest"].append({"confidence": 0.1, "lexical": text, "itn": text, "maskedITN": text, "display": text})
    names = Names([Naming(text, speaker=1)])
    source = f"https://calls.example/{text}"
    whole = recording(made, names=names, name=text, source=source, timestamp=text[:200], duration=text[:200])
    return Recording(whole.head, whole.read, names, job_name=text)


def walk(shown: Page) -> None:
    """Use everything that puts a text of the file somewhere else."""
    for place in range(3):
        shown.locator(f"#turn{place} .at").click()
        shown.locator(f"#turn{place} .say").hover(position={"x": 5, "y": 5})
        shown.get_by_role("button", name="Alternatives").click()
        expect(shown.locator(f"#turn{place} .alts ol li")).to_have_count(2)
    shown.get_by_role("button", name="Copy quote").click()
    expect(shown.locator("#toast")).not_to_be_empty()
    for tab in ("Least sure", "Details", "Overview"):
        shown.get_by_role("tab", name=tab).click()
    shown.get_by_role("searchbox").fill("script")
    expect(shown.locator("#hits")).not_to_be_empty()


def test_markup_in_any_field_is_text(show: Show) -> None:
    text = " ".join(BREAKOUTS)
    shown = show(everywhere(text), permissions=["clipboard-read", "clipboard-write"])
    shown.page.evaluate("() => { globalThis.ran = () => { throw new Error('it ran') } }")
    walk(shown.page)
    assert shown.page.locator("#turn1 .say").inner_text() == text
    assert shown.page.locator("#turn1 .alts bdi").all_text_contents() == [text, text]
    assert shown.page.locator("script").count() == 3  # the page's script and two of data
    for added in ("img", "svg[onload]", "a:not(.skip)", "link", "iframe", "meta[http-equiv=refresh]"):
        assert shown.page.locator(added).count() == 0


def test_controls_and_characters_that_reorder_text_are_shown_as_such(show: Show) -> None:
    shown = show(everywhere(BIDI), permissions=["clipboard-read", "clipboard-write"]).page
    walk(shown)
    shown.get_by_role("tab", name="Details").click()
    never = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200f\u202a-\u202e\u2066-\u2069]")
    texts = shown.locator("body").inner_text()
    assert "abc\ufffddcba\ufffd\ufffdx\ufffd \ufffd\ufffd\ufffd[31m" in texts
    assert not never.search(texts)


@pytest.mark.parametrize("width", [1280, 390])
def test_texts_of_any_length_leave_the_layout_whole(width: int, show: Show) -> None:
    shown = show(everywhere(HUGE), viewport={"width": width, "height": 800}).page
    assert shown.evaluate("() => document.documentElement.scrollWidth") == width
    for name in ("#play", "#query", "#copy-link"):
        box = shown.locator(name).bounding_box()
        assert box is not None
        assert box["y"] < 700
        assert box["x"] + box["width"] <= width
    expect(shown.locator("#turn0 .at")).to_be_in_viewport()


def test_a_file_of_many_tracks_leaves_room_for_the_conversation(show: Show) -> None:
    made = [phrase("Hello.", 2 * place, 2 * place + 1, channel=place) for place in range(300)]
    shown = show(recording(made)).page
    expect(shown.locator(".lane path").first).to_be_attached()
    expect(shown.locator("#turn0 .say")).to_be_in_viewport()


ADDED = (
    ("</title>", '</title><base href="https://evil.example/">', "base-uri"),
    ("<main", '<main onpointermove="document.title = \'ran\'" style="display: none"', "script-src"),
    ("</body>", "<script>document.title = 'ran'</script></body>", "script-src"),
    ("</body>", '<script src="x.js"></script></body>', "script-src"),
    ("</body>", "<style>main { display: none }</style></body>", "style-src"),
    ("</body>", '<img src="https://evil.example/i"></body>', "img-src"),
    ("</body>", '<iframe src="https://evil.example/"></iframe></body>', "frame-src"),
)


def test_the_policy_stops_what_is_added_to_the_file(show: Show) -> None:
    def change(html: str) -> str:
        for place, added, _ in ADDED:
            html = html.replace(place, added, 1)
        return html

    shown = show(recording([phrase("Hello.")]), change=change)
    shown.page.mouse.move(400, 300)
    shown.page.mouse.move(420, 320)
    refused(shown, *(directive for *_, directive in ADDED))
    expect(shown.page).to_have_title("call 1.wav")
    expect(shown.page.locator("main")).to_be_visible()


def test_a_script_that_was_changed_does_not_run(show: Show) -> None:
    shown = show(
        recording([phrase("Hello.")]),
        change=lambda html: html.replace("const TICKS", "document.title = 'ran'; const TICKS"),
    )
    refused(shown, "script-src")
    expect(shown.page).to_have_title("call 1.wav")
    expect(shown.page.locator("#turn0 .say")).to_have_text("Hello.")


@pytest.mark.parametrize(
    ("act", "directive"),
    [
        ("fetch('https://evil.example/').catch(() => 0)", "connect-src"),
        ("new Image().src = 'https://evil.example/'", "img-src"),
        (
            "body.append(Object.assign(document.createElement('script'), {textContent: \"document.title = 'ran'\"}))",
            "script-src",
        ),
    ],
)
def test_the_policy_holds_for_a_script_that_runs_all_the_same(act: str, directive: str, show: Show) -> None:
    shown = show(recording([phrase("Hello.")]))
    shown.page.evaluate(f"() => {{ const body = document.body; {act} }}")
    refused(shown, directive)
    expect(shown.page).to_have_title("call 1.wav")


def refused(shown: Shown, *directives: str) -> None:
    """Wait until the browser has said that it kept to each directive of the policy, then forget what it said."""
    while not all(any(directive in error for error in shown.errors) for directive in directives):
        with shown.page.expect_console_message(lambda message: message.type == "error"):
            pass
    shown.errors.clear()


def test_data_in_the_page_is_what_was_written(show: Show) -> None:
    text = " ".join(BREAKOUTS) + BIDI
    shown = show(recording([phrase(text, speaker=1)], names=Names([Naming(text, speaker=1)]))).page
    data = json.loads(shown.locator("#data").text_content() or "")
    assert data["tracks"] == [{"name": shown_text(text), "channel": 0, "folded": False}]
