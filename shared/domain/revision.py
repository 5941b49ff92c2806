"""What identifies the documents of a file: its bytes, the writer, and the options of the split."""

import hashlib

import msgspec

from shared.domain.split import SplitOptions

WRITER_VERSION = 3
"""To be raised by every change that makes other documents of the same file. Reprocessing then writes a new revision."""


def revision_of(etag: str, options: SplitOptions) -> str:
    """Return 12 hexadecimal digits: the same ones for the same bytes, writer version and options.

    So two revisions with one name never differ in their documents.
    """
    known = msgspec.json.encode([etag, WRITER_VERSION, options])
    return hashlib.sha256(known).hexdigest()[:12]
