"""Texts of documents as people see them: without characters that control a terminal or reorder a line."""

import re

_BREAKS = r"\t-\r\x1c-\x1f\x85\u2028\u2029"
_BLANKS = re.compile(rf"[ {_BREAKS}]+")
"""Blanks and all that breaks a line. Not every white space: a no-break space keeps words on one line."""

_HARMFUL = re.compile(rf"(?![{_BREAKS}])[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Other control characters, those that Unicode lists as Bidi_Control, and surrogates, which UTF-8 cannot have."""

REPLACEMENT = "\ufffd"
"""Shown in place of a harmful character. If it were removed, two words could become one."""


def safe(text: str) -> str:
    """Return a text with U+FFFD in place of control and bidi characters. Line breaks and tabs stay."""
    return _HARMFUL.sub(REPLACEMENT, text)


def one_line(text: str) -> str:
    """Return a safe text on one line, with single blanks between words and none at its ends."""
    return flat(text).strip(" ")


def flat(text: str) -> str:
    """Return a safe text on one line: each run of blanks is one blank, also at its ends."""
    return _BLANKS.sub(" ", safe(text))


def words_of(text: str) -> list[str]:
    """Return the words of a text: what stands between blanks. A language without blanks has one word a sentence."""
    line = one_line(text)
    return line.split(" ") if line else []
