"""Removes what looks like a secret from texts of other origin, before they are stored or shown."""

import re

from shared.domain.urls import URL_IN_TEXT, kept
from shared.masking import REMOVED, masked

_NAMED = re.compile(
    r"""((?:key|secret|password|passwd|pwd|token|signature|sig|credential)s?["']?\s{0,9}[=:]\s{0,9})"""
    r"""("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'&;,}\]]+)""",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(\bbearer\s{1,9})[\w.~+/-]+=*", re.IGNORECASE)


def redacted(text: str) -> str:
    """Return `text` without keys, queries of URLs, and values whose names say that they are secret.

    JSON stays JSON: `{"id": "…", "apiKey": "x"}` becomes `{"id": "…", "apiKey": "(removed)"}`.
    """
    text = URL_IN_TEXT.sub(lambda url: kept(url[0]), masked(text))
    return _BEARER.sub(rf"\1{REMOVED}", _NAMED.sub(_without_value, text))


def _without_value(found: re.Match[str]) -> str:
    quote = found[2][0] if found[2][0] in "\"'" else ""
    return f"{found[1]}{quote}{REMOVED}{quote}"
