"""Carries a file's bytes through: to the raw archive and, as they pass, to a reader."""

from collections.abc import Callable

from shared.errors import Permanent
from shared.pipeline.ports import Content, RawFile


def carry(content: Content, raw: RawFile, feed: Callable[[bytes], None], close: Callable[[], None]) -> Permanent | None:
    """Read the content to its end, giving each chunk to `raw` and `feed`; commit `raw` when the bytes are whole.

    Return the reader's error for a file that is no result: that is archived all the same, whole, for a person to see.
    Raises Transient, with nothing archived, when the bytes stop early, or were harmed on their way: which is known at
    their end only, so that a refused file is read to its end too.
    """
    refusal: Permanent | None = None
    for chunk in content.chunks:
        raw.write(chunk)
        try:
            if refusal is None:
                feed(chunk)
        except Permanent as error:
            refusal = error
    try:
        if refusal is None:
            close()
    except Permanent as error:
        refusal = error
    raw.commit()
    return refusal
