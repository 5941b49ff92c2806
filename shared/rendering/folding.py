"""Texts without what a search ignores: case, accents, and other ways to write the same letter.

Whether a mark is an accent is decided by its canonical combining class (Unicode Standard, chapter 4.3). Accents above,
below and through a letter have 200 and more, the points of Hebrew 10 to 26, those of Arabic and Syriac 27 to 36. These
go. What has another class stays, because it is a letter or makes one: vowel signs, viramas and nuktas of the scripts of
India (0, 7, 9), vowels and tones of Thai and Lao (103 to 122), the voiced sound marks of Japanese (8).
"""

import re
from functools import cache
from unicodedata import combining, normalize

_POINTS = range(10, 37)
_ABOVE_OR_BELOW = range(200, 241)

_LETTERS_WITH_MARKS = {
    "\u0306": "\u0418\u0438\u0423\u0443",  # short i, and short u of Belarusian
    "\u0308": "\u0406\u0456",  # yi of Ukrainian
    "\u0301": "\u0413\u0433\u041a\u043a",  # gje and kje of Macedonian
}
"""A mark, and Cyrillic letters after which it is no accent: it makes another letter of them (Unicode's collation)."""

_ALSO = {
    "\u0131": "i",  # Turkish has i with and without a dot; a dot is an accent
    "\u00f8": "o",
    "\u0142": "l",
    "\u0111": "d",
    "\u0127": "h",
    "\u0167": "t",
    "\u00e6": "ae",
    "\u0153": "oe",
    "\u0640": "",  # tatweel makes an Arabic word longer, and says nothing
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
}
"""Letters that Unicode does not take apart, and signs that keyboards lack. Case is folded before."""

_ALSO_PATTERN = re.compile(f"[{''.join(_ALSO)}]")

_UNSEEN = "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
"""Characters that take no room: soft hyphens, joiners, directions, variants of a glyph."""


def folded(text: str) -> str:
    """Return a text as a search compares it.

    Case goes (`ß` becomes `ss`), and accents and points go. Letters with a stroke become their base letters. Full and
    half width become the usual one, and so do quotation marks, apostrophes and hyphens.
    """
    if text.isascii():
        return text.lower()
    # Accents go before case: the Turkish capital I with a dot in lower case is an i with a dot more.
    bare = _accents().sub(_kept, normalize("NFKD", text)).casefold()
    plain = _ALSO_PATTERN.sub(lambda found: _ALSO[found[0]], bare)
    # Makes syllables of Korean whole again: half of one is no hit.
    return normalize("NFC", plain)


def _kept(found: re.Match[str]) -> str:
    letters = _LETTERS_WITH_MARKS.get(found[0], "")
    before = found.string[max(0, found.start() - 1) : found.start()]
    return found[0] if before and before in letters else ""


@cache
def _accents() -> re.Pattern[str]:
    """Return a pattern of what goes. It takes a moment to make, and a search in ASCII needs none.

    It ends at U+FFFF: beyond, `re` compares with one range after another, which takes 60 times as long, and the marks
    there are of music and of scripts that no service transcribes.
    """
    classes = {*_POINTS, *_ABOVE_OR_BELOW}
    every = "".join(chr(code) for code in range(0x300, 0x1_0000) if combining(chr(code)) in classes)
    return re.compile(f"[{every}{_UNSEEN}]")
