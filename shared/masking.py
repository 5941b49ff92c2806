"""Keeps the keys of this process out of every text that leaves it. A service may repeat a key in an error body."""

import base64
import re
import threading
from urllib.parse import quote

REMOVED = "(removed)"

SHORTEST = 8
"""Shorter values are not masked: real keys have 32 characters and more, and short ones are parts of ordinary words."""

_forms: set[str] = set()
_pattern: re.Pattern[str] | None = None
_lock = threading.Lock()


def mask_from_now_on(*keys: str) -> None:
    """Let `masked` remove these keys, also escaped for a URL or JSON, or in Base64, in whatever case."""
    global _pattern  # noqa: PLW0603 - the process has its keys once, and each text passes here
    with _lock:
        for key in keys:
            if len(key) >= SHORTEST:
                encoded = base64.b64encode(key.encode()).decode().rstrip("=")
                _forms.update((key, quote(key, safe=""), key.replace("/", "\\/"), encoded))
        # The longest first: one form may be the beginning of another.
        longest_first = sorted(_forms, key=len, reverse=True)
        _pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if longest_first else None


def masked(text: str) -> str:
    """Return `text` without the keys. Cut a text only afterwards: of a key that was cut, the rest would stay."""
    pattern = _pattern
    return text if pattern is None else pattern.sub(REMOVED, text)


def shown_cause(error: Exception) -> Exception | None:
    """Return `error` as the cause of another one, or None if its text has a key in it: the platform logs causes too."""
    text = str(error)
    return error if masked(text) == text else None
