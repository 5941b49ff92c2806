"""What identifies a file's documents: its bytes, the writer, and the options of the split."""

import hashlib

import msgspec

from shared.domain.split import SplitOptions

WRITER_VERSION = 2
"""Raise it whenever the same file would become other documents: then reprocessing writes a new revision."""


def revision_of(etag: str, options: SplitOptions) -> str:
    """Return 12 hexadecimal digits that are the same whoever writes the file and however often.

    The options are in it, so that two revisions with one name never differ in their documents.
    """
    known = msgspec.json.encode([etag, WRITER_VERSION, options])
    return hashlib.sha256(known).hexdigest()[:12]
