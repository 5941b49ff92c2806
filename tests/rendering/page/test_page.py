"""The file itself, without a browser."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise

import pytest

from shared.errors import Unreadable
from shared.rendering.page import page
from shared.rendering.page.markup import data
from shared.rendering.page.talk import BLOCK, style
from shared.rendering.recording import Choice
from tests.rendering.making import Store, phrase, recording, ticks


def test_the_policy_has_the_hashes_of_the_style_and_the_script_and_allows_nothing_else() -> None:
    html = "".join(page(recording([phrase("Hello.")])))
    inline = re.findall(r"<(style|script)>(.*?)</\1>", html, re.DOTALL)
    style, script = (b64encode(sha256(text.encode()).digest()).decode() for _, text in inline)
    assert [tag for tag, _ in inline] == ["style", "script"]
    assert f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; media-src blob:;" in html
    assert not re.search(r"<[^>]+\s(src|srcset|style|on\w+)=|@import|url\((?!#)(?!\$)", html.replace(inline[1][1], ""))


def test_each_part_is_read_once_for_its_phrases_and_once_for_its_turns_and_the_first_turns_come_early() -> None:
    store = Store()
    of = recording(
        [phrase(f"{place} {'x' * 900}", 9 * place, channel=place % 2) for place in range(600)], store=store, gap=1
    )
    read_when_first_turn = 0
    for piece in page(of):
        if '<li class="turn' in piece and not read_when_first_turn:
            read_when_first_turn = len(store.read_ids)
    assert 0 < read_when_first_turn <= 3
    kinds = [*of.head.turns.parts, *(part for track in of.head.tracks for part in track.parts)]
    assert sorted(store.read_ids) == sorted(kinds)
    assert len(set(kinds)) > 10


def test_the_phrases_of_all_turns_are_there_in_blocks_in_order() -> None:
    html = "".join(page(recording([phrase(f"{place}.", 9 * place) for place in range(2 * BLOCK + 7)], gap=1)))
    blocks = [json.loads(text) for text in re.findall(r'<script [^>]*class="phrases">(.*?)</script>', html)]
    assert [len(block) for block in blocks] == [BLOCK, BLOCK, 7]
    begins = [turn[0]["begin"] for block in blocks for turn in block]
    assert all(second - first == ticks(9) for first, second in pairwise(begins))


def test_data_has_no_character_that_begins_a_tag_and_stays_the_same() -> None:
    value = {"</script>": "<!-- & \u2028 \"'"}
    assert "<" not in data(value)
    assert json.loads(data(value)) == value


def test_a_choice_of_time_and_tracks_is_kept() -> None:
    made = [phrase("One.", 0), phrase("Two.", 10, channel=1), phrase("Three.", 20)]
    only = frozenset({(0, None)})
    html = "".join(page(recording(made, choice=Choice(begin=ticks(5), end=ticks(30), tracks=only))))
    assert re.findall(r'class="say"[^>]*>([^<]*)<', html) == ["Three."]


def test_a_missing_phrase_is_an_error() -> None:
    store = Store()
    of = recording([phrase("One.")], store=store)
    next(iter(store.parts.values())).tracks[0].phrases.clear()
    with pytest.raises(Unreadable):
        "".join(page(of))


def test_a_turn_without_display_text_shows_what_there_is() -> None:
    html = "".join(page(recording([phrase("", lexical="spoken words")])))
    assert '<div class="say" dir="auto">spoken words</div>' in html


def test_no_two_of_the_first_32_tracks_look_the_same() -> None:
    assert len({style(track) for track in range(32)}) == 32
