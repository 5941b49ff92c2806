"""Optimistic concurrency: after any conflict, read and compare.

A conditional write creates a document, or changes it under the ETag that was read. When its answer is lost, the retry
policy or the SDK sends it again. If the first try had succeeded, the second meets the result of the first, and Cosmos
DB answers 409 or 412. That answer does not tell who wrote the document.
"""

from collections.abc import Callable

from shared.errors import Conflict


def write_or_compare(write: Callable[[], object], is_written: Callable[[], bool]) -> None:
    """Call `write`. After a Conflict call `is_written`, which reads the document and compares it.

    If the document is as it was to be, the write is done, whoever did it. Otherwise raises the Conflict: another writer
    was faster. Raises whatever else the two calls raise.
    """
    try:
        write()
    except Conflict:
        if not is_written():
            raise
