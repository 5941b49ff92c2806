"""The revision: a hash of all that determines a file's documents, namely its bytes, the writer and the options."""

import hashlib

import msgspec

from shared.domain.documents import REVISION_DIGITS
from shared.domain.split import SplitOptions

WRITER_VERSION = 5
"""Increment this with every change that writes other documents for the same file. Its revision is then a new one."""


def revision_of(etag: str, options: SplitOptions) -> str:
    """Return 12 hexadecimal digits that depend only on the ETag, WRITER_VERSION and the options.

    So documents of the same revision are the same, and writing them twice is idempotent.
    """
    known = msgspec.json.encode([etag, WRITER_VERSION, options])
    return hashlib.sha256(known).hexdigest()[:REVISION_DIGITS]
