"""Decides what is left of the document of a rejected message. It reads and prints nothing."""

import msgspec

from shared.cli.repair.plan import REJECTED
from shared.domain.enqueued import decode_enqueued
from shared.domain.job import Rejected
from shared.domain.message_text import message_hash
from shared.errors import InvalidMessage

THE_REST = "a part of it was erased on request; `speech2cosmos retry` sends the rest"
"""Reason of a rejected message of which nothing is left that is known to be invalid."""


def rest_of(rejected: Rejected, text: str | None) -> Rejected | None:
    """Return the document of what is left of a rejected message, or None. `text`: its message without what is erased.

    The senders of the other jobs in it have no other trace of their wish, so their entries stay. The document has
    another id, which is a hash of the text, and says anew which entry is invalid: reasons quote the message.
    """
    if text is None or text == rejected.message:
        return None
    entry, index, reason = None, None, THE_REST
    if text.startswith("["):
        try:
            decode_enqueued(text.encode())
        except InvalidMessage as error:
            entry, index, reason = error.entry, error.index, str(error)
    return msgspec.structs.replace(
        rejected,
        id=f"{REJECTED}{message_hash(rejected.queue, text)}",
        message=text,
        reason=reason,
        entry=entry,
        entry_index=index,
    )
