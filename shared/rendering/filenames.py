"""Names of the files of exported recordings, which every common file system takes."""

import re

from wcwidth import iter_graphemes

from shared.domain.documents import Transcript
from shared.rendering.about import stem
from shared.rendering.texts import REPLACEMENT

LARGEST_NAME_BYTES = 80
"""Of a recording's own name. With the file id, a file name stays far below the usual limit of 255 bytes."""

_FORBIDDEN = re.compile(rf'[\x00-\x1f\x7f/\\:*?"<>|{REPLACEMENT}]+')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])\s*", re.IGNORECASE)
"""Devices of Windows, with any extension."""


def file_name(head: Transcript, extension: str) -> str:
    """Return `{name}.{fileId}.{extension}`. The file id keeps recordings of the same name apart."""
    return f"{cleaned(stem(head))}.{head.file_id}.{extension}"


def cleaned(name: str) -> str:
    """Return a name without separators, leading dots and reserved names, and of at most LARGEST_NAME_BYTES in UTF-8."""
    kept = _FORBIDDEN.sub("_", name).lstrip(". ")
    if _RESERVED.fullmatch(kept.partition(".")[0]):
        kept = f"_{kept}"
    return _cut(kept).rstrip(". ") or "recording"


def _cut(name: str) -> str:
    kept, size = [], 0
    for cluster in iter_graphemes(name):
        size += len(cluster.encode())
        if size > LARGEST_NAME_BYTES:
            break
        kept.append(cluster)
    return "".join(kept)
