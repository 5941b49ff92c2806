"""Carries the bytes of a file to the raw archive and, as they pass, to a reader."""

from collections.abc import Callable
from typing import NamedTuple

from shared.errors import Permanent
from shared.pipeline.ports import Content, RawFile


class Carried(NamedTuple):
    """What came of a file. `received`: bytes that arrived; `refusal`: the reader's error, None for a good file."""

    received: int
    refusal: Permanent | None


def carry(content: Content, raw: RawFile, feed: Callable[[bytes], None], close: Callable[[], None]) -> Carried:
    """Read the content to its end, giving each chunk to `raw` and `feed`; commit `raw` when the bytes are whole.

    A file that the reader refuses is archived whole, so that a person can look at it. It is read to its end, because
    only there it shows whether the bytes arrived unharmed. Bytes are counted here and not by the reader, which stops at
    its first error.
    Raises Transient, with nothing archived, if the bytes stop early or were harmed on their way.
    """
    received = 0
    refusal: Permanent | None = None
    for chunk in content.chunks:
        received += len(chunk)
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
    return Carried(received, refusal)
