"""Carries a file's bytes through: to the raw archive and, as they pass, to a reader."""

import logging
from collections.abc import Callable

from shared.errors import Permanent
from shared.pipeline.ports import Content, RawFile

log = logging.getLogger(__name__)


def carry(content: Content, raw: RawFile, feed: Callable[[bytes], None], close: Callable[[], None]) -> None:
    """Read the content to its end, giving each chunk to `raw` and `feed`; commit `raw` when the bytes are whole.

    A file that is no result is archived all the same, whole: the reader's Permanent error is raised after that.
    Raises Transient, with nothing archived, when the bytes stop early.
    """
    refusal: Permanent | None = None
    for chunk in content.chunks:
        raw.write(chunk)
        if refusal is None:
            try:
                feed(chunk)
            except Permanent as error:
                if raw.name is None:
                    raise
                refusal = error
    if refusal is None:
        try:
            close()
        except Permanent as error:
            refusal = error
    raw.commit()
    if refusal is not None:
        raise refusal
