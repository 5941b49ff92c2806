"""Removes this process's keys from every text that leaves it. A service may repeat a key in an error body."""

import base64
import re
import threading
from urllib.parse import quote

REMOVED = "(removed)"

SHORTEST = 8
"""Shorter values are not masked. Real keys have at least 32 characters, and a short one may be part of a word."""

_forms: set[str] = set()
_pattern: re.Pattern[str] | None = None
_lock = threading.Lock()


def mask_from_now_on(*keys: str) -> None:
    """Make `masked` remove these keys from now on: in any case, also escaped for a URL or JSON, or in Base64."""
    global _pattern  # noqa: PLW0603 - keys belong to the process, and every text passes here
    with _lock:
        for key in keys:
            if len(key) >= SHORTEST:
                encoded = base64.b64encode(key.encode()).decode().rstrip("=")
                _forms.update((key, quote(key, safe=""), key.replace("/", "\\/"), encoded))
        # The longest first, because one form may be the beginning of another.
        longest_first = sorted(_forms, key=len, reverse=True)
        _pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if longest_first else None


def masked(text: str) -> str:
    """Return `text` without the keys. Cut a text only after this, because the rest of a cut key is not found."""
    pattern = _pattern
    return text if pattern is None else pattern.sub(REMOVED, text)


def shown_cause(error: Exception) -> Exception | None:
    """Return `error` as the cause of another error; None if its text has a key, because the platform logs causes."""
    text = str(error)
    return error if masked(text) == text else None
