"""Optimistic concurrency: after any conflict, read and compare.

A conditional write creates a document, or replaces it if its ETag is still the one that was read. If the answer is
lost, the retry policy or the SDK repeats the write. If the first attempt had succeeded, Cosmos DB answers the second
one with 409 or 412. That answer does not say who wrote the document.
"""

from collections.abc import Callable

from shared.errors import Conflict


def write_or_compare(write: Callable[[], object], is_written: Callable[[], bool]) -> None:
    """Call `write`. After a Conflict call `is_written`, which reads the document and compares it.

    If the document has the wanted content, the write is done, whoever did it. Otherwise another writer was faster, and
    the Conflict is raised. Other errors of the two calls are raised too.
    """
    try:
        write()
    except Conflict:
        if not is_written():
            raise
