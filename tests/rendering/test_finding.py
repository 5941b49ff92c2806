"""Phrases in texts: what a search ignores, what it does not, and where a hit stands in the original text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from shared.errors import WrongUsage
from shared.rendering.finding import Phrase
from shared.rendering.folding import folded


def found(phrase: str, text: str) -> list[str]:
    return [text[place.begin : place.end] for place in Phrase(phrase).places(text)]


@pytest.mark.parametrize(
    ("phrase", "text", "hits"),
    [
        pytest.param("The BILL", "the bill, The Bill", ["the bill", "The Bill"], id="case"),
        pytest.param("naive", "nai\u0308ve na\u00efve", ["nai\u0308ve", "na\u00efve"], id="accents"),
        pytest.param("NA\u00cfVE", "naive", ["naive"], id="accents of the phrase"),
        pytest.param("strasse", "Stra\u00dfe STRASSE", ["Stra\u00dfe", "STRASSE"], id="German"),
        pytest.param("stras", "Stra\u00dfe", ["Stra\u00df"], id="half of a letter"),
        pytest.param("\u0131\u015f\u0131k", "I\u015eIK i\u015fik", ["I\u015eIK", "i\u015fik"], id="Turkish i"),
        pytest.param("istanbul", "\u0130stanbul", ["\u0130stanbul"], id="Turkish I with a dot"),
        pytest.param("lodz", "\u0141\u00f3d\u017a", ["\u0141\u00f3d\u017a"], id="stroke"),
        pytest.param(
            "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3",
            "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2",
            ["\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2"],
            id="Greek final sigma",
        ),
        pytest.param("\u0435\u0449\u0435", "\u0435\u0449\u0451", ["\u0435\u0449\u0451"], id="Russian yo"),
        pytest.param(
            "\u043c\u043e\u0439", "\u043c\u043e\u0438 \u043c\u043e\u0439", ["\u043c\u043e\u0439"], id="Russian short i"
        ),
        pytest.param("\u0457", "\u0456 \u0457", ["\u0457"], id="Ukrainian yi"),
        pytest.param("\u0915\u093f", "\u0915 \u0915\u093f \u0915\u0940", ["\u0915\u093f"], id="Hindi vowel sign"),
        pytest.param(
            "\u0915\u0941", "\u0915\u0942 \u0915\u0941", ["\u0915\u0941"], id="Hindi vowel sign without width"
        ),
        pytest.param("\u095b", "\u091c \u091c\u093c", ["\u091c\u093c"], id="Hindi nukta"),
        pytest.param(
            "\u092c\u093e\u0924",
            "\u092c\u093e\u0924\u0947\u0902",
            ["\u092c\u093e\u0924\u0947\u0902"],
            id="Hindi plural",
        ),
        pytest.param("\u0e44\u0e21", "\u0e44\u0e21\u0e49 \u0e43\u0e2b\u0e21\u0e48", ["\u0e44\u0e21\u0e49"], id="Thai"),
        pytest.param(
            "\u0633\u0644\u0627\u0645",
            "\u0633\u0640\u0640\u0644\u0627\u0645 \u0633\u064e\u0644\u0627\u0645",
            ["\u0633\u0640\u0640\u0644\u0627\u0645", "\u0633\u064e\u0644\u0627\u0645"],
            id="Arabic tatweel and points",
        ),
        pytest.param(
            "\u05e9\u05dc\u05d5\u05dd",
            "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd",
            ["\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd"],
            id="Hebrew points",
        ),
        pytest.param("abc", "\uff21\uff22\uff23", ["\uff21\uff22\uff23"], id="full width"),
        pytest.param(
            "\u30ab\u30fc\u30c9",
            "\uff76\uff70\uff84\uff9e \u30ab\u30fc\u30c8",
            ["\uff76\uff70\uff84\uff9e"],
            id="half width, and a voiced sound",
        ),
        pytest.param("\u304b", "\u304c \u304b", ["\u304b"], id="Japanese voiced sound"),
        pytest.param("\ud558", "\ud55c \ud558", ["\ud558"], id="half of a Korean syllable"),
        pytest.param("\ud55c", "\u1112\u1161\u11ab", ["\u1112\u1161\u11ab"], id="Korean letters"),
        pytest.param("don't", "don\u2019t", ["don\u2019t"], id="apostrophe"),
        pytest.param("co-op", "co\u2011op", ["co\u2011op"], id="hyphen"),
        pytest.param("soft", "so\u00adft", ["so\u00adft"], id="soft hyphen"),
        pytest.param("ff", "o\ufb00er", ["\ufb00"], id="ligature"),
        pytest.param("f", "o\ufb00er", ["\ufb00"], id="once in a ligature"),
        pytest.param("\U0001f469", "\U0001f469\u200d\U0001f467!", ["\U0001f469\u200d\U0001f467"], id="family"),
        pytest.param("aa", "aaaaa", ["aa", "aa"], id="no overlaps"),
        pytest.param("a.c", "abc a.c", ["a.c"], id="no pattern"),
        pytest.param("art", "party", ["art"], id="within a word"),
    ],
)
def test_a_phrase_is_found(phrase: str, text: str, hits: list[str]) -> None:
    assert found(phrase, text) == hits


@pytest.mark.parametrize("phrase", ["two words", " two\n\twords ", "two\u00a0words", "two\u3000words"])
def test_blanks_match_any_run_of_blanks(phrase: str) -> None:
    for text in ("two words", "two \r\n\t words", "two\u00a0\u2009words"):
        assert found(phrase, f"in {text}.") == [text]
    assert found(phrase, "twowords") == []


@pytest.mark.parametrize("phrase", ["", " \t", "\u0301", "\u200d"])
def test_a_phrase_without_letters_is_refused(phrase: str) -> None:
    with pytest.raises(WrongUsage, match="has nothing to search for"):
        Phrase(phrase)


LETTERS = "aA\u00e9E\u0301\u00df\u0130I\u0131\u0439\u0915\u093f\u093c\u094d\u304c\uff76\uff9e"
LETTERS += "\ud55c\u1112\u1161\u11ab\u0640 \n\u200d\U0001f469\ufb00"
TEXTS = st.text(st.sampled_from(LETTERS), max_size=30)


@given(TEXTS, TEXTS)
def test_hits_are_whole_clusters_in_order_and_fold_to_something_with_the_phrase(before: str, text: str) -> None:
    whole = f"{before}{text}"
    if not folded(text).split():
        return
    wanted = " ".join(folded(text).split())
    edges, place = {0}, 0
    for cluster in iter_graphemes(whole):
        place += len(cluster)
        edges.add(place)
    end = 0
    for hit in Phrase(text).places(whole):
        assert end <= hit.begin < hit.end
        assert {hit.begin, hit.end} <= edges
        # Two hits that share a cluster are cut where the first one ends.
        assert wanted in " ".join(folded(whole[hit.begin : hit.end]).split()) or hit.begin == end > 0
        end = hit.end


@given(st.text(st.characters(categories=["L", "M", "N", "P", "Z"]), max_size=20))
def test_folding_twice_changes_nothing_and_the_form_of_the_text_does_not_matter(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text))


def test_long_texts_take_one_pass() -> None:
    assert len(Phrase("e").places("\u00e9 " * 20_000)) == 20_000
    assert Phrase("a b").places(f"a{' ' * 200_000}b") == [(0, 200_002)]
    assert Phrase("\u30c6").places("\u65e5\u672c\u8a9e" * 50_000) == []
