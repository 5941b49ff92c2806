"""Copies the bytes of a file into the raw archive, and passes them to a reader at the same time."""

from collections.abc import Callable
from typing import NamedTuple

from shared.errors import Permanent
from shared.pipeline.ports import Content, RawFile


class Carried(NamedTuple):
    """The result of `carry`. `received`: number of bytes. `refusal`: the reader's error; None for a valid file."""

    received: int
    refusal: Permanent | None


def carry(content: Content, raw: RawFile | None, feed: Callable[[bytes], None], close: Callable[[], None]) -> Carried:
    """Pass each chunk of the content to `raw` and `feed`, and commit `raw` after the last one. None archives nothing.

    A file that the reader refuses is archived whole too, so that a person can examine it. It is read to its end,
    because only the end shows whether the bytes were damaged on their way. Bytes are counted here, because the reader
    stops at its first error. Raises Transient, and archives nothing, if the bytes stop early or were damaged.
    """
    received = 0
    refusal: Permanent | None = None
    for chunk in content.chunks:
        received += len(chunk)
        if raw is not None:
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
    if raw is not None:
        raw.commit()
    return Carried(received, refusal)
